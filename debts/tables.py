"""Debts and credit accounts as tables; each cell as a shop writes it."""

from datetime import date
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from debts.models import CreditAccount, Debt, OpeningBalance
from viveka.stores.models import Store
from viveka.stores.money import show_amount

AMOUNT = {"td": {"class": "amount"}, "th": {"class": "amount"}}
NUMBER = {"td": {"class": "number"}}
LEAD = {"td": {"class": "lead-cell"}}


class _StoreTable(tables.Table):
    """Rows of one store, in the order given."""

    def __init__(self, rows: Any, *, store: Store) -> None:
        self.store = store
        super().__init__(rows, orderable=False)

    def amount(self, value: Decimal) -> str:
        return show_amount(value, self.store.currency)


class DebtTable(_StoreTable):
    customer = tables.Column(attrs=LEAD)
    at = tables.Column("Date", attrs=NUMBER)
    about = tables.Column("For", empty_values=())
    due_day = tables.Column("Due")
    amount_owed = tables.Column("Amount", accessor="amount", attrs=AMOUNT)
    paid = tables.Column(attrs=AMOUNT)
    balance = tables.Column("Left", attrs=AMOUNT)

    class Meta:
        empty_text = "No debt found."

    def __init__(self, rows: Any, *, store: Store, today: date) -> None:
        self.today = today
        super().__init__(rows, store=store)

    def render_customer(self, record: Debt) -> SafeString:
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.customer)

    def render_at(self, record: Debt) -> str:
        return f"{timezone.localtime(record.at, self.store.zone):%-d %b %Y}"

    def render_about(self, record: Debt) -> str:
        return " · ".join(filter(None, [record.bill_number, record.for_name, record.note[:60]]))

    def render_due_day(self, record: Debt) -> str | SafeString:
        day = f"{record.due_day:%-d %b %Y}"
        if record.balance and record.due_day < self.today:
            return format_html('{} <span class="badge text-bg-danger">overdue</span>', day)
        return day

    def render_amount_owed(self, value: Decimal) -> str:
        return self.amount(value)

    render_paid = render_amount_owed

    def render_balance(self, record: Debt) -> str | SafeString:
        if record.balance:
            return format_html('<span class="owed">{}</span>', self.amount(record.balance))
        return record.get_status_display()


class AccountTable(_StoreTable):
    customer = tables.Column(attrs=LEAD)
    credit_limit = tables.Column("Limit", attrs=AMOUNT, empty_values=())
    owed = tables.Column("Owes", accessor="customer__debt_balance", attrs=AMOUNT)
    left = tables.Column("Left", attrs=AMOUNT, empty_values=())
    terms_days = tables.Column("Terms", attrs=NUMBER, empty_values=())

    class Meta:
        empty_text = "No credit account found."

    def render_customer(self, record: CreditAccount) -> SafeString:
        url = reverse("customer", args=[record.customer_id])
        mark = "" if record.is_active else format_html(' <span class="badge text-bg-danger">{}</span>', "stopped")
        return format_html('<a href="{}">{}</a>{}', url, record.customer, mark)

    def render_credit_limit(self, record: CreditAccount) -> str:
        return "no limit" if record.credit_limit is None else self.amount(record.credit_limit)

    def render_owed(self, value: Decimal) -> str:
        return self.amount(value)

    def render_left(self, record: CreditAccount) -> str:
        if not record.is_active or record.credit_limit is None:
            return "" if record.is_active else "nothing"
        return self.amount(max(record.credit_limit - record.customer.debt_balance, Decimal(0)))

    def render_terms_days(self, record: CreditAccount) -> str:
        return "" if record.terms_days is None else f"{record.terms_days} days"


class OpeningTable(_StoreTable):
    customer = tables.Column(attrs=LEAD)
    owes = tables.Column(accessor="debt__amount", attrs=AMOUNT)
    ahead = tables.Column("Paid ahead", accessor="advance__amount", attrs=AMOUNT)
    at = tables.Column("Since", attrs=NUMBER)
    source = tables.Column("Came from")
    created_at = tables.Column("Entered", attrs=NUMBER)

    class Meta:
        empty_text = "No opening balance found."

    def render_customer(self, record: OpeningBalance) -> SafeString:
        mark = format_html(' <span class="badge text-bg-secondary">{}</span>', "undone") if record.is_undone else ""
        return format_html('<a href="{}">{}</a>{}', record.get_absolute_url(), record.customer, mark)

    def render_owes(self, value: Decimal, record: OpeningBalance) -> str | SafeString:
        return format_html("<del>{}</del>", self.amount(value)) if record.is_undone else self.amount(value)

    render_ahead = render_owes

    def render_at(self, record: OpeningBalance) -> str:
        return f"{self.store.day_of(record.at):%-d %b %Y}"

    def render_created_at(self, record: OpeningBalance) -> str:
        return f"{self.store.day_of(record.created_at):%-d %b %Y}, {record.by.get_username()}"
