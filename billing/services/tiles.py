"""Tiles of the counter: what the managers pinned, and what sells most of what no scanner can read."""

from datetime import date
from decimal import Decimal

from django.db.models import Count, Q

from billing.models import Bill, BillLine, Product
from billing.services.priced_cart import price_each
from viveka.stores.models import Store

MOST_PINNED = 24
FILLED_UP_TO = 12
LOOKED_AT = 300
"""How many of the store's last bills say what sells: bounded, however old the store is."""


def counter_tiles(store: Store, day: date) -> list[tuple[Product, Decimal | None]]:
    """Favourites by name, then best sellers without a barcode, each with the price of the next one. Three queries."""
    sellers = _best_sellers(store)
    shown = Product.objects.of(store).on_sale().filter(Q(is_favourite=True) | Q(pk__in=sellers))
    place = {pk: n for n, pk in enumerate(sellers)}
    found = list(shown)
    pinned = sorted((one for one in found if one.is_favourite), key=lambda one: one.name.casefold())[:MOST_PINNED]
    best = sorted((one for one in found if not one.is_favourite), key=lambda one: place[one.pk])
    best = best[: max(FILLED_UP_TO - len(pinned), 0)]
    return price_each([*pinned, *best], day)


def _best_sellers(store: Store) -> list[int]:
    """Keys of the products without a barcode that are on most of the last bills, the most wanted first."""
    last = Bill.objects.of(store).order_by("-at", "-id").values("pk")[:LOOKED_AT]
    sold = BillLine.objects.filter(store=store, bill__in=last, product__barcode="", product__is_active=True)
    by_product = sold.filter(product__to_complete=False).order_by().values("product")
    return list(by_product.annotate(n=Count("pk")).order_by("-n", "product").values_list("product", flat=True)[:24])
