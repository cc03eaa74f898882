"""The machine is switched off in the middle of many sales: what was answered is there, once, and the books hold.

A server and a database of their own, with fsync, as a shop runs them. Eight tills sell over HTTP; the server's
processes, or the database, are killed under them; a till sends a sale again with its key until it is answered.
VIVEKA_KILLS says how often the server is killed: 200 times among 2,000 sales and more, where a run of the tests makes
do with a few.
"""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from viveka.embedded.cluster import DATABASE, ROLE, EmbeddedCluster

pytestmark = pytest.mark.races

ROOT = Path(__file__).resolve().parent.parent
TILLS = 8
KILLS = int(os.environ.get("VIVEKA_KILLS") or 4)
DATABASE_KILLS = 2
NO_ANSWER = 599
PATIENCE = 60  # seconds that a till goes on sending one sale
OPEN_STORE = """
import json
from billing.tests.factories import stocked_product
from viveka.stores.models import ApiToken
from viveka.stores.tests.factories import StoreFactory, staff
store = StoreFactory(slug={slug!r})
user = staff(store, username={slug!r})
products = [stocked_product(store, batches=[(200, 8, 10), (90_000, 9, 11)], by=user).pk for _ in range(6)]
print(json.dumps([ApiToken.objects.issue(store=store, user=user)[1], products]))
"""

SIGN_IN = """
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from billing.tests.factories import stocked_product
from viveka.stores.models import Store, User
store, user = Store.objects.get(slug="cart"), User.objects.get(username="cart")
for name in ("held", "kept"):
    stocked_product(store, name=f"{name.capitalize()} soap", barcode=name, by=user)
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
session.save()
print(session.session_key)
"""


class Shop:
    """A data folder, the database in it, and a server on a port."""

    def __init__(self, folder: Path) -> None:
        self.cluster = EmbeddedCluster(folder / "postgres")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("VIVEKA_", "DATABASE_"))}
        self.env = {**kept, "VIVEKA_DATA": str(folder)}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = folder / "server.log"
        self.server: subprocess.Popen[bytes] | None = None

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, f"{arguments[0]} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "tests.dying:application", "--workers", "4", "--timeout", "60"]
        command += ["--no-control-socket", "--bind", f"127.0.0.1:{self.port}", "--log-level", "error"]
        with self.log.open("ab") as log:
            self.server = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def kill_server(self) -> None:
        """Master and workers at one blow, and start again."""
        assert self.server
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait()
        self.start()

    def kill_a_worker(self) -> None:
        """The master notices, and starts another."""
        assert self.server
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children")
        while not (workers := children.read_text().split()):
            time.sleep(0.01)
        os.kill(int(random.choice(workers)), signal.SIGKILL)

    def kill_database(self) -> None:
        """The next worker that asks for a connection starts it again."""
        pid = self.cluster.status().pid
        assert pid
        os.kill(pid, signal.SIGKILL)

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        address = f"host={self.cluster.ensure_running()} user={ROLE} dbname={DATABASE}"
        with psycopg.connect(address) as connection:
            return connection.execute(sql, values).fetchall()

    def close(self) -> None:
        if self.server:
            os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait()
        self.cluster.stop()


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    folder = Path(tempfile.mkdtemp(prefix="viveka-", dir="/tmp"))
    folder.chmod(0o755)  # the database's user goes through it
    shop = Shop(folder)
    try:
        shop.manage("migrate", "--noinput", "--verbosity", "0")
        shop.start()
        yield shop
    finally:
        shop.close()
        if shop.cluster.place.socket.parent == Path("/tmp"):
            shutil.rmtree(shop.cluster.place.socket, ignore_errors=True)
        shutil.rmtree(folder)


class Till:
    """A program at the counter that does not give up."""

    def __init__(self, port: int, token: str, products: list[int]) -> None:
        self.port = port
        self.products = products
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.given_up = Event()
        self.interrupted: list[int] = []

    def send(self, n: int, *, die: bool = False) -> tuple[int, bytes]:
        """Sale number n once, with its key; the server's process dies before it answers where that is asked for."""
        items = [{"productId": product, "quantity": 1} for product in random.Random(n).sample(self.products, 3)]
        phone = f"98765 {n % 40:05d}" if n % 2 else ""
        receipt = {"customerPhone": phone, "paymentMethod": "Cash"}
        body = json.dumps({"saleItems": items, "receiptData": receipt})
        headers = {**self.headers, "Idempotency-Key": f"sale-{n}"}
        return self._post(body, {**headers, "X-Die": "1"} if die else headers)

    def sell(self, n: int) -> str:
        """Send sale number n until it is answered; the bill's number."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE and not self.given_up.is_set():
            status, answer = self.send(n)
            if status == 201:
                return str(json.loads(answer)["bill"]["billNumber"])
            if status < 500:
                self.given_up.set()
                raise AssertionError(f"sale {n} was refused: {status} {answer[:500]!r}")
            self.interrupted.append(n)
            time.sleep(0.05)
        raise AssertionError(f"sale {n} was never answered")

    def _post(self, body: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """Status and answer; NO_ANSWER where there is none."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("POST", "/api/v1/inventory/sales", body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, HTTPException):
            return NO_ANSWER, b""
        finally:
            connection.close()


