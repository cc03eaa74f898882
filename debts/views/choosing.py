"""The customer first: searched as you type, or made by phone."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from customers.models import Customer, CustomerQuerySet
from debts.forms import NewcomerForm
from viveka.stores.access import cashier_required, manager_required
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal, posted
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.phone import phone_fragment

MATCHES = 12
TITLES = {"enter": "Enter a debt", "pay": "Take a payment", "account": "Open a credit account"}


@require_http_methods(["GET", "HEAD", "POST"])
@cashier_required
def debt_add(request: StoreRequest) -> HttpResponse:
    """Who owes?"""
    return _choose(request, "enter")


@require_safe
@cashier_required
def payment_add(request: StoreRequest) -> HttpResponse:
    """Who pays? Only who owes something."""
    return _choose(request, "pay")


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def account_add(request: StoreRequest) -> HttpResponse:
    """Whose account?"""
    return _choose(request, "account")


def _choose(request: StoreRequest, then: str) -> HttpResponse:
    """Pick the customer to go on with `then`; a phone that is not on record makes the record."""
    words = request.GET.get("q", "")[:200]
    typed = {"phone" if phone_fragment(words) else "name": words}
    form = NewcomerForm(posted(request), store=request.store, initial=typed)
    if request.method == "POST" and form.is_valid():
        try:
            found = Customer.objects.find_or_create(
                store=request.store, phone=form.cleaned_data["phone"], details={"name": form.cleaned_data["name"]}
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect(f"debts:{then}", found.customer.pk)
    context: dict[str, Any] = {"title": TITLES[then], "then": f"debts:{then}", "form": form, "words": words}
    context["customers"] = _matching(request, words, then)
    return render_page(request, "debts/choose.html", context, fragment="debts/_matches.html")


def _matching(request: StoreRequest, words: str, then: str) -> CustomerQuerySet | list[Customer]:
    if not words.strip():
        return []
    found: CustomerQuerySet = Customer.objects.of(request.store).on_record().matching(words)
    if then == "pay":
        found = found.filter(debt_balance__gt=0)
    # The matches first, then their order: an index in that order would be walked in vain for a rare word.
    keys = list(found.order_by()[:200].values_list("pk", flat=True))
    return Customer.objects.of(request.store).filter(pk__in=keys).newest_first()[:MATCHES]
