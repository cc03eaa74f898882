"""The due list: whom to remind today, with one tap to call or write."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from customers.models import Customer
from debts.due import PROMISED, REMINDED, TO_REMIND, due_customers, tell_owing
from debts.forms import PromiseForm
from debts.services import note_reminder, promise_payment
from debts.views.once import customer_of
from viveka.stores.access import cashier_required, member_required
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.sorting import Order, sorted_page

SHOWS = {TO_REMIND: "To remind", REMINDED: "Reminded today", PROMISED: "Promised to pay later"}
LARGEST_FIRST = Order("debt_balance", is_descending=True)


@require_safe
@member_required
def due_list(request: StoreRequest) -> HttpResponse:
    """Who owes most first; who promised a later day is left out until then."""
    today = request.store.day_of(timezone.now())
    show = request.GET.get("show", "")
    show = show if show in SHOWS else TO_REMIND
    page = sorted_page(due_customers(request.store, today, show), request.GET, LARGEST_FIRST)
    context = {
        "page": page, "owing": tell_owing(request.store, page.rows, today), "today": today, "show": show,
        "shows": SHOWS, "form": PromiseForm(),
    }  # fmt: skip
    return render_page(request, "debts/due.html", context)


@require_POST
@cashier_required
def remind(request: StoreRequest, pk: int) -> HttpResponse:
    """Note that the customer was called or written to."""
    customer, error = customer_of(request, pk), ""
    try:
        note_reminder(customer=customer, way=request.POST.get("way", ""), by=request.user, now=timezone.now())
    except Refused as refusal:
        error = refusal.message
    return _row(request, customer, PromiseForm(), error)


@require_POST
@cashier_required
def promise(request: StoreRequest, pk: int) -> HttpResponse:
    """Note when the customer will pay."""
    customer, form = customer_of(request, pk), PromiseForm(request.POST)
    if form.is_valid():
        try:
            promise_payment(customer=customer, by=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
    return _row(request, customer, form)


def _row(request: StoreRequest, customer: Customer, form: PromiseForm, error: str = "") -> HttpResponse:
    """HTMX gets the customer's row as it is now; a plain form goes back to the list, or sees what was wrong."""
    wrong = bool(error or form.errors)
    if not wrong and not request.htmx:
        return redirect("debts:due")
    today = request.store.day_of(timezone.now())
    customer.refresh_from_db()
    (one,) = tell_owing(request.store, [customer], today)
    context = {"one": one, "today": today, "form": form, "error": error, "opened": bool(form.errors)}
    return render_page(request, "debts/due_one.html", context, fragment="debts/_due_row.html")
