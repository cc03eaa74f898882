"""Opening balances: the list of them, one by itself, typed off a page, undone."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from debts.exporting import opening_rows
from debts.filters import OpeningFilter
from debts.forms import ReasonForm
from debts.models import OpeningBalance
from debts.openings.forms import MOST_ROWS, DayForm, Grid
from debts.openings.kept import KeptOpenings
from debts.openings.undoing import undo_opening
from debts.tables import OpeningTable
from viveka.stores.access import manager_required, reviewer_required
from viveka.stores.downloads import ask_again, table_file, why_not
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal, posted
from viveka.stores.incoming.outcomes import REFUSED
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import SYMBOLS
from viveka.stores.pages import render_page
from viveka.stores.paging import newest_page

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@reviewer_required
def opening_list(request: StoreRequest) -> HttpResponse:
    """All that customers brought along, the last entered first, and what it comes to."""
    found = OpeningFilter(request.GET, store=request.store)
    rows = found.qs.select_related("customer", "debt", "advance", "by")
    page = newest_page(rows, request.GET, is_search=found.is_search, among=OpeningBalance.objects.of(request.store))
    standing = OpeningBalance.objects.of(request.store).standing()
    sums = standing.aggregate(count=Count("pk"), owes=Sum("debt__amount"), ahead=Sum("advance__amount"))
    context = {
        "filter": found,
        "page": page,
        "table": OpeningTable(page.rows, store=request.store),
        "totals": {name: value or Decimal(0) for name, value in sums.items()},
    }
    return render_page(request, "debts/openings.html", context, fragment="debts/_openings.html")


@require_safe
@reviewer_required
def opening_export(request: StoreRequest, kind: str) -> HttpResponse:
    """What the list shows for the same query, all of it."""
    found = OpeningFilter(request.GET, store=request.store)
    if why := why_not(kind, found.qs):
        return ask_again(request, why, "debts:openings")
    rows = opening_rows(request.store, found.qs.order_by("-id"))
    name = f"opening-balances-{request.store.day_of(timezone.now())}.{kind}"
    return table_file(rows, name, sheet="Opening balances")


@require_safe
@reviewer_required
def opening_page(request: StoreRequest, pk: int) -> HttpResponse:
    """One opening balance: where it came from, and what it became."""
    return render_page(request, "debts/opening.html", {"opening": _find(request, pk)})


def _find(request: StoreRequest, pk: int) -> OpeningBalance:
    rows = OpeningBalance.objects.of(request.store).select_related("customer__merged_into", "debt", "advance", "by")
    opening: OpeningBalance = get_object_or_404(rows.select_related("undo__by"), pk=pk)
    opening.store = request.store
    return opening


@read_or_post
@manager_required
def opening_undo(request: StoreRequest, pk: int) -> HttpResponse:
    """Take out one that was entered by mistake; the right one may follow."""
    opening, form = _find(request, pk), ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            told: dict[str, Any] = {"reason": form.cleaned_data["reason"], "by": request.user}
            undo_opening(store=request.store, pk=pk, now=timezone.now(), **told)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, "The opening balance is undone. The right one can be entered now.")
            return redirect(opening)
    return render_page(request, "debts/opening_undo.html", {"opening": opening, "form": form})


@read_or_post
@manager_required
def openings_type(request: StoreRequest) -> HttpResponse:
    """Rows typed off a page. Where all of them are right, what they would do is shown before they are entered."""
    kept = KeptOpenings(request.store, request.user)
    waiting = kept.typed()
    day = kept.day if waiting else request.store.day_of(timezone.now())
    form, grid = DayForm(posted(request), initial={"day": day}), Grid(waiting)
    if request.method == "POST":
        grid = Grid.posted(request.POST)
        if form.is_valid() and _keep_typed(kept, grid, form):
            return redirect("debts:openings-preview")
    symbol = SYMBOLS.get(request.store.currency, f"{request.store.currency} ")
    context = {"form": form, "grid": grid, "symbol": symbol, "most_rows": MOST_ROWS}
    return render_page(request, "debts/openings_type.html", context)


def _keep_typed(kept: KeptOpenings, grid: Grid, form: DayForm) -> bool:
    """Judge the rows; whether they are all right and wait to be confirmed. What is wrong is noted row by row."""
    try:
        if grid.why_not:
            raise Refused(grid.why_not)
        report = kept.look_at_typed(grid.rows, form.cleaned_data["day"], timezone.now())
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return False
    wrong = {line.number: line.why for line in report.lines if line.outcome == REFUSED}
    if wrong:
        grid.note_errors(wrong)
        kept.drop()
    return not wrong
