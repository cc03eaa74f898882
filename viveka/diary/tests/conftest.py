"""A service to arrange."""

import pytest

from billing.models import Product
from billing.tests.factories import stocked_product
from viveka.stores.models import Store


@pytest.fixture
def facial(store: Store) -> Product:
    return stocked_product(store, batches=[], stock_policy="none", selling_price=600, name="Facial")
