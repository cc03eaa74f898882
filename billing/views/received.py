"""Money received: one list of all that came in and went out, by bills, debt payments, advances and returns."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from billing.forms.received import ReceivedForm
from billing.received import KINDS, MODES, Place, Received, Wanted, money_by_mode, money_received, received_rows
from viveka.stores.access import member_required, reviewer_required
from viveka.stores.downloads import XLSX_MOST, ask_again, table_file, why_not
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.paging import PAGE_SIZE

PAGES = {
    "bill": "billing:bill",
    "return": "billing:return",
    "credit_note": "billing:credit-note",
    "bill_correction": "billing:bill",
    "return_correction": "billing:return",
    "credit_note_correction": "billing:credit-note",
    "debt_payment_correction": "debts:payment",
    "debt_payment": "debts:payment",
    "debt_payment_reversal": "debts:payment",
}


@require_safe
@member_required
def received_list(request: StoreRequest) -> HttpResponse:
    """The newest first, narrowed by what was asked for, and added up by the way it was paid."""
    form = _asked(request)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        wanted = Wanted(**form.cleaned_data)
        rows = money_received(request.store, wanted, before=_place(request.GET.get("before", "")), limit=PAGE_SIZE + 1)
        by_mode = money_by_mode(request.store, wanted)
        context |= {
            "rows": [(row, _href(row)) for row in rows[:PAGE_SIZE]],
            "older": _told(rows[PAGE_SIZE - 1]) if len(rows) > PAGE_SIZE else "",
            "is_first": "before" not in request.GET,
            "by_mode": [(MODES.get(mode, mode), amount) for mode, amount in by_mode.items()],
            "total": sum(by_mode.values()),
        }
    return render_page(request, "billing/received.html", context, fragment="billing/_received.html")


@require_safe
@reviewer_required
def received_file(request: StoreRequest, kind: str) -> HttpResponse:
    """What the list shows for the same query, all of it, in the same order."""
    form = _asked(request)
    most = XLSX_MOST + 1 if kind == "xlsx" else None
    rows = money_received(request.store, Wanted(**form.cleaned_data), limit=most) if form.is_valid() else []
    if why := why_not(kind, rows, form):
        return ask_again(request, why, "billing:received")
    return table_file(received_rows(request.store, rows), f"money-received.{kind}", sheet="Money received")


def _asked(request: StoreRequest) -> ReceivedForm:
    return ReceivedForm(request.GET, store=request.store, today=request.store.day_of(timezone.now()))


def _href(row: Received) -> str:
    return reverse(PAGES.get(row.kind, "advances:advance"), args=[row.about])


def _told(row: Received) -> str:
    return f"{row.at.isoformat()}|{row.kind}|{row.row}"


def _place(text: str) -> Place | None:
    """The place that an earlier page gave; anything else is ignored."""
    at, _, rest = text.partition("|")
    kind, _, row = rest.partition("|")
    try:
        moment: datetime | None = parse_datetime(at)
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None or kind not in KINDS or not row.replace("-", "").isalnum():
        return None
    return Place(moment, kind, row[:40])
