"""The stock list with its value, the same as a file, and what is past its expiry date: for managers and auditors."""

from typing import Any

from django.db.models import Sum
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.filters import StockFilter
from billing.stock_list import (
    dearest_page,
    expired_batches,
    stock_of,
    stock_rows,
    total_value,
)
from billing.tables import StockTable
from billing.views.adjusting import MOST_AT_ONCE
from viveka.stores.access import reviewer_required
from viveka.stores.downloads import ask_again, table_file, why_not
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.sorting import Order, sorted_page

ORDERS = {
    "name": Order("name", is_text=True),
    "least": Order("current_stock"),
    "most": Order("current_stock", is_descending=True),
    "newest": Order("id", is_descending=True),
}


@require_safe
@reviewer_required
def stock_list(request: StoreRequest) -> HttpResponse:
    """What is on the shelves and what it cost, narrowed and in the order asked for."""
    found, today = _asked(request)
    order = found.form.cleaned_data.get("sort") if found.form.is_valid() else ""
    if order == "value":
        page = dearest_page(found.qs, request.GET)
    else:
        page = sorted_page(found.qs, request.GET, ORDERS[order or "name"], by_index=False)
    context = {
        "filter": found,
        "page": page,
        "table": StockTable(page.rows, store=request.store, today=today),
        "total": total_value(found.qs),
        "count": found.qs.order_by().count(),
    }
    return render_page(request, "billing/stock.html", context, fragment="billing/_stock.html")


@require_safe
@reviewer_required
def stock_file(request: StoreRequest, kind: str) -> HttpResponse:
    """All of what the list shows for the same query, by name."""
    found, _ = _asked(request)
    if why := why_not(kind, found.qs, found.form):
        return ask_again(request, why, "billing:stock")
    return table_file(stock_rows(found.qs), f"stock.{kind}", sheet="Stock")


def _asked(request: StoreRequest) -> tuple[StockFilter, Any]:
    today = request.store.day_of(timezone.now())
    return StockFilter(request.GET, queryset=stock_of(request.store), store=request.store, today=today), today


@require_safe
@reviewer_required
def expired_list(request: StoreRequest) -> HttpResponse:
    """Batches past their expiry date that have something left, and what that cost."""
    batches = expired_batches(request.store, request.store.day_of(timezone.now()))
    context = {
        "batches": list(batches[:MOST_AT_ONCE]),
        "count": batches.order_by().count(),
        "total": batches.order_by().aggregate(sum=Sum("value"))["sum"],
    }
    return render_page(request, "billing/expired.html", context)
