"""Asha, who owes or will."""

import pytest

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.stores.models import Store


@pytest.fixture
def asha(store: Store) -> Customer:
    return CustomerFactory(store=store, name="Asha Rao", phone="+919876543210")
