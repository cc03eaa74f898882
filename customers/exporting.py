"""Customers as a table for a file; what is exported comes back unchanged when it is imported."""

from collections.abc import Iterator
from typing import Any

from customers.models import CustomerQuerySet
from viveka.stores.models import Store
from viveka.stores.phone import show_phone

READ_AT_ONCE = 2000
HEADER = (
    "Number", "Phone", "Name", "Email", "Address", "GST number", "Gender", "Note", "Active", "Debt balance",
    "Advance balance", "Total purchases", "Purchases", "Last purchase",
)  # fmt: skip


def customer_rows(store: Store, customers: CustomerQuerySet) -> Iterator[tuple[Any, ...]]:
    """The header, then a row for each customer, read a piece at a time. Times are the store's own."""
    yield HEADER
    zone = store.zone
    for one in customers.iterator(READ_AT_ONCE):
        last = f"{one.last_purchase_at.astimezone(zone):%Y-%m-%d %H:%M}" if one.last_purchase_at else ""
        yield (
            one.number, show_phone(one.phone, store.region), one.name, one.email, one.address, one.gst_number,
            one.gender, one.note, one.is_active, one.debt_balance, one.advance_balance, one.total_purchases,
            one.purchase_count, last,
        )  # fmt: skip
