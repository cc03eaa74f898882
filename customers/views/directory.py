"""The directory: all customers of the store, searched, narrowed, sorted, and taken along as a file."""

from typing import cast

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.exporting import customer_rows
from customers.filters import CustomerFilter
from customers.models import Customer, CustomerQuerySet
from customers.tables import CustomerTable
from viveka.stores.access import member_required, reviewer_required
from viveka.stores.downloads import ask_again, table_file, why_not
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.paging import Page, newest_page
from viveka.stores.sorting import sorted_page


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
    if why := why_not(kind, found.qs, found.form):
        return ask_again(request, why, "customers:list")
    customers = cast(CustomerQuerySet, found.order.sorted(found.qs) if found.order else found.qs.newest_first())
    rows = customer_rows(request.store, customers)
    name = f"customers-{request.store.day_of(timezone.now())}.{kind}"
    return table_file(rows, name, sheet="Customers")
