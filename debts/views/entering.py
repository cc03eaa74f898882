"""A debt: entered, looked at, given up, undone."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from customers.models import Customer
from debts.balances import owed_after
from debts.forms import DebtForm, ReasonForm, WriteOffForm
from debts.models import Debt
from debts.services import (
    CreditLimitPassed,
    CreditStopped,
    Permission,
    Standing,
    open_debt,
    reverse_debt,
    standing_of,
    write_off_debt,
)
from debts.views.once import customer_of, do_once, undoing, who_and_why
from debts.words import debt_link
from viveka.stores.access import cashier_required, member_required
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal, posted
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import show_amount
from viveka.stores.pages import render_page
from viveka.stores.pin import Allowing

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@read_or_post
@cashier_required
def debt_enter(request: StoreRequest, pk: int) -> HttpResponse:
    """How much, when due, for whom; above the limit a manager says why."""
    customer, now = customer_of(request, pk), timezone.now()
    if not customer.is_on_record:
        return redirect(customer)
    try:
        standing, stopped = standing_of(customer), ""
    except CreditStopped as refusal:
        standing, stopped = Standing(None, None), refusal.message
    due_on = standing.due_on(request.store.day_of(now))
    form = DebtForm(posted(request), membership=request.membership, now=now, initial={"due_on": due_on})
    allowing = Allowing(request, what="pass a credit limit")
    over = False
    if request.method == "POST" and form.is_valid():
        try:
            permission = Permission(*allowing.allowed(now)) if allowing.is_given else None
            made = do_once(request, form.cleaned_data["key"], lambda: _open(request, customer, form, permission))
        except Refused as refusal:
            over = isinstance(refusal, CreditLimitPassed) or allowing.is_given
            if not allowing.errors:
                add_refusal(form, refusal)
        else:
            return redirect("debts:debt", made)
    context: dict[str, Any] = {
        "customer": customer, "form": form, "standing": standing, "stopped": stopped,
        "left": standing.left(customer.debt_balance), "over": over, "allowing": allowing,
    }  # fmt: skip
    return render_page(request, "debts/enter.html", context)


def _open(request: StoreRequest, customer: Customer, form: DebtForm, permission: Permission | None) -> Debt:
    debt = open_debt(
        customer=customer, amount=form.cleaned_data["amount"], by=request.user, now=form.now, at=form.moment,
        entry=replace(form.entry, permission=permission),
    )  # fmt: skip
    messages.success(request, f"{show_amount(debt.amount, request.store.currency)} is on the account of {customer}.")
    return debt


@require_safe
@member_required
def debt_page(request: StoreRequest, pk: UUID) -> HttpResponse:
    """What became of a debt: what settled it, and the bill it is of."""
    debts = Debt.objects.of(request.store).select_related("customer", "by", "allowed_by", "payment__bill", "opening")
    debt = get_object_or_404(debts, pk=pk)
    debt.store = request.store
    context: dict[str, Any] = {
        "debt": debt,
        "customer": debt.customer,
        "allocations": debt.allocations.select_related("payment__by", "payment__reversal__by").order_by("at", "id"),
        "reductions": debt.reductions.select_related("by"),
        "today": request.store.day_of(timezone.now()),
    }
    if request.membership.sells:
        context["whatsapp"] = debt_link(request.store, debt, owed_after(debt.customer, "debt", debt.pk))
    return render_page(request, "debts/debt.html", context)


@read_or_post
@cashier_required
def debt_write_off(request: StoreRequest, pk: UUID) -> HttpResponse:
    """Give up what is left of a debt, or a part of it; a manager's deed."""
    return _undo(request, pk, WriteOffForm(posted(request)), "Write off")


@read_or_post
@cashier_required
def debt_reverse(request: StoreRequest, pk: UUID) -> HttpResponse:
    """Take out a debt that was entered by mistake; a manager's deed."""
    return _undo(request, pk, ReasonForm(posted(request)), "Entered by mistake")


def _undo(request: StoreRequest, pk: UUID, form: ReasonForm, title: str) -> HttpResponse:
    debt = get_object_or_404(Debt.objects.of(request.store).select_related("customer"), pk=pk)
    form, allowing = undoing(request, form, title.lower())
    if request.method == "POST" and form.is_valid():
        told: dict[str, Any] = {"store": request.store, "debt_id": pk, "now": timezone.now(), **form.cleaned_data}
        try:
            told["by"], told["reason"] = who_and_why(request, form, allowing, told["now"])
            less = write_off_debt(**told) if isinstance(form, WriteOffForm) else reverse_debt(**told)
        except Refused as refusal:
            if not (allowing and allowing.errors):
                add_refusal(form, refusal)
        else:
            messages.success(
                request, f"{show_amount(less.amount, request.store.currency)} of this debt is taken off the account."
            )
            return redirect(debt)
    context = {"debt": debt, "form": form, "title": title, "back": debt, "allowing": allowing}
    return render_page(request, "debts/undo.html", context)
