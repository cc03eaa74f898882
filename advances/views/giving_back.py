"""Paying an advance back, and undoing one that was a mistake: a manager does it, or allows it to a cashier by PIN."""

from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from advances.forms.paying import RefundForm, ReverseForm
from advances.services import refund_advance, reverse_advance
from advances.views.payments import find_advance, read_or_post
from viveka.stores.access import cashier_required
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal, posted
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import User
from viveka.stores.money import ZERO, show_amount
from viveka.stores.pages import render_page
from viveka.stores.pin import Allowing


@read_or_post
@cashier_required
def advance_refund(request: StoreRequest, pk: UUID) -> HttpResponse:
    """Pays back what is left, or a part of it. Who owes something is offered to settle that first."""
    advance, now = find_advance(request, pk), timezone.now()
    form = RefundForm(posted(request), advance=advance, membership=request.membership)
    allowing = Allowing(request, what="refund an advance")
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("amount", "mode")}
        try:
            allowed_by, reason = _word(form, allowing, now)
            refund_advance(
                store=request.store, advance_id=pk, reason=reason, by=request.user, now=now, allowed_by=allowed_by,
                request=form.request_of(request), **said,
            )  # fmt: skip
        except Refused as refusal:
            _tell(form, allowing, refusal)
        else:
            amount = show_amount(said["amount"] or advance.remaining_amount, request.store.currency)
            messages.success(request, f"{amount} is refunded.")
            return redirect(advance)
    settles = max(min(advance.customer.debt_balance, advance.customer.advance_balance), ZERO)
    context = {"advance": advance, "form": form, "settles": settles, "allowing": allowing}
    return render_page(request, "advances/refund.html", context)


@read_or_post
@cashier_required
def advance_reverse(request: StoreRequest, pk: UUID) -> HttpResponse:
    """Undoes an advance that was entered by mistake."""
    advance, now = find_advance(request, pk), timezone.now()
    form = ReverseForm(posted(request), membership=request.membership)
    allowing = Allowing(request, what="reverse an advance")
    if request.method == "POST" and form.is_valid():
        try:
            allowed_by, reason = _word(form, allowing, now)
            reverse_advance(
                store=request.store, advance_id=pk, reason=reason, by=request.user, now=now, allowed_by=allowed_by
            )
        except Refused as refusal:
            _tell(form, allowing, refusal)
        else:
            messages.success(request, "The advance is reversed; it counts as refunded.")
            return redirect(advance)
    return render_page(request, "advances/reverse.html", {"advance": advance, "form": form, "allowing": allowing})


def _word(form: forms.Form, allowing: Allowing, now: datetime) -> tuple[User | None, str]:
    """A manager's own reason; at a cashier's screen who allows it, and why. Raises Refused."""
    if "reason" in form.fields:
        return None, form.cleaned_data["reason"]
    return allowing.allowed(now)


def _tell(form: forms.Form, allowing: Allowing, refusal: Refused) -> None:
    if not allowing.errors:
        add_refusal(form, refusal)
