"""Putting right whose a bill, a debt payment or an advance was, and how it was paid, or given back. Managers alone."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from advances.models import AdvancePayment
from billing.forms.corrections import MethodForm, OwnerForm
from billing.models import Bill, CreditNote, CreditNoteMoney, MethodChange, MoneyBack, Return
from billing.models.correction import METHODS
from billing.services.bill_moves import move_bill
from billing.services.method_changes import change_method, method_now
from billing.services.reassigning import reassign_advance, reassign_payment
from debts.models import DebtPayment
from viveka.stores.access import manager_required
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import Store
from viveka.stores.money import show_amount
from viveka.stores.pages import render_page

MODELS: dict[str, Any] = {
    "bill": Bill, "debt_payment": DebtPayment, "advance": AdvancePayment, "return": Return, "credit_note": CreditNote,
}  # fmt: skip
PARTS = {"bill": ("payment", "payments"), "return": ("money_back", "money"), "credit_note": ("note_money", "money")}
"""What of it was paid: the kind of its parts, and where they are."""


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def correct(request: StoreRequest, kind: str, pk: UUID) -> HttpResponse:
    """Both forms; one of them is sent. How money went back can be put right, not to whom: that is the bill's."""
    if kind not in MODELS:
        raise Http404
    whose = "bill__customer" if kind == "return" else "customer"
    found = get_object_or_404(MODELS[kind].objects.filter(store=request.store).select_related(whose), pk=pk)
    payments = _payments(request.store, kind, found)
    went_back = kind in ("return", "credit_note")
    if went_back and not payments:
        raise Http404
    sent = request.POST.get("what") if request.method == "POST" else None
    owner = OwnerForm(request.POST if sent == "owner" else None, store=request.store, may_be_nobody=kind == "bill")
    method = MethodForm(request.POST if sent == "method" else None, payments=payments)
    forms: dict[str, OwnerForm | MethodForm] = {"method": method}
    if not went_back:
        forms["owner"] = owner
    form = forms.get(sent or "")
    if form is not None and form.is_valid():
        try:
            there = _put_right(request, kind, found, form)
        except Refused as refusal:
            refusal.errors = {{"customer": "who"}.get(name, name): said for name, said in refusal.errors.items()}
            add_refusal(form, refusal)
        else:
            messages.success(request, "It is put right.")
            return redirect(there)
    context = {
        "kind": kind, "found": found, "owner": None if went_back else owner, "method": method if payments else None,
        "customer": found.bill.customer if kind == "return" else found.customer, "went_back": went_back,
    }  # fmt: skip
    return render_page(request, "billing/correct.html", context)


def money_shown(money: "QuerySet[MoneyBack] | QuerySet[CreditNoteMoney]", kind: str) -> dict[str, Any]:
    """Where the worth of goods that came back went, for their page: by the ways that hold, and what was put right."""
    parts: list[Any] = list(
        money.prefetch_related(Prefetch("method_changes", MethodChange.objects.select_related("by")))
    )
    changes = sorted((one for part in parts for one in part.method_changes.all()), key=lambda one: one.pk)
    may_change = any(part.way in METHODS for part in parts)
    return {"money": parts, "corrections": changes, "kind": kind, "may_put_right": may_change}


def _put_right(request: StoreRequest, kind: str, found: Any, form: OwnerForm | MethodForm) -> Any:
    """What to show then. Raises Refused."""
    said = form.cleaned_data
    told: dict[str, Any] = {
        "store": request.store, "reason": said["reason"], "by": request.user, "now": timezone.now()
    }  # fmt: skip
    if isinstance(form, MethodForm):
        of, _, key = said["payment"].partition(":")
        change_method(
            kind=of, pk=UUID(key) if of in MODELS else int(key), method=said["method"],
            reference=said["reference"], **told,
        )  # fmt: skip
        return found
    if kind == "bill":
        move_bill(bill_id=found.pk, to=said["who"], **told)
        return found
    if kind == "debt_payment":
        return reassign_payment(payment_id=found.pk, to=said["who"], **told)
    return reassign_advance(advance_id=found.pk, to=said["who"], **told)


def _payments(store: Store, kind: str, found: Any) -> list[tuple[str, str]]:
    """What can have been paid in another way: keys and words."""
    of, where = PARTS.get(kind, (kind, ""))
    payments = list(getattr(found, where).prefetch_related("method_changes")) if where else [found]
    called = {one.value: one.label for one in METHODS}
    told = []
    for paid in payments:
        now = method_now(paid)
        if now in METHODS or (of == "advance" and now == "wallet"):
            told.append((f"{of}:{paid.pk}", f"{called.get(now, now)} {show_amount(paid.amount, store.currency)}"))
    return told
