"""The environment of every test run, set before Django's settings are read (pytest.ini loads this first).

Tests have a data folder and a database cluster of their own, in VIVEKA_TEST_FOLDER where that is set. Workers of
pytest-xdist inherit it all.
"""

import gc
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent

os.environ["VIVEKA_DEBUG"] = "0"
os.environ.pop("VIVEKA_HTTPS", None)
os.environ.pop("VIVEKA_ALLOWED_HOSTS", None)
os.environ["VIVEKA_DATA"] = os.environ.get("VIVEKA_TEST_FOLDER") or str(ROOT / "var" / "test")
os.environ["VIVEKA_TEST_CLUSTER"] = "1"  # without fsync; says nothing where DATABASE_URL names a server
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs an event loop in the test's thread
os.environ["VIVEKA_API_FAILURES_A_MINUTE"] = "1000000"  # refusals are what many tests are about

# What is imported lives as long as the run: looking through it for garbage again and again takes a third of the time.
gc.disable()


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


# One unit of work, for one process of several: what shares a fixture that is dear (sixteen tills, a shop of its own).
TOGETHER = ("tests/races/", "tests/test_kills.py")
# Single tests are such units where each is long; of all others their file is. The long ones begin.
APART = ("tests/browser/test_accessibility.py", "tests/browser/", "tests/api/test_fuzz.py")
LONG = (TOGETHER[0], *APART, TOGETHER[1])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((n for n, start in enumerate(LONG) if item.nodeid.startswith(start)), len(LONG)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deals the tests out to the processes; xdist's own groups go by a name that pytest no longer lets it change."""
    from xdist.scheduler import LoadScopeScheduling

    class Units(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            if nodeid.startswith(APART):
                return nodeid
            return next((start for start in TOGETHER if nodeid.startswith(start)), nodeid.split("::")[0])

    config.option.loadscopereorder = False
    return Units(config, log)
