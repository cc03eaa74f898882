"""What all tests share. A test that was skipped did not pass: it is said loudly, and fails where CI=true."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoDbBlocker

    from viveka.stores.models import Store, User

ROOT = Path(__file__).resolve().parent
IN_CI = os.environ.get("CI", "").lower() == "true"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data (VIVEKA_TEST_DATA); a test that needs it is skipped where there is none."""
    folder = (ROOT / (os.environ.get("VIVEKA_TEST_DATA") or "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no real data: VIVEKA_TEST_DATA names no folder ({folder})")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium, for Playwright's executable_path."""
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")  # the shell draws no windows: quicker
    if path is None:
        pytest.skip("no Chromium: `apt-get install chromium`")
    return path


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: "DjangoDbBlocker"
) -> None:
    """Each process of a run copies one migrated database."""
    from django.db import connection

    from tests.template import template_database

    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template_database()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Generator[None]:
    """Argon2 is slow on purpose; tests need not wait for it."""
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def emptying_between_tests() -> Generator[None]:
    """Tests with real commits leave empty tables behind, quicker than Django's `flush` would."""
    from django.test import TransactionTestCase

    from tests.emptying import empty_tables

    def empty(self: TransactionTestCase) -> None:
        for alias in self._databases_names(include_mirrors=False):
            empty_tables(alias)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
        yield


@pytest.fixture(scope="session", autouse=True)
def static_files_listed_once() -> Generator[None]:
    """Every test client is a server of its own, which would look through all static files as it starts."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    look = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, object] = {}

    def once(self: WhiteNoiseMiddleware) -> None:
        if not found:
            look(self)
            found.update(self.files)
        self.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", once)
        yield


@pytest.fixture
def store(db: None) -> "Store":
    """A store in India."""
    from viveka.stores.tests.factories import StoreFactory

    return StoreFactory()


@pytest.fixture
def other_store(db: None) -> "Store":
    """Another store, in which nobody of `store` has a role."""
    from viveka.stores.tests.factories import StoreFactory

    return StoreFactory()


@pytest.fixture
def cashier(store: "Store") -> "User":
    from viveka.stores.tests.factories import staff

    return staff(store, "cashier")


@pytest.fixture
def manager(store: "Store") -> "User":
    from viveka.stores.tests.factories import staff

    return staff(store, "manager")


@pytest.fixture
def auditor(store: "Store") -> "User":
    from viveka.stores.tests.factories import staff

    return staff(store, "auditor")


@pytest.fixture
def cashier_client(cashier: "User") -> "Client":
    return _signed_in(cashier)


@pytest.fixture
def manager_client(manager: "User") -> "Client":
    return _signed_in(manager)


@pytest.fixture
def auditor_client(auditor: "User") -> "Client":
    return _signed_in(auditor)


@pytest.fixture
def manager_pin(manager: "User") -> dict[str, str]:
    """A manager's word as a cashier's screen sends it."""
    from django.contrib.auth.hashers import make_password
    from django.utils import timezone

    membership = manager.memberships.get()
    membership.pin_hash, membership.pin_set_at = make_password("2580"), timezone.now()
    membership.save()
    return {"pin_manager": str(membership.pk), "pin": "2580", "pin_why": "I know her"}


def _signed_in(user: "User") -> "Client":
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_if_skipped(report)
    return report


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, which is a failure where CI=true: {_reason(report)}"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if skipped := terminalreporter.stats.get("skipped"):
        terminalreporter.section("NOT TESTED", sep="!", yellow=True, bold=True)
        for report in skipped:
            terminalreporter.line(f"{report.nodeid}: {_reason(report)}", yellow=True)
