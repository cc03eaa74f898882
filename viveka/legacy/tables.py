"""Old books as tables."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from billing.models import BooksRun, OldDebt
from billing.tables import AMOUNT, LEAD, NUMBER, StoreTable
from viveka.legacy.reporting import told_lines
from viveka.stores.phone import show_phone


class OldDebtTable(StoreTable):
    """Debts without an owner, each to be ticked, or assigned with all of the same name."""

    pick = tables.Column("Pick", empty_values=(), attrs={"td": {"class": "tick-cell"}})
    name = tables.Column("Who", attrs=LEAD, empty_values=())
    phone = tables.Column(attrs=NUMBER, empty_values=())
    at = tables.Column("Date", attrs=NUMBER)
    key = tables.Column("Old number", attrs=NUMBER)
    left = tables.Column("Left", attrs=AMOUNT)
    why = tables.Column("Why", default="Not linked yet")
    assign = tables.Column("Owner", empty_values=())

    class Meta:
        empty_text = "Every old debt has its owner."

    def render_pick(self, record: OldDebt) -> SafeString:
        return format_html(
            '<input class="form-check-input" type="checkbox" name="debt" value="{}" form="assign"'
            ' aria-label="Debt {}">',
            record.pk, record.key,
        )  # fmt: skip

    def render_name(self, record: OldDebt) -> str:
        return record.name or "Nobody named"

    def render_phone(self, record: OldDebt) -> str:
        return show_phone(record.phone, self.store.region) or record.typed_phone

    def render_at(self, record: OldDebt) -> str:
        return f"{timezone.localtime(record.at, self.store.zone):%-d %b %Y}"

    def render_left(self, value: Any) -> str:
        return self.amount(value)

    def render_assign(self, record: OldDebt) -> SafeString:
        at = reverse("old-debts-assign")
        same = ""
        if record.name or record.phone:
            same = format_html(' · <a href="{}?same={}">all of the same name</a>', at, record.pk)
        return format_html('<a href="{}?debt={}">Assign</a>{}', at, record.pk, same)


class RunTable(StoreTable):
    """Imports and linkings, with what they say in short."""

    began_at = tables.Column("When", attrs=LEAD)
    kind = tables.Column("What")
    source = tables.Column(default="")
    said = tables.Column("Report", empty_values=())

    class Meta:
        empty_text = "Nothing was brought in yet."

    def render_began_at(self, record: BooksRun) -> SafeString:
        at = timezone.localtime(record.began_at, self.store.zone)
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), f"{at:%-d %b %Y %H:%M}")

    def render_kind(self, record: BooksRun) -> str:
        return f"{record.get_kind_display()}{f' of {record.books}' if record.books else ''}"

    def render_said(self, record: BooksRun) -> str:
        if record.ended_at is None:
            return "Stopped before its end. Run it again, it goes on."
        return "; ".join(f"{kind}: {said}" for kind, said in told_lines(record.counts))
