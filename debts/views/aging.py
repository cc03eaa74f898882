"""Aging: who owed what at the end of a day, by how long it was due."""

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from debts.aging import BUCKETS, Aged, aging_rows, read_aging, read_total
from viveka.stores.access import member_required, reviewer_required
from viveka.stores.downloads import ask_again, table_file
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.spans import DayForm

A_PAGE = 50
MOST_PAGES = 10_000


@require_safe
@member_required
def aging_page(request: StoreRequest) -> HttpResponse:
    """Who owed most first, a page at a time, and all of it together as a picture."""
    form = DayForm(request.GET, usual=request.store.day_of(timezone.now()))
    context: dict[str, Any] = {"form": form, "buckets": BUCKETS}
    if form.is_valid():
        day, page = form.cleaned_data["day"], _page(request.GET.get("page", ""))
        found = read_aging(request.store, day, largest_first=True, limit=A_PAGE + 1, skip=(page - 1) * A_PAGE)
        total = read_total(request.store, day)
        context |= {
            "day": day,
            "customers": found[:A_PAGE],
            "total": total,
            "bars": _bars(total),
            "newer": page - 1 if page > 1 else None,
            "older": page + 1 if len(found) > A_PAGE else None,
        }
    return render_page(request, "debts/aging.html", context, fragment="debts/_aging.html")


@require_safe
@reviewer_required
def aging_file(request: StoreRequest, kind: str) -> HttpResponse:
    """All of them as a file, in the order of their numbers."""
    form = DayForm(request.GET, usual=request.store.day_of(timezone.now()))
    if not form.is_valid():
        return ask_again(request, "Put the day right, then take the file again.", "debts:aging")
    day = form.cleaned_data["day"]
    return table_file(aging_rows(request.store, day), f"aging-{day}.{kind}", sheet="Aging")


def _page(text: str) -> int:
    return min(int(text), MOST_PAGES) if text.isascii() and text.isdigit() and 0 < len(text) < 9 and int(text) else 1


def _bars(total: Aged) -> list[tuple[str, Decimal, str, str]]:
    """For each bucket its name, amount, and the place and width of its part of a bar of 100."""
    bars, place = [], Decimal(0)
    for called, amount in zip(BUCKETS, total.amounts, strict=True):
        width = amount * 100 / total.total if total.total else Decimal(0)
        bars.append((called, amount, f"{place:.3f}", f"{width:.3f}"))
        place += width
    return bars
