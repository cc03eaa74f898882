"""Checkouts of three lines over HTTP, beside pgbench running the bare SQL of the same checkout."""

import json
import random
import re
import subprocess
import uuid
from pathlib import Path

from benchmarks import load
from benchmarks.shop import APART, CUSTOMERS, PRODUCTS, Shop, phone

SCRIPT = Path(__file__).resolve().parent / "checkout.sql"
CLIENTS = (1, 4, 8)
SLICES = 4
WANTED = {(1, 8): "ratio 0.25", (APART, 8): "ratio 0.15"}


def measure(address: load.Address, shops: list[Shop], *, seconds: float) -> list[dict]:
    rows = []
    for stores in (1, APART):
        chosen = shops[:1] if stores == 1 else shops[1:]
        for clients in CLIENTS:
            seen, floor = _side_by_side(address, chosen, clients=clients, seconds=seconds)
            rows.append(
                {
                    "what": f"checkout, {stores} store{'s' if stores > 1 else ''}, {clients} clients",
                    "figure": seen.per_second,
                    "unit": "sales/s",
                    "floor": floor,
                    "p50": seen.percentile(0.50),
                    "p95": seen.percentile(0.95),
                    "wanted": WANTED.get((stores, clients), ""),
                }
            )
    return rows


def _side_by_side(address: load.Address, shops: list[Shop], *, clients: int, seconds: float) -> tuple[load.Load, float]:
    """Both in turns, a slice each: a machine that is slow for a while is slow for both."""
    seen, floors = [], []
    for _ in range(SLICES):
        seen.append(load.run(address, _sale_of(shops), clients=clients, seconds=seconds / SLICES))
        floors.append(_floor(shops, clients=clients, seconds=max(seconds / SLICES, 1)))
    times = sorted(one for part in seen for one in part.times)
    return load.Load(len(times), seconds, times), sum(floors) / SLICES


def _sale_of(shops: list[Shop]):
    def make_request(client: int, n: int) -> load.Request:
        shop = shops[(client + n * 5) % len(shops)]
        picks = random.sample(range(PRODUCTS), 3)
        body = {
            "saleItems": [{"productId": shop.first_product + pick, "quantity": 1} for pick in picks],
            "receiptData": {
                "customerPhone": phone(shop.phone_base, random.randrange(CUSTOMERS)),
                "paymentMethod": "cash",
                "cashReceived": "500",
            },
        }
        headers = {
            "Authorization": f"Bearer {shop.tokens[client % len(shop.tokens)]}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
        }
        return "POST", "/api/v1/inventory/sales", json.dumps(body).encode(), headers

    return make_request


def _floor(shops: list[Shop], *, clients: int, seconds: float) -> float:
    """Transactions a second of pgbench with the same statements, prepared, on the same database."""
    from django.db import connection

    from viveka.database import embedded_cluster

    settings = connection.settings_dict
    cluster = embedded_cluster(settings)
    pgbench = str(cluster.binary("pgbench")) if cluster else "pgbench"
    first = shops[0]
    variables = {
        "first_store": first.store_id,
        "stores": len(shops),
        "first_product": first.first_product,
        "products": PRODUCTS,
        "cashier": first.cashier_id,
        "phone_base": first.phone_base,
        "customers": CUSTOMERS,
    }
    command = [pgbench, "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(clients, 4)), "-T", str(int(seconds))]
    command += ["-f", str(SCRIPT), "-h", settings["HOST"] or "localhost", "-p", str(settings["PORT"] or 5432)]
    command += ["-U", settings["USER"], *(f"-D{name}={value}" for name, value in variables.items()), settings["NAME"]]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    if done.returncode or not found:
        raise SystemExit(f"pgbench failed: {done.stderr[-2000:]}")
    return float(found[1])
