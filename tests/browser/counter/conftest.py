"""A shelf."""

import pytest

from billing.tests.factories import stocked_product
from viveka.stores.models import Store


@pytest.fixture
def goods(store: Store) -> dict:
    """A shelf: sugar in two batches of different prices, soap, rice by weight, a service."""
    Store.objects.filter(pk=store.pk).update(
        name="Shivik Mart", receipt_header="12 Gandhi Road, Pune\nPhone 020 2612 3456"
    )
    return {
        "sugar": stocked_product(
            store, name="Sugar 1 kg pack", barcode="8901030865278", sku="SUG-1", batches=[(3, 80, 100), (10, 85, 110)]
        ),
        "soap": stocked_product(store, name="Neem Soap 75 g", barcode="8901030865285", batches=[(40, 25, 32)]),
        "rice": stocked_product(store, name="Basmati Rice", unit="kg", sku="RICE", batches=[(50, 90, "120.50")]),
        "haircut": stocked_product(store, name="Haircut", stock_policy="none", selling_price=250, batches=[]),
    }
