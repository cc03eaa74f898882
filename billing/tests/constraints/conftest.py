"""The good rows are made once for all tests here, in a transaction round theirs: making them takes a second."""

from collections.abc import Generator
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from billing.tests.constraints.copying import settle
from billing.tests.constraints.rows import make_shop
from viveka.stores.models import Store
from viveka.stores.tests.factories import StoreFactory, staff


@pytest.fixture(scope="package")
def made_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Generator[dict[str, Any]]:
    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()
        store, other_store = StoreFactory(), StoreFactory()
        cashier = staff(store, "cashier")
        make_shop(other_store, cashier)
        shop = make_shop(store, cashier)
        settle()
    yield {"store": store, "other_store": other_store, "shop": shop}
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def shop(made_once: dict[str, Any], db: None) -> dict[str, Any]:
    """The key of one good row of each table, by table, in this store; a sale in the other store as well."""
    return dict(made_once["shop"])


@pytest.fixture
def store(made_once: dict[str, Any], db: None) -> Store:
    return made_once["store"]


@pytest.fixture
def other_store(made_once: dict[str, Any], db: None) -> Store:
    return made_once["other_store"]
