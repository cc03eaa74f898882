"""Cancelling, or saying that nobody came: what becomes of the advance is asked."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from advances.models import PaymentMode
from advances.services.record_changes import KEEP, REFUND, advances_of, cancel_record
from billing.models import Product
from billing.services.record_sales import cancel_for_a_fee
from viveka.diary.forms import DiaryForm
from viveka.diary.kinds import KINDS
from viveka.diary.reading import find
from viveka.stores.access import cashier_required
from viveka.stores.errors import Refused
from viveka.stores.form_fields import AmountField, TextField, offer, offer_rows
from viveka.stores.forms import add_refusal, posted
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import StockPolicy, Store
from viveka.stores.money import ZERO, show_amount
from viveka.stores.pages import render_page
from viveka.stores.pin import Allowing
from viveka.stores.views import read_or_post

FEE = "fee"
MOST_SERVICES = 200


class CancelForm(DiaryForm):
    """Why, and where something is left of the advance, what becomes of it. For a refund a cashier takes a
    manager's PIN."""

    no_show = forms.BooleanField(label="Nobody came (no-show)", required=False)
    reason = TextField(most=200, label="Reason", required=False)
    advance = forms.ChoiceField(
        label="What becomes of the advance", widget=forms.RadioSelect,
        error_messages={"required": "Say what becomes of the advance."},
    )  # fmt: skip
    refund_mode = forms.ChoiceField(label="Paid back by", choices=PaymentMode.choices, required=False)
    fee = AmountField(label="Fee", required=False)
    fee_product = forms.ModelChoiceField(
        queryset=Product.objects.none(), required=False, label="Billed as", empty_label="Choose the service"
    )

    def __init__(self, data: Any, *, store: Store, left: Any, can_no_show: bool) -> None:
        super().__init__(data, store=store)
        services = Product.objects.of(self.store).on_sale().filter(stock_policy=StockPolicy.NONE)
        keys = services.order_by("name").values_list("pk", flat=True)[:MOST_SERVICES]
        offer_rows(self, "fee_product", Product.objects.filter(pk__in=list(keys)).order_by("name"))
        self.fields["no_show"].widget.attrs["class"] = "form-check-input"
        self.fields["advance"].widget.attrs["class"] = "form-check-input"
        if not can_no_show:
            del self.fields["no_show"]
        if not left:
            for name in ("advance", "refund_mode", "fee", "fee_product"):
                del self.fields[name]
            return
        kept = show_amount(left, self.store.currency)
        choices = [(KEEP, f"Keep {kept} as balance"), (FEE, "Take a fee, keep the rest as balance")]
        choices.append((REFUND, f"Refund {kept}"))
        offer(self, "advance", choices)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("advance") == FEE and "fee" not in self.errors:
            if not cleaned.get("fee"):
                self.add_error("fee", "Say how much the fee is.")
            if not cleaned.get("fee_product"):
                self.add_error("fee_product", "Choose the service that the fee is billed as.")
        return cleaned


@read_or_post
@cashier_required
def cancel(request: StoreRequest, kind: str, pk: UUID) -> HttpResponse:
    """Ask, then cancel."""
    found = find(request, kind, pk)
    if not found.is_open:
        messages.error(request, f"This {kind} is {found.get_status_display().lower()} already.")
        return redirect(found)
    left = sum((one.remaining_amount for one in advances_of(found).open()), ZERO)
    form = CancelForm(posted(request), store=request.store, left=left, can_no_show=kind != "enquiry")
    allowing = Allowing(request, what=f"refund the advance of a cancelled {kind}")
    if request.method == "POST" and form.is_valid():
        try:
            done = _cancel(request, kind, pk, form, allowing)
        except Refused as refusal:
            if not allowing.errors:
                add_refusal(form, refusal)
        else:
            messages.success(request, done)
            return redirect(found)
    context = {"kind": KINDS[kind], "record": found, "form": form, "left": left, "allowing": allowing}
    return render_page(request, "diary/cancel.html", context)


def _cancel(request: StoreRequest, kind: str, pk: UUID, form: CancelForm, allowing: Allowing) -> str:
    """What was done, in words. Raises Refused."""
    said: dict[str, Any] = {
        "store": request.store, "kind": kind, "pk": pk, "by": request.user, "now": timezone.now(),
        "reason": form.typed("reason"), "no_show": bool(form.typed("no_show")),
    }  # fmt: skip
    if form.typed("advance") == FEE:
        product: Product = form.typed("fee_product")
        bill = cancel_for_a_fee(**said, fee=form.typed("fee"), product_id=product.pk)
        return f"Cancelled. The fee is bill {bill.number}; the rest stays as balance."
    if form.typed("advance") == REFUND and not request.membership.manages:
        said["allowed_by"], said["allowed_why"] = allowing.allowed(said["now"])
    cancel_record(**said, advance=form.typed("advance") or "", refund_mode=form.typed("refund_mode") or "")
    return "Noted as a no-show." if said["no_show"] else "Cancelled."
