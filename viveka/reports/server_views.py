"""Who served, on a page and as a file."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from viveka.reports.forms import LastDaysForm
from viveka.reports.servers import Served, served_by_each
from viveka.stores.access import reviewer_required
from viveka.stores.downloads import ask_again, table_file
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page


@require_safe
@reviewer_required
def servers_report(request: StoreRequest) -> HttpResponse:
    """What each of the staff served in these days."""
    form = _form(request)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        context["served"] = _figures(request, form)
    return render_page(request, "reports/servers.html", context, fragment="reports/_servers.html")


@require_safe
@reviewer_required
def servers_file(request: StoreRequest, kind: str) -> HttpResponse:
    """The same as a file."""
    form = _form(request)
    if not form.is_valid():
        return ask_again(request, "Put the days right, then take the file again.", "reports:servers")
    return table_file(_rows(_figures(request, form)), f"who-served.{kind}", sheet="Who served")


def _form(request: StoreRequest) -> LastDaysForm:
    return LastDaysForm(request.GET, today=request.store.day_of(timezone.now()))


def _figures(request: StoreRequest, form: LastDaysForm) -> list[Served]:
    return served_by_each(request.store, first=form.cleaned_data["first"], last=form.cleaned_data["last"])


def _rows(served: list[Served]) -> Iterator[tuple[Any, ...]]:
    yield "Name", "Bills", "Lines", "Sold", "Came back", "Kept"
    for one in served:
        yield one.name, one.bills, one.lines, one.sold, one.returned, one.kept
