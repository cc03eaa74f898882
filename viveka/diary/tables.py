"""The lists of the diary; each cell as a shop writes it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from advances.models import Record, RecordStatus
from customers.models import Customer
from viveka.diary.kinds import Kind
from viveka.stores.models import Store, User
from viveka.stores.money import show_amount
from viveka.stores.phone import show_phone

_AMOUNT = {"td": {"class": "amount"}, "th": {"class": "amount"}}
_LEAD = {"td": {"class": "lead-cell"}}
_NUMBER = {"td": {"class": "number"}}
_TIME = {"td": {"class": "diary-time"}}
_BADGES = {
    RecordStatus.OPEN: "text-bg-primary",
    RecordStatus.DONE: "text-bg-success",
    RecordStatus.CANCELLED: "text-bg-secondary",
    RecordStatus.NO_SHOW: "text-bg-warning",
}


def badge(record: Record) -> SafeString:
    """How it stands, as a mark."""
    look = _BADGES[RecordStatus(record.status)]
    return format_html('<span class="badge {}">{}</span>', look, record.get_status_display())


class DiaryTable(tables.Table):
    """What the three share. `paid` is what is left of the advances, joined to the rows."""

    customer = tables.Column(linkify=lambda record: record.get_absolute_url(), attrs=_LEAD)
    scheduled_at = tables.Column("When", attrs=_TIME)
    created_at = tables.Column("Noted", attrs=_TIME)
    phone = tables.Column(accessor="customer__phone", attrs=_NUMBER, default="")
    summary = tables.Column("What", default="")
    asked = tables.Column("What was asked")
    wanted_on = tables.Column("Wanted on", default="", attrs=_TIME)
    served_by = tables.Column("Served by", default="")
    left = tables.Column("Advance left", attrs=_AMOUNT, default="")
    status = tables.Column()

    class Meta:
        empty_text = "Nothing found."

    SHOWN = {
        "appointment": ("customer", "scheduled_at", "phone", "summary", "served_by", "left", "status"),
        "booking": ("customer", "created_at", "phone", "summary", "wanted_on", "left", "status"),
        "enquiry": ("customer", "created_at", "phone", "asked", "status"),
    }

    def __init__(self, rows: Any, *, kind: Kind, store: Store) -> None:
        self.store = store
        shown = self.SHOWN[kind.name]
        hidden = set(self.base_columns) - set(shown)
        super().__init__(rows, orderable=False, exclude=tuple(hidden), sequence=shown)

    def render_customer(self, value: Customer) -> str:
        return f"{value.name} ({value.number})" + (" · deleted" if value.deleted_at else "")

    def render_scheduled_at(self, value: datetime) -> str:
        return f"{timezone.localtime(value, self.store.zone):%a %-d %b %Y, %H:%M}"

    def render_created_at(self, value: datetime) -> str:
        return f"{timezone.localtime(value, self.store.zone):%-d %b %Y, %H:%M}"

    def render_phone(self, value: str) -> str:
        return show_phone(value, self.store.region)

    def render_summary(self, value: str) -> str:
        return Truncator(value).chars(80)

    render_asked = render_summary

    def render_wanted_on(self, value: date) -> str:
        return f"{value:%a %-d %b %Y}"

    def render_served_by(self, value: User) -> str:
        return value.called

    def render_left(self, value: Decimal) -> str:
        return show_amount(value, self.store.currency) if value else ""

    def render_status(self, record: Record) -> SafeString:
        return badge(record)
