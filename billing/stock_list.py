"""The shelves as a list: what is there and what it cost, by what it came in for; read only, in the database."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Round

from billing.models import Batch, Product
from viveka.stores.models import StockPolicy, Store
from viveka.stores.money import ZERO, show_quantity
from viveka.stores.paging import PAGE_SIZE, Page

SOON = 30
"""Days within which a batch counts as expiring soon."""
SHOWN = {
    "": "All",
    "there": "In stock",
    "low": "Low",
    "out": "Out",
    "below": "Below zero",
    "expired": "Expired",
    "soon": f"Expiring within {SOON} days",
}
MONEY: DecimalField = DecimalField(max_digits=22, decimal_places=2)
COLUMNS = (
    "Product", "SKU", "Barcode", "Category", "Unit", "Stock", "Short", "Low at", "Value at cost", "Expires first",
)  # fmt: skip


def stock_of(store: Store) -> "QuerySet[Product]":
    """All that keeps stock, but what is neither on sale nor there.

    Each with `value` (what is left at what it cost, rounded once) and `expires_on`, the first date among its batches.
    """
    shelf = Batch.objects.filter(product=OuterRef("pk")).in_stock().order_by().values("product")
    value = shelf.annotate(sum=Sum(F("remaining") * F("cost_price"), output_field=MONEY)).values("sum")
    return (
        Product.objects.of(store)
        .exclude(stock_policy=StockPolicy.NONE)
        .exclude(is_active=False, current_stock=0)
        .annotate(
            value=Round(Coalesce(Subquery(value), ZERO, output_field=MONEY), 2, output_field=MONEY),
            expires_on=Subquery(shelf.annotate(first=Min("expiry_date")).values("first")),
        )
    )


def narrowed(products: "QuerySet[Product]", shown: str, today: date) -> "QuerySet[Product]":
    """Those of one kind; see SHOWN."""
    shelf = Batch.objects.filter(product=OuterRef("pk")).in_stock()
    conditions: dict[str, Any] = {
        "there": Q(current_stock__gt=0),
        "low": Q(low_stock_level__isnull=False, current_stock__lte=F("low_stock_level")),
        "out": Q(current_stock=0),
        "below": Q(short__gt=0),
        "expired": Exists(shelf.filter(expiry_date__lt=today)),
        "soon": Exists(shelf.filter(expiry_date__gte=today, expiry_date__lte=today + timedelta(days=SOON))),
    }
    return products.filter(conditions[shown]) if shown in conditions else products


def total_value(products: "QuerySet[Product]") -> Decimal:
    """The values of the list, added up."""
    return products.order_by().aggregate(sum=Coalesce(Sum("value"), ZERO, output_field=MONEY))["sum"]


def dearest_page(products: Any, query: Mapping[str, str]) -> "Page[Product]":
    """The list by value, the most first; a page begins beside a place as in viveka/stores/paging.py."""
    before, after = (_read_place(query.get(name, "")) for name in ("before", "after"))
    if after and not before:
        beside = Q(value__gt=after[0]) | Q(value=after[0], pk__gt=after[1])
        found = list(products.filter(beside).order_by("value", "pk")[: PAGE_SIZE + 1])
        if len(found) > PAGE_SIZE:
            shown = found[PAGE_SIZE - 1 :: -1]
            return Page(shown, newer=_place(shown[0]), older=_place(shown[-1]), is_sorted=True)
        before = None
    if before:
        products = products.filter(Q(value__lt=before[0]) | Q(value=before[0], pk__lt=before[1]))
    found = list(products.order_by("-value", "-pk")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return Page(
        shown,
        newer=_place(shown[0]) if before and shown else "",
        older=_place(shown[-1]) if len(found) > PAGE_SIZE else "",
        is_sorted=True,
    )


def _place(product: Any) -> str:
    return f"{product.value}~{product.pk}"


def _read_place(text: str) -> tuple[Decimal, int] | None:
    value, _, pk = text.partition("~")
    whole, _, paise = value.partition(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in (whole, paise, pk)):
        return None
    return Decimal(value), int(pk)


def stock_rows(products: Any) -> Iterator[list[Any]]:
    """The list as rows of a file, by name, the header first."""
    yield list(COLUMNS)
    for one in products.order_by("name", "pk").iterator(chunk_size=2000):
        yield [
            one.name, one.sku, one.barcode, one.category, one.unit, show_quantity(one.current_stock),
            show_quantity(one.short), "" if one.low_stock_level is None else show_quantity(one.low_stock_level),
            one.value, one.expires_on,
        ]  # fmt: skip


def expired_batches(store: Store, today: date) -> "QuerySet[Batch]":
    """What is left of batches past their expiry date, with `value`, the longest gone first."""
    value = Round(F("remaining") * F("cost_price"), 2, output_field=MONEY)
    expired = Batch.objects.filter(store=store).expired(today).select_related("product")
    return expired.annotate(value=value).order_by("expiry_date", "id")
