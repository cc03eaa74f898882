"""Whatever is sent to the JSON API, as manager and as cashier: no fault of ours, no answer that it does not describe.

schemathesis makes the calls out of the description, good ones and bad ones, and follows what an answer gives into the
next call. `make fuzz` sends 20,000 and more, each run others; a run of the tests sends 1,000, always the same.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.fixtures import SettingsWrapper
from pytest_django.live_server_helper import LiveServer

from customers.models import Customer
from tests.api.shop import open_shop
from viveka import api
from viveka.stores.tests.callers import Caller

pytestmark = pytest.mark.django_db(transaction=True)

CALLS = int(os.environ.get("VIVEKA_FUZZ_CALLS") or 1000)
ROLES = ("manager", "cashier")
# A good form is no promise that a rule lets it through: a phone may be none, a reason empty, a check digit wrong.
CONFIG = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422"]

[parameters]
"path.store_id" = "{slug}"
"""


@pytest.mark.parametrize("role", ROLES)
def test_any_call_is_answered_as_described(
    live_server: LiveServer, tmp_path: Path, role: str, settings: SettingsWrapper
) -> None:
    settings.API_CALLS_A_MINUTE = 10**9
    shop = open_shop()
    caller = Caller(shop.store, role)
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG.format(slug=shop.store.slug))
    operations = sum(len(methods) for methods in api.description()["paths"].values())
    each = CALLS * 4 // (5 * len(ROLES) * operations) + 1  # some of them become more than one call
    chance = [] if CALLS > 1000 else ["--seed", "1"]
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(config), "run",
        f"{live_server.url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {caller.secret}",
        "--checks", "all", "--phases", "fuzzing,stateful" if CALLS <= 1000 else "examples,coverage,fuzzing,stateful",
        "--max-examples", str(each), "--no-color", "--warnings", "off", "--continue-on-failure", *chance,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    (generated,) = re.findall(r"(\d+) generated", done.stdout)
    assert int(generated) >= CALLS // len(ROLES)
    print(f"{generated} calls as {role}, all answered as described")
    assert Customer.objects.filter(pk=shop.customer.pk).exists()
