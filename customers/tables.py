"""The list of customers."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.utils import timezone

from customers.models import Customer
from viveka.stores.models import Store
from viveka.stores.money import show_amount
from viveka.stores.phone import show_phone

_AMOUNT = {"td": {"class": "amount"}, "th": {"class": "amount"}}
_NUMBER = {"td": {"class": "number"}}


class CustomerTable(tables.Table):
    """Amounts in the store's currency, phones as dialled in its region, days in its time zone."""

    number = tables.Column(attrs=_NUMBER)
    name = tables.Column(linkify=True, attrs={"td": {"class": "lead-cell"}})
    phone = tables.Column(attrs=_NUMBER, default="")
    debt_balance = tables.Column("Owes", attrs=_AMOUNT)
    advance_balance = tables.Column("Advance", attrs=_AMOUNT)
    total_purchases = tables.Column("Purchases", attrs=_AMOUNT)
    last_purchase_at = tables.Column("Last purchase", attrs=_NUMBER, default="")

    class Meta:
        model = Customer
        fields = ("name", "number", "phone", "debt_balance", "advance_balance", "total_purchases", "last_purchase_at")
        sequence = fields
        orderable = False
        empty_text = "No customer found."

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        self.store = store
        super().__init__(*args, **kwargs)

    def render_phone(self, value: str) -> str:
        return show_phone(value, self.store.region)

    def render_debt_balance(self, value: Decimal) -> str:
        return show_amount(value, self.store.currency)

    render_advance_balance = render_total_purchases = render_debt_balance

    def render_last_purchase_at(self, value: datetime) -> str:
        return f"{timezone.localtime(value):%-d %b %Y}"
