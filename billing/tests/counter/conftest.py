"""A cashier at the counter, soap for 100, and John, who is on record."""

import pytest
from django.test import Client

from billing.models import Product
from billing.tests.factories import stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.stores.models import Store


@pytest.fixture
def till(cashier_client: Client) -> Client:
    return cashier_client


@pytest.fixture
def soap(store: Store) -> Product:
    return stocked_product(store, batches=[(1000, 80, 100)])


@pytest.fixture
def john(store: Store) -> Customer:
    return CustomerFactory(store=store, phone="+919876543210", name="John Doe", number="CUST0001")
