"""Advances in numbers: a page with pictures and tables, and each table as a file."""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from viveka.reports.advance_customers import highest_balances, new_customers, paid_ahead_again
from viveka.reports.advance_tables import TABLES
from viveka.reports.advance_uses import how_fast_used, services_that_bring_advances
from viveka.reports.advances import Span, Step, advances_by_kind, advances_by_step, held_now, steps_of, total_of
from viveka.reports.chart import Chart, Series, bar_chart, line_chart
from viveka.reports.forms import AdvancesForm
from viveka.stores.access import reviewer_required
from viveka.stores.downloads import ask_again, table_file
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import Store
from viveka.stores.money import show_amount
from viveka.stores.pages import render_page

SHOWN = 20
MOST_COLUMNS = 62
_COARSER = {"day": "week", "week": "month", "month": "year"}
_NAMED = {"day": "%-d %b", "week": "%-d %b", "month": "%b %Y", "year": "%Y"}


@require_safe
@reviewer_required
def advances_report(request: StoreRequest) -> HttpResponse:
    """What was collected, used, refunded, expired and is held; by what, how fast, by whom."""
    form = AdvancesForm(request.GET, today=_today(request))
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        span = _span(request.store, form, _today(request))
        context |= _figures(request.store, span, _step(form), shown=fitting(span, _step(form)))
    return render_page(request, "reports/advances.html", context, fragment="reports/_advances.html")


@require_safe
@reviewer_required
def advances_file(request: StoreRequest, kind: str) -> HttpResponse:
    """One of the tables, all of it, in the steps that were asked for."""
    table = request.GET.get("table", "days")
    if table not in TABLES:
        raise Http404
    form = AdvancesForm(request.GET, today=_today(request))
    if not form.is_valid():
        return ask_again(request, "Put the days right, then take the file again.", "reports:advances")
    span = _span(request.store, form, _today(request))
    rows = TABLES[table](request.store, span, _step(form))
    name = f"advances-{table}-{span.first}-{span.last}.{kind}"
    return table_file(rows, name, sheet="Advances")


def fitting(span: Span, step: str) -> str:
    """The step asked for, or the next coarser one of which not too many fit into the span for a picture."""
    while len(steps_of(span, step)) > MOST_COLUMNS and step in _COARSER:
        step = _COARSER[step]
    return step


def _today(request: StoreRequest) -> Any:
    return request.store.day_of(timezone.now())


def _span(store: Store, form: AdvancesForm, today: Any) -> Span:
    return Span.of(store, form.cleaned_data["first"], form.cleaned_data["last"], today)


def _step(form: AdvancesForm) -> str:
    return form.cleaned_data["each"] or "day"


def _figures(store: Store, span: Span, asked: str, *, shown: str) -> dict[str, Any]:
    steps = advances_by_step(store, span, shown)
    customers, again = paid_ahead_again(store, span, most=SHOWN)
    newcomers = new_customers(store, span, shown)
    flow, held = _charts(store, steps, shown)
    return {
        "span": span,
        "step": shown,
        "is_coarser": shown != asked,
        "total": total_of(steps),
        "held_now": held_now(store),
        "steps": [one for one in reversed(steps) if one.moved.went or one.moved.change],
        "flow": flow,
        "held": held,
        "kinds": advances_by_kind(store, span),
        "speed": how_fast_used(store, span),
        "services": services_that_bring_advances(store, span, most=SHOWN),
        "balances": highest_balances(store, most=SHOWN),
        "again": again,
        "customers": customers,
        "newcomers": [one for one in reversed(newcomers) if one.new],
        "newcomers_in_all": sum(one.new for one in newcomers),
        "most": SHOWN,
    }


def _charts(store: Store, steps: list[Step], step: str) -> tuple[Chart, Chart]:
    """What came and what went in each step, and what was held at its end."""
    columns = [f"{one.begins:{_NAMED[step]}}" for one in steps]

    def show(amount: Any) -> str:
        return show_amount(amount, store.currency).removesuffix(".00")

    series = [
        Series("Collected", "came", [one.moved.collected for one in steps]),
        Series("Used, refunded, expired", "went", [one.moved.went for one in steps]),
    ]
    return bar_chart(columns, series, show), line_chart(columns, [one.outstanding for one in steps], show)
