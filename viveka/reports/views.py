"""Pages of figures, each with the same figures as a CSV file."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from viveka.reports.customers import Buyer, InNumbers, Share, customers_in_numbers, top_customers
from viveka.reports.forms import CustomersForm
from viveka.stores.access import reviewer_required
from viveka.stores.downloads import csv_file
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import Store
from viveka.stores.pages import render_page
from viveka.stores.phone import show_phone

SHOWN = 50
IN_A_FILE = 10_000


@require_safe
@reviewer_required
def customers_report(request: StoreRequest) -> HttpResponse:
    """Who buys most and comes most, what an average bill is, and the sales to nobody in particular beside."""
    form = _form(request)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        numbers, buyers = _figures(request.store, form, SHOWN)
        context |= {"numbers": numbers, "buyers": buyers, "most": SHOWN}
    template = "reports/customers.html"
    return render_page(request, template, context, fragment="reports/_customers.html")


@require_safe
@reviewer_required
def customers_csv(request: StoreRequest) -> HttpResponse:
    """The same as a file."""
    form = _form(request)
    if not form.is_valid():
        messages.error(request, "Put the days right, then take the file again.")
        return redirect(f"{reverse('reports:customers')}?{request.GET.urlencode()}")
    numbers, buyers = _figures(request.store, form, IN_A_FILE)
    name = "-".join(
        ["customers-in-numbers", *(str(form.cleaned_data[end]) for end in ("first", "last") if form.cleaned_data[end])]
    )
    return csv_file(_rows(request.store, numbers, buyers), f"{name}.csv")


def _form(request: StoreRequest) -> CustomersForm:
    return CustomersForm(request.GET, today=request.store.day_of(timezone.now()))


def _figures(store: Store, form: CustomersForm, most: int) -> tuple[InNumbers, list[Buyer]]:
    span = {end: form.cleaned_data[end] for end in ("first", "last")}
    by = form.cleaned_data["by"] or "amount"
    return customers_in_numbers(store, **span), top_customers(store, by=by, most=most, **span)


def _rows(store: Store, numbers: InNumbers, buyers: list[Buyer]) -> Iterator[tuple[Any, ...]]:
    """All sales and the anonymous ones first, then each customer."""
    yield "Number", "Name", "Phone", "Amount", "Bills", "Average bill"
    yield _row("All customers", numbers.known)
    yield _row("Without a customer", numbers.anonymous)
    for buyer in buyers:
        one = buyer.customer
        phone = show_phone(one.phone, store.region)
        yield one.number, one.name, phone, buyer.amount, buyer.visits, buyer.average


def _row(name: str, share: Share) -> tuple[Any, ...]:
    return "", name, "", share.amount, share.bills, share.average_bill
