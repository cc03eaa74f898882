"""Whatever is sent to the JSON API, as manager and as cashier: no fault of ours, no answer that it does not describe.

schemathesis makes the calls out of the description, good ones and bad ones, and follows what an answer gives into the
next call. `make fuzz` sends 20,000 and more, each run others, several at a time, to a server as a shop has it; a run
of the tests sends 1,000, always the same, to a server in its own process.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from django.db import connection

from customers.models import Customer
from tests.api.shop import open_shop
from viveka import api
from viveka.stores.tests.callers import Caller

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).parents[2]
CALLS = int(os.environ.get("VIVEKA_FUZZ_CALLS") or 1000)
MANY = CALLS > 1000
ROLES = ("manager", "cashier")
# Each part in a process of its own: threads (--workers) trip over CPython 3.11's parser.
GOODS, RECORDS = (f"^/api/v1/({names})" for names in ("products|inventory|bills", "appointments|bookings|enquiries"))
PARTS = (
    ("--include-path-regex", GOODS),
    ("--include-path-regex", RECORDS),
    ("--exclude-path-regex", f"{GOODS}|{RECORDS}"),
)
COVERED = 3000  # calls that the phase of coverage makes at least, however few are asked for
# A good form is no promise that a rule lets it through: a phone may be none, a reason empty, a check digit wrong.
CONFIG = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422"]
negative_data_rejection.expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "414", "422", "431"]

[parameters]
"path.store_id" = "{slug}"
"""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server as a shop has it, with workers of its own, on the database of the test."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    known = connection.settings_dict
    password = f":{quote(known['PASSWORD'], safe='')}" if known["PASSWORD"] else ""
    place = f"{quote(known['HOST'], safe='')}:{known['PORT']}/{known['NAME']}"
    env = {
        **os.environ, "DATABASE_URL": f"postgres://{quote(known['USER'])}{password}@{place}",
        "VIVEKA_API_CALLS_A_MINUTE": str(10**9),
    }  # fmt: skip
    command = [
        sys.executable, "-m", "gunicorn", "viveka.wsgi:application", "--worker-class", "viveka.server.Worker",
        "--workers", "3", "--no-control-socket", "--bind", f"127.0.0.1:{port}", "--log-level", "error",
    ]  # fmt: skip
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/api/v1/openapi.json")
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def _wait_for(address: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urlopen(address, timeout=60).close()
            return
        except URLError:
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.1)


@pytest.mark.parametrize("role", ROLES)
def test_any_call_is_answered_as_described(request: pytest.FixtureRequest, tmp_path: Path, role: str) -> None:
    shop = open_shop()
    caller = Caller(shop.store, role)
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG.format(slug=shop.store.slug))
    if MANY:
        with served(tmp_path) as address:
            send = partial(_send, address, config, caller, "examples,coverage,fuzzing")
            with ThreadPoolExecutor() as at_once:
                generated = sum(at_once.map(lambda part: send(*part), PARTS))
            generated += _send(address, config, caller, "stateful")  # alone: nobody else deletes what it made
    else:
        request.getfixturevalue("settings").API_CALLS_A_MINUTE = 10**9
        address = request.getfixturevalue("live_server").url
        generated = _send(address, config, caller, "fuzzing,stateful", "--seed", "1")
    assert generated >= CALLS // len(ROLES)
    print(f"{generated} calls as {role}, all answered as described")
    assert Customer.objects.filter(pk=shop.customer.pk).exists()


def _send(address: str, config: Path, caller: Caller, phases: str, *more: str) -> int:
    """How many calls were made, each of them answered as it should be."""
    operations = sum(len(methods) for methods in api.description()["paths"].values())
    made_up = (CALLS // len(ROLES) - COVERED) if MANY else CALLS * 4 // (5 * len(ROLES))
    each = max(made_up, 0) // operations + 1  # some of them become more than one call
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(config), "run",
        f"{address}/api/v1/openapi.json", "--header", f"Authorization: Bearer {caller.secret}",
        "--checks", "all", "--phases", phases, "--max-examples", str(each), "--no-color", "--warnings", "off",
        "--continue-on-failure", "--generation-database", "none", *more,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=config.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    (generated,) = re.findall(r"(\d+) generated", done.stdout)
    return int(generated)
