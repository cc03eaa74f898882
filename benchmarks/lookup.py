"""Finding customers over HTTP in a store with many: by phone, and by the beginnings of names."""

import random
from urllib.parse import quote

from benchmarks import load
from benchmarks.shop import Shop, phone

CLIENTS = 4


def measure(address: load.Address, shops: list[Shop], *, seconds: float) -> list[dict]:
    from customers.models import Customer

    shop = shops[-1]
    count = Customer.objects.filter(store_id=shop.store_id).count()
    headers = {"Authorization": f"Bearer {shop.tokens[0]}"}

    def by_phone(client: int, n: int) -> load.Request:
        wanted = phone(shop.phone_base, random.randrange(count))
        return "GET", f"/api/v1/customers/by-phone/{quote(wanted)}", None, headers

    def by_name(client: int, n: int) -> load.Request:
        term = random.choice(["asha", "mee", "ravi rao", "kh", "tenz", "fern ka", "nisha pa", "om", "lak"])
        return "GET", f"/api/v1/customers?q={quote(term)}&limit=20", None, headers

    def by_digits(client: int, n: int) -> load.Request:
        term = phone(shop.phone_base, random.randrange(count))[-5:]
        return "GET", f"/api/v1/customers?q={term}&limit=20", None, headers

    rows = []
    for what, make_request, wanted in (
        ("phone look-up", by_phone, "p95 below 20 ms"),
        ("name search", by_name, ""),
        ("search by five digits of a phone", by_digits, ""),
    ):
        seen = load.run(address, make_request, clients=CLIENTS, seconds=seconds)
        rows.append(
            {
                "what": f"{what}, {count:,} customers, {CLIENTS} clients",
                "figure": seen.per_second,
                "unit": "answers/s",
                "p50": seen.percentile(0.50),
                "p95": seen.percentile(0.95),
                "wanted": wanted,
            }
        )
    return rows
