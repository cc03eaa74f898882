"""Debts as a table for a file."""

from collections.abc import Iterator
from typing import Any

from debts.models.debt import DebtQuerySet
from debts.models.opening import OpeningQuerySet
from viveka.stores.models import Store
from viveka.stores.phone import show_phone

READ_AT_ONCE = 2000
HEADER = (
    "Date", "Customer number", "Customer", "Phone", "Bill", "For or by whom", "Note", "Due", "Amount", "Paid",
    "Returned", "Written off", "Left", "Status", "By",
)  # fmt: skip


def debt_rows(store: Store, debts: DebtQuerySet) -> Iterator[tuple[Any, ...]]:
    """The header, then a row for each debt, read a piece at a time. Times are the store's own."""
    yield HEADER
    for debt in debts.select_related("customer", "by", "payment__bill").iterator(READ_AT_ONCE):
        who = debt.customer
        yield (
            f"{debt.at.astimezone(store.zone):%Y-%m-%d %H:%M}", who.number, who.name,
            show_phone(who.phone, store.region), debt.bill_number, debt.for_name, debt.note, debt.due_on, debt.amount,
            debt.paid, debt.returned, debt.written_off, debt.balance, debt.get_status_display(),
            debt.by.get_username(),
        )  # fmt: skip


OPENING_HEADER = (
    "Customer number", "Customer", "Phone", "Owes", "Paid ahead", "Since", "File", "Line", "Entered", "By", "Undone",
)  # fmt: skip


def opening_rows(store: Store, openings: OpeningQuerySet) -> Iterator[tuple[Any, ...]]:
    """The header, then a row for each opening balance, read a piece at a time."""
    yield OPENING_HEADER
    for one in openings.select_related("customer", "debt", "advance", "by").iterator(READ_AT_ONCE):
        who = one.customer
        yield (
            who.number, who.name, show_phone(who.phone, store.region), one.debt.amount if one.debt else "",
            one.advance.amount if one.advance else "", store.day_of(one.at), one.file, one.line,
            f"{one.created_at.astimezone(store.zone):%Y-%m-%d %H:%M}", one.by.get_username(),
            "yes" if one.is_undone else "",
        )  # fmt: skip
