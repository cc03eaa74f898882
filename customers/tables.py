"""The directory as a table."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tables2.data import TableListData

from customers.models import Customer
from viveka.stores.models import Store
from viveka.stores.money import show_amount
from viveka.stores.phone import show_phone

_AMOUNT = {"td": {"class": "amount"}, "th": {"class": "amount"}}
_NUMBER = {"td": {"class": "number"}}


class _Sorted(TableListData):
    """Rows that came out of the database in their order."""

    def order_by(self, aliases: Any) -> None:
        """Nothing is left to do."""


class CustomerTable(tables.Table):
    """Amounts in the store's currency, phones as dialled in its region, days in its time zone."""

    number = tables.Column(attrs=_NUMBER)
    name = tables.Column(linkify=True, attrs={"td": {"class": "lead-cell"}})
    phone = tables.Column(attrs=_NUMBER, default="")
    debt_balance = tables.Column("Owes", attrs=_AMOUNT, initial_sort_descending=True)
    advance_balance = tables.Column("Advance", attrs=_AMOUNT, initial_sort_descending=True)
    total_purchases = tables.Column("Purchases", attrs=_AMOUNT, initial_sort_descending=True)
    last_purchase_at = tables.Column("Last purchase", attrs=_NUMBER, default="", initial_sort_descending=True)

    class Meta:
        model = Customer
        fields = ("name", "number", "phone", "debt_balance", "advance_balance", "total_purchases", "last_purchase_at")
        sequence = fields
        empty_text = "No customer found."

    def __init__(self, rows: list[Customer], *, store: Store, sort: str = "") -> None:
        self.store = store
        super().__init__(_Sorted(rows), order_by=sort or None)

    def render_name(self, record: Customer) -> str | SafeString:
        mark = _mark(record)
        return (
            format_html('{} <span class="badge text-bg-secondary">{}</span>', record.name, mark)
            if mark
            else record.name
        )

    def render_phone(self, value: str) -> str:
        return show_phone(value, self.store.region)

    def render_debt_balance(self, value: Decimal) -> str:
        return show_amount(value, self.store.currency)

    render_advance_balance = render_total_purchases = render_debt_balance

    def render_last_purchase_at(self, value: datetime) -> str:
        return f"{timezone.localtime(value):%-d %b %Y}"


def _mark(customer: Customer) -> str:
    """What is said beside the name of a record that is not simply in use."""
    if customer.merged_into_id:
        return "Merged"
    if customer.erased_at:
        return "Erased"
    if customer.deleted_at:
        return "Deleted"
    return "" if customer.is_active else "Not active"
