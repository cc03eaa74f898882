"""Advances as a table on a page, and as rows of a file."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from advances.models import AdvancePayment, AdvanceStatus, WalletEntry
from advances.reading import wallet_of
from customers.models import Customer
from viveka.stores.models import Store, User
from viveka.stores.money import ZERO, show_amount
from viveka.stores.phone import show_phone

READ_AT_ONCE = 2000
_AMOUNT = {"td": {"class": "amount"}, "th": {"class": "amount"}}
_BADGES = {
    AdvanceStatus.ACTIVE: "text-bg-success",
    AdvanceStatus.UTILIZED: "text-bg-secondary",
    AdvanceStatus.REFUNDED: "text-bg-warning",
    AdvanceStatus.EXPIRED: "text-bg-light border",
}


class AdvanceTable(tables.Table):
    """Amounts in the store's currency, times in its zone."""

    at = tables.Column("Taken", linkify=True, attrs={"td": {"class": "lead-cell"}})
    customer = tables.Column(linkify=True)
    reference_type = tables.Column("Brought by")
    mode = tables.Column("Paid by", empty_values=())
    amount = tables.Column(attrs=_AMOUNT)
    remaining_amount = tables.Column("Left", attrs=_AMOUNT)
    status = tables.Column()
    by = tables.Column("Taken by")

    class Meta:
        empty_text = "No advance found."

    def __init__(self, rows: Any, *, store: Store) -> None:
        self.store = store
        super().__init__(rows, orderable=False)

    def render_at(self, value: datetime) -> str:
        return f"{timezone.localtime(value, self.store.zone):%-d %b %Y, %H:%M}"

    def render_reference_type(self, record: AdvancePayment) -> str:
        return record.get_reference_type_display()

    def render_mode(self, record: AdvancePayment) -> str:
        return record.get_mode_display() if record.mode else "No money"

    def render_amount(self, value: Decimal) -> str:
        return show_amount(value, self.store.currency)

    render_remaining_amount = render_amount

    def render_status(self, record: AdvancePayment) -> SafeString:
        return status_badge(record)

    def render_by(self, value: User) -> str:
        return value.called


def status_badge(advance: AdvancePayment) -> SafeString:
    """The status as a mark."""
    look = _BADGES[AdvanceStatus(advance.status)]
    return format_html('<span class="badge {}">{}</span>', look, advance.get_status_display())


def advance_rows(store: Store, advances: "QuerySet[AdvancePayment]") -> Iterator[tuple[Any, ...]]:
    """The header, then a row for each advance, newest first, read a piece at a time. Times are the store's own."""
    yield (
        "Taken", "Customer", "Name", "Phone", "Brought by", "Paid by", "Reference", "Amount", "Used", "Refunded",
        "Expired", "Left", "Status", "Notes", "Taken by",
    )  # fmt: skip
    for one in advances.select_related("customer", "by").order_by("-at", "-id").iterator(READ_AT_ONCE):
        buyer = one.customer
        yield (
            _time(store, one.at), buyer.number, buyer.name, show_phone(buyer.phone, store.region),
            one.get_reference_type_display(), one.get_mode_display(), one.payment_reference, one.amount,
            one.utilized_amount, one.refunded_amount, one.expired_amount, one.remaining_amount,
            one.get_status_display(), one.notes, one.by.get_username(),
        )  # fmt: skip


def wallet_rows(store: Store, customer: Customer) -> Iterator[tuple[Any, ...]]:
    """The header, then the customer's wallet from its beginning with the balance after each line."""
    yield "Time", "What", "Change", "Balance", "Bill", "Paid back by", "Reason", "Who", "Allowed by"
    balance = ZERO
    for entry in wallet_of(customer).order_by("at", "id").iterator(READ_AT_ONCE):
        balance += entry.change
        yield (
            _time(store, entry.at), entry.get_cause_display(), entry.change, balance, _bill(entry),
            entry.get_mode_display(), entry.reason, entry.by.get_username() if entry.by else "",
            entry.allowed_by.get_username() if entry.allowed_by else "",
        )  # fmt: skip


def _bill(entry: WalletEntry) -> str:
    payment = getattr(entry.deduction, "payment", None)
    return str(payment.bill) if payment else ""


def _time(store: Store, moment: datetime) -> str:
    return f"{moment.astimezone(store.zone):%Y-%m-%d %H:%M}"
