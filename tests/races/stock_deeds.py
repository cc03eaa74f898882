"""What happens at the shelves at once. Arguments and answers are plain values, since they travel between processes."""

from decimal import Decimal

from django.utils import timezone

from billing.models import Product
from billing.services.adjusting import Why, adjust_product
from billing.services.stock import receive_batch
from tests.races import deeds
from viveka.stores.models import Store, User


def at_the_shelf(what: str, store: int, by: int, product: int, quantity: int) -> int:
    """Sell one, receive a batch, or count; the quantity that moved."""
    if what == "sell":
        deeds.sell(store, by, [product])
        return -1
    person, now = User(pk=by), timezone.now()
    if what == "receive":
        receive_batch(
            product=Product.objects.select_related("store").get(pk=product), quantity=Decimal(quantity),
            cost_price=Decimal(70), selling_price=Decimal(100), received_at=now, now=now, by=person,
        )  # fmt: skip
        return quantity
    why = Why("counted", person, now)
    here = Store.objects.get(pk=store)
    return int(adjust_product(store=here, product_id=product, quantity=Decimal(quantity), why=why).quantity)
