"""Who calls, and a customer on record."""

import pytest

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from tests.api.whole import PHONE
from viveka.stores.models import Store
from viveka.stores.tests.callers import Caller


@pytest.fixture
def till(store: Store) -> Caller:
    return Caller(store, "cashier")


@pytest.fixture
def office(store: Store) -> Caller:
    return Caller(store, "manager")


@pytest.fixture
def john(store: Store) -> Customer:
    return CustomerFactory(store=store, name="John Doe", phone=PHONE)
