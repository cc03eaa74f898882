"""A shop with two customers, and what every correction is told."""

import pytest
from django.utils import timezone

from billing.tests.factories import stocked_product
from customers.tests.factories import CustomerFactory


@pytest.fixture
def soap(store):
    return stocked_product(store, batches=[(50, 80, 100)])


@pytest.fixture
def rita(store):
    return CustomerFactory(store=store, name="Rita")


@pytest.fixture
def sita(store):
    return CustomerFactory(store=store, name="Sita")


@pytest.fixture
def told(store, manager):
    """What every correction is told."""
    return lambda **more: {"store": store, "reason": "Wrong one", "by": manager, "now": timezone.now(), **more}
