"""Lists of the shop as tables; each cell as a shop writes it."""

from datetime import date
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from billing.models import Bill, BillStatus, Product, Unit
from viveka.stores.models import Membership, Store, User
from viveka.stores.money import show_amount, show_quantity
from viveka.stores.phone import show_phone

AMOUNT = {"td": {"class": "amount"}, "th": {"class": "amount"}}
NUMBER = {"td": {"class": "number"}}
LEAD = {"td": {"class": "lead-cell"}}
BROAD = {"td": {"class": "broad-cell"}}  # room of two on a narrow screen
BROAD_NUMBER = {"td": {"class": "number broad-cell"}}


class StoreTable(tables.Table):
    """Rows of one store, in the order given: the newest first."""

    def __init__(self, rows: Any, *, store: Store, **kwargs: Any) -> None:
        self.store = store
        super().__init__(rows, orderable=False, **kwargs)

    def amount(self, value: Decimal | None) -> str:
        return "" if value is None else show_amount(value, self.store.currency)


class ProductTable(StoreTable):
    name = tables.Column(linkify=True, attrs=LEAD)
    sku = tables.Column(verbose_name="SKU", attrs=NUMBER, default="")
    barcode = tables.Column(attrs=BROAD_NUMBER, default="")
    category = tables.Column(default="")
    next_price = tables.Column(verbose_name="Price", attrs=AMOUNT, default="")
    current_stock = tables.Column(verbose_name="Stock", attrs=AMOUNT)

    class Meta:
        empty_text = "No product found."

    def render_name(self, record: Product) -> str | SafeString:
        if record.is_active:
            return record.name
        return format_html('{} <span class="badge text-bg-secondary">Not on sale</span>', record.name)

    def render_next_price(self, value: Decimal) -> str:
        return self.amount(value)

    def render_current_stock(self, record: Product) -> str | SafeString:
        if not record.keeps_stock:
            return ""
        stock = show_quantity(record.current_stock)
        if record.unit != Unit.PIECE:
            stock = f"{stock} {record.get_unit_display()}"
        if record.short:
            return format_html(
                '<span class="badge text-bg-danger">{} short</span> {}', show_quantity(record.short), stock
            )
        if not record.current_stock:
            return format_html('<span class="badge text-bg-danger">Out</span> {}', stock)
        if record.is_low:
            return format_html('<span class="badge text-bg-warning">Low</span> {}', stock)
        return stock


class StockTable(StoreTable):
    name = tables.Column(linkify=True, attrs=LEAD)
    category = tables.Column(default="")
    current_stock = tables.Column(verbose_name="Stock", attrs=AMOUNT)
    low_stock_level = tables.Column(verbose_name="Low at", attrs=AMOUNT, default="")
    value = tables.Column(verbose_name="Value at cost", attrs=AMOUNT)
    expires_on = tables.Column(verbose_name="Expires first", attrs=NUMBER, default="")

    class Meta:
        empty_text = "No product found."

    def __init__(self, rows: Any, *, store: Store, today: date) -> None:
        self.today = today
        super().__init__(rows, store=store)

    render_name = ProductTable.render_name
    render_current_stock = ProductTable.render_current_stock

    def render_low_stock_level(self, value: Decimal) -> str:
        return show_quantity(value)

    def render_value(self, value: Decimal) -> str:
        return self.amount(value)

    def render_expires_on(self, value: date) -> str | SafeString:
        day = f"{value:%d %b %Y}"
        return format_html('{} <span class="badge text-bg-danger">Expired</span>', day) if value < self.today else day


class BillTable(StoreTable):
    number = tables.Column(linkify=True, attrs={"td": {"class": "lead-cell number"}})
    at = tables.Column(verbose_name="Time")
    customer_number = tables.Column(verbose_name="Customer", default="", attrs=BROAD)
    customer_phone = tables.Column(verbose_name="Phone", attrs=NUMBER, default="")
    cashier = tables.Column()
    total = tables.Column(attrs=AMOUNT)
    profit = tables.Column(attrs=AMOUNT)

    class Meta:
        empty_text = "No bill found."

    def __init__(self, rows: Any, *, membership: Membership, today: date) -> None:
        self.today = today
        super().__init__(rows, store=membership.store, exclude=() if membership.sees_cost else ("profit",))

    def render_at(self, record: Bill) -> str:
        at = timezone.localtime(record.at, self.store.zone)
        if record.day == self.today:
            return f"{at:%H:%M}"
        return f"{at:%d %b %Y %H:%M}"

    def render_customer_number(self, record: Bill) -> str:
        return " - ".join(filter(None, [record.customer_number, record.customer_name]))

    def render_customer_phone(self, value: str) -> str:
        return show_phone(value, self.store.region)

    def render_cashier(self, value: User) -> str:
        return value.called

    def render_number(self, record: Any) -> str | SafeString:
        if record.status == BillStatus.STANDING and record.is_imported:
            return format_html('{} <span class="badge text-bg-info">Imported</span>', record.number)
        if record.status == BillStatus.STANDING:
            return record.number
        colour = "warning" if record.status == BillStatus.PART else "secondary"
        badge = '{} <span class="badge text-bg-{}">{}</span>'
        return format_html(badge, record.number, colour, BillStatus(record.status).label)

    def render_total(self, value: Decimal) -> str:
        return self.amount(value)

    def render_profit(self, record: Any) -> str:
        """Of what was not returned."""
        return "" if record.is_imported else self.amount(record.kept_profit)