def sell_under(shop: Shop, slug: str, kills: int, kill: Callable[[int], None]) -> tuple[Till, dict[int, str]]:
    """Sales from eight tills, with so many kills among them, each at any moment; the bill's number of each sale."""
    among = max(120, 12 * kills)
    token, products = json.loads(shop.manage("shell", "-v", "0", "-c", OPEN_STORE.format(slug=slug)))
    till = Till(shop.port, token, products)
    with ThreadPoolExecutor(TILLS) as tills:
        sales = {n: tills.submit(till.sell, n) for n in range(among)}
        for blow in range(1, kills + 1):
            while sum(sale.done() for sale in sales.values()) < blow * among // (kills + 1):
                time.sleep(0.01)
            time.sleep(random.uniform(0, 0.05))
            kill(blow)
        return till, {n: sale.result() for n, sale in sales.items()}


def assert_every_sale_is_there_once(shop: Shop, slug: str, till: Till, answered: dict[int, str]) -> None:
    assert till.interrupted  # else no sale was under way, and nothing is shown
    bills = shop.ask(
        "SELECT number, sequence FROM billing_bill JOIN stores_store ON stores_store.id = store_id"
        " WHERE slug = %s ORDER BY sequence", slug,
    )  # fmt: skip
    assert [sequence for _, sequence in bills] == list(range(1, len(answered) + 1))
    assert sorted(answered.values()) == [number for number, _ in bills]
    for n in random.sample(range(len(answered)), 20):
        assert till.sell(n) == answered[n]  # asked once more, the same bill
    shop.manage("check_books")


def test_a_killed_server_loses_nothing_and_sells_nothing_twice(shop: Shop) -> None:
    """A worker at a time; now and then master and workers at one blow."""

    def kill(blow: int) -> None:
        (shop.kill_server if blow % 10 == 2 else shop.kill_a_worker)()

    till, answered = sell_under(shop, "server", KILLS, kill)
    assert_every_sale_is_there_once(shop, "server", till, answered)


def test_a_killed_database_loses_nothing_and_sells_nothing_twice(shop: Shop) -> None:
    assert shop.ask("SHOW fsync") == [("on",)]
    till, answered = sell_under(shop, "database", DATABASE_KILLS, lambda blow: shop.kill_database())
    assert_every_sale_is_there_once(shop, "database", till, answered)


def test_a_worker_that_dies_between_commit_and_answer_has_sold_once(shop: Shop) -> None:
    token, products = json.loads(shop.manage("shell", "-v", "0", "-c", OPEN_STORE.format(slug="answer")))
    till = Till(shop.port, token, products)
    counting = "SELECT count(*) FROM billing_bill JOIN stores_store ON stores_store.id = store_id WHERE slug = 'answer'"
    for n in range(5):
        assert till.send(n, die=True)[0] == NO_ANSWER
        assert shop.ask(counting) == [(n + 1,)], "it was written"
        number = till.sell(n)
        assert (till.sell(n), shop.ask(counting)) == (number, [(n + 1,)])


def test_a_cart_survives_the_servers_death(shop: Shop) -> None:
    """Signed in by a browser's forms: a line, the customer, kill -9, and the same cart; one that was held as well."""
    shop.manage("shell", "-v", "0", "-c", OPEN_STORE.format(slug="cart"))
    key = shop.manage("shell", "-v", "0", "-c", SIGN_IN).strip()
    cookie = {"Cookie": f"sessionid={key}; csrftoken={'t' * 32}; machine={'a' * 32}"}

    def ask(method: str, path: str, **form: str) -> str:
        body = urlencode({"csrfmiddlewaretoken": "t" * 32, **form}) if method == "POST" else None
        headers = {**cookie, "Content-Type": "application/x-www-form-urlencoded"}
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            connection = HTTPConnection("127.0.0.1", shop.port, timeout=PATIENCE)
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                assert answer.status in (200, 302), answer.status
                return answer.read().decode()
            except (OSError, HTTPException):
                time.sleep(0.05)
            finally:
                connection.close()
        raise AssertionError("no answer")

    ask("POST", "/counter/add/", code="held")
    ask("POST", "/counter/hold/")
    ask("POST", "/counter/add/", code="kept")
    ask("POST", "/counter/buyer/", phone="98765 43210", name="Asha Rao")
    shop.kill_server()
    page = ask("GET", "/counter/")
    assert "CUST0001 - Asha Rao" in page
    assert 'aria-label="Quantity of Kept soap"' in page
    assert "Held soap" in page
