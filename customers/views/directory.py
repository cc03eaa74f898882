"""The directory: all customers of the store, searched, narrowed, sorted, and taken along as a file."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.exporting import customer_rows
from customers.filters import CustomerFilter
from customers.models import Customer, CustomerQuerySet
from customers.tables import CustomerTable
from viveka.stores.access import member_required, reviewer_required
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.paging import Page, newest_page
from viveka.stores.sheets import csv_lines, xlsx_bytes
from viveka.stores.sorting import sorted_page

XLSX_MOST = 50_000
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@member_required
def customer_list(request: StoreRequest) -> HttpResponse:
    found = CustomerFilter(request.GET, store=request.store)
    page = _page(found, request)
    table = CustomerTable(page.rows, store=request.store, sort=found.cleaned.get("sort") or "")
    context = {"filter": found, "page": page, "table": table}
    return render_page(request, "customers/list.html", context, fragment="customers/_list.html")


def _page(found: CustomerFilter, request: StoreRequest) -> Page[Customer]:
    if found.order:
        return sorted_page(found.qs, request.GET, found.order, by_index=not found.is_search)
    return newest_page(found.qs, request.GET, is_search=found.is_search, among=found.all_shown())


@require_safe
@reviewer_required
def customer_export(request: StoreRequest, kind: str) -> HttpResponse:
    """What the directory shows for the same query, all of it, in the same order."""
    found = CustomerFilter(request.GET, store=request.store)
    if not found.form.is_valid():
        messages.error(request, "Put right what was asked for, then take the file again.")
        return redirect(_back(request))
    if kind == "xlsx" and found.qs.order_by()[: XLSX_MOST + 1].count() > XLSX_MOST:
        messages.error(request, f"An XLSX file holds at most {XLSX_MOST:,} customers here. Take a CSV file.")
        return redirect(_back(request))
    customers = cast(CustomerQuerySet, found.order.sorted(found.qs) if found.order else found.qs.newest_first())
    rows = customer_rows(request.store, customers)
    name = f"customers-{request.store.day_of(timezone.now())}.{kind}"
    if kind == "xlsx":
        return xlsx_file(rows, name)
    return csv_file(rows, name)


def _back(request: StoreRequest) -> str:
    return f"{reverse('customers:list')}?{request.GET.urlencode()}"


def csv_file(rows: Iterable[Sequence[Any]], name: str) -> HttpResponse:
    """A CSV file to keep, sent as it is made; stored nowhere on the way."""
    streamed = StreamingHttpResponse(csv_lines(rows), headers=_as(name, "text/csv; charset=utf-8"))
    return cast(HttpResponse, streamed)


def xlsx_file(rows: Iterable[Sequence[Any]], name: str, *, sheet: str = "Customers") -> HttpResponse:
    """An XLSX file to keep; its rows are held in memory, so there should be no more than XLSX_MOST."""
    return HttpResponse(xlsx_bytes(rows, sheet=sheet), headers=_as(name, XLSX_TYPE))


def _as(name: str, kind: str) -> dict[str, str]:
    return {
        "Content-Type": kind,
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
