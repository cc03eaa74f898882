"""The two stores that traded, and the books as they were after each test."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.books.breaking import unfence
from tests.books.trade import Ids, trade
from viveka.stores.models import Store
from viveka.stores.tests.factories import StoreFactory, staff


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ids]:
    """Two stores that did all of it, for all tests here: it takes longer than they do."""
    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()
        there, here = StoreFactory(), StoreFactory()
        trade(there, staff(there, "manager"))
        made = trade(here, staff(here, "cashier")) | {"other store": there.pk}
    yield made
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture(scope="module")
def unfenced(world: Ids, django_db_blocker: DjangoDbBlocker) -> Iterator[Ids]:
    """Every trigger and constraint is away, for all tests of a module: it takes longer than they do."""
    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()
        unfence()
    yield world
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def ours(world: Ids, db: None) -> Ids:
    return world


@pytest.fixture
def store(world: Ids, db: None) -> Store:
    return Store.objects.get(pk=world["store"])


@pytest.fixture
def other_store(world: Ids, db: None) -> Store:
    return Store.objects.get(pk=world["other store"])
