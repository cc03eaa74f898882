"""A payment of debts: what it would settle, taking it, its receipt, and undoing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from customers.models import Customer
from debts.balances import owed_after
from debts.forms import PaymentForm, ReasonForm
from debts.models import Debt, DebtPayment
from debts.services import Repayment, repay_debts, reverse_payment, share_out
from debts.views.once import customer_of, do_once, undoing, who_and_why
from debts.words import payment_text
from viveka.stores.access import cashier_required, member_required
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal, posted
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import ZERO
from viveka.stores.pages import render_page
from viveka.stores.phone import whatsapp_link

ROWS_SHOWN = 100
read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class Shared:
    """An open debt, what a payment would settle of it, and whether it was picked."""

    debt: Debt
    part: Decimal
    is_picked: bool

    @property
    def left(self) -> Decimal:
        return self.debt.balance - self.part


@dataclass(frozen=True, slots=True)
class Preview:
    """The open debts of a customer, the oldest first, and what a payment would do to them."""

    lines: Sequence[Shared]
    hidden: int
    """How many more there are than lines."""
    settled: Decimal = ZERO
    rest: Decimal = ZERO
    """What is above the debts."""


@read_or_post
@cashier_required
def payment_enter(request: StoreRequest, pk: int) -> HttpResponse:
    """Take a payment; HTMX gets what the amount typed so far would settle."""
    customer, now = customer_of(request, pk), timezone.now()
    if not customer.is_on_record:
        return redirect(customer)
    told: dict[str, Any] = {"membership": request.membership, "now": now, "customer": customer}
    typed = PaymentForm(request.POST if request.method == "POST" else request.GET, **told)
    form = typed if request.method == "POST" else PaymentForm(initial={"amount": request.GET.get("amount")}, **told)
    preview = None
    if request.method == "POST" and form.is_valid():
        try:
            made = do_once(request, form.cleaned_data["key"], lambda: _repay(request, customer, form))
        except Refused as refusal:
            preview = _preview(customer, form)  # of what was typed, before the form forgets a refused amount
            add_refusal(form, refusal)
        else:
            return redirect("debts:payment", made)
    context = {"customer": customer, "form": form, "preview": preview or _preview(customer, typed)}
    return render_page(
        request, "debts/pay.html", context, fragment="debts/_preview.html" if request.method == "GET" else ""
    )


def _repay(request: StoreRequest, customer: Customer, form: PaymentForm) -> DebtPayment:
    return repay_debts(customer=customer, repayment=form.repayment, by=request.user, now=form.now, at=form.moment)


def _preview(customer: Customer, form: PaymentForm) -> Preview:
    """What the payment of a bound form would settle, as far as it is typed and as things stand."""
    debts = list(customer.debts.open().oldest_first().select_related("payment__bill"))
    for debt in debts:
        debt.store = customer.store
    form.is_valid()
    said = getattr(form, "cleaned_data", {})
    amount, picked = said.get("amount") or ZERO, said.get("debts") or []
    parts: dict[UUID, Decimal] = {}
    rest = ZERO
    if amount:
        wanted = Repayment(amount, "cash", debt_ids=picked)
        try:
            taken, _ = share_out(debts, wanted, form.now, form.moment)
        except Refused:
            pass
        else:
            parts, rest = {debt.pk: part for debt, part in taken.parts}, taken.missing
    chosen = set(form.picked)
    lines = [Shared(debt, parts.get(debt.pk, ZERO), str(debt.pk) in chosen) for debt in debts[:ROWS_SHOWN]]
    return Preview(lines, len(debts) - len(lines), sum(parts.values(), ZERO), rest)


@require_safe
@member_required
def payment_page(request: StoreRequest, pk: UUID) -> HttpResponse:
    """The receipt of a debt payment: on screen, on paper, and one tap away as a message."""
    payments = DebtPayment.objects.filter(store=request.store)
    payment = get_object_or_404(payments.select_related("customer", "by", "reversal__by", "kept_advance"), pk=pk)
    parts = list(payment.allocations.select_related("debt__payment__bill").order_by("debt__at", "id"))
    for part in parts:
        part.debt.store = request.store
    owed = owed_after(payment.customer, "payment", payment.pk)
    context: dict[str, Any] = {"payment": payment, "customer": payment.customer, "parts": parts, "owed": owed}
    context["reversal"] = getattr(payment, "reversal", None)
    if payment.customer.may_be_messaged and request.membership.sells and not context["reversal"]:
        text = payment_text(request.store, payment, owed)
        context["whatsapp"] = whatsapp_link(str(payment.customer.phone), text)
    return render_page(request, "debts/payment.html", context)


@read_or_post
@cashier_required
def payment_reverse(request: StoreRequest, pk: UUID) -> HttpResponse:
    """Undo a payment that was a mistake; a manager's deed."""
    payments = DebtPayment.objects.filter(store=request.store).select_related("customer", "reversal")
    payment = get_object_or_404(payments, pk=pk)
    form, allowing = undoing(request, ReasonForm(posted(request)), "reverse a payment")
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            by, reason = who_and_why(request, form, allowing, now)
            reverse_payment(store=request.store, payment_id=pk, reason=reason, by=by, now=now)
        except Refused as refusal:
            if not (allowing and allowing.errors):
                add_refusal(form, refusal)
        else:
            messages.success(request, "The payment is reversed. Its debts are open again.")
            return redirect(payment)
    context = {
        "payment": payment, "form": form, "title": "Reverse the payment", "back": payment, "allowing": allowing,
    }  # fmt: skip
    return render_page(request, "debts/undo.html", context)
