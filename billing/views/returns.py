"""Goods that come back, and bills that are void: the forms with a preview, the return's page and receipt."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.forms.returns import ReturnForm, VoidForm
from billing.models import Bill, CreditNote, MovementReason, Return, StockMovement
from billing.services.exchange import carry_return, drop_return
from billing.services.return_plan import ReturnItem
from billing.services.return_preview import default_method, preview_return
from billing.services.returns import TakenBack, return_goods, void_bill
from billing.views.corrections import money_shown
from viveka.stores.access import cashier_required, member_required
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal
from viveka.stores.idempotency import KeyedRequest
from viveka.stores.machine import machine_of, mark_machine
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.pin import Allowing


def _bill(request: StoreRequest, pk: UUID) -> Bill:
    return get_object_or_404(Bill.objects.of(request.store).with_status().select_related("customer"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@cashier_required
def return_add(request: StoreRequest, pk: UUID) -> HttpResponse:
    """Take goods of a bill back, a cashier with a manager's PIN. A GET with quantities shows what would happen."""
    bill, allowing = _bill(request, pk), Allowing(request, what="take goods back")
    lines = list(bill.lines.select_related("product"))
    if request.method == "POST":
        form = told = ReturnForm(request.POST, lines=lines, may_be_silent=not request.membership.manages)
        if form.is_valid() and (made := _take_back(request, bill, form, allowing)):
            return redirect(made)
    else:
        begins = ReturnForm.everything(lines) if "all" in request.GET else {}
        start = VoidForm.start(default_method(bill)) | begins | request.GET.dict()
        form, told = ReturnForm(initial=start, lines=lines), ReturnForm(start, lines=lines)
    context = {"bill": bill, "form": form, "allowing": allowing, **_preview(bill, told)}
    return render_page(request, "billing/return_form.html", context, fragment="billing/_return_preview.html")


@require_http_methods(["GET", "HEAD", "POST"])
@cashier_required
def exchange_add(request: StoreRequest, pk: UUID) -> HttpResponse:
    """Take goods of a bill to the counter, where others are taken instead; nothing comes back before that is billed."""
    bill, allowing = _bill(request, pk), Allowing(request, what="exchange goods")
    lines = list(bill.lines.select_related("product"))
    if request.method == "POST":
        form = told = ReturnForm(request.POST, lines=lines, may_be_silent=not request.membership.manages)
        if form.is_valid() and _carry(request, bill, form, allowing):
            return mark_machine(request, redirect("billing:counter"))
    else:
        start = VoidForm.start(default_method(bill)) | request.GET.dict()
        form, told = ReturnForm(initial=start, lines=lines), ReturnForm(start, lines=lines)
    context = {"bill": bill, "form": form, "allowing": allowing, "is_exchange": True, **_preview(bill, told)}
    return render_page(request, "billing/return_form.html", context, fragment="billing/_return_preview.html")


def _carry(request: StoreRequest, bill: Bill, form: ReturnForm, allowing: Allowing) -> bool:
    """Whether the goods are in the cart; the form says why not."""
    items = form.items()
    try:
        told = _told(request, bill, form, allowing)
        del told["request"]
        carry_return(items=items, machine=machine_of(request), **told)
    except Refused as refusal:
        refusal.errors = {form.field_of(name, items): texts for name, texts in refusal.errors.items()}
        _tell(form, allowing, refusal)
        return False
    return True


@require_POST
@cashier_required
def exchange_drop(request: StoreRequest) -> HttpResponse:
    """The goods stay with the customer after all."""
    drop_return(store=request.store, by=request.user, machine=machine_of(request))
    return redirect("billing:counter")


@require_http_methods(["GET", "HEAD", "POST"])
@cashier_required
def bill_void(request: StoreRequest, pk: UUID) -> HttpResponse:
    """Undo a whole bill of today; a cashier needs a manager's PIN."""
    bill, allowing = _bill(request, pk), Allowing(request, what="void a bill")
    if request.method == "POST":
        form = told = VoidForm(request.POST, may_be_silent=not request.membership.manages)
        if form.is_valid() and (made := _void(request, bill, form, allowing)):
            return redirect(made)
    else:
        start = VoidForm.start(default_method(bill)) | request.GET.dict()
        form, told = VoidForm(initial=start), VoidForm(start)
    context = {"bill": bill, "form": form, "allowing": allowing, **_preview(bill, told)}
    return render_page(request, "billing/void_form.html", context, fragment="billing/_return_preview.html")


def _key(request: StoreRequest, form: VoidForm) -> KeyedRequest:
    key = str(form.cleaned_data["key"])
    return KeyedRequest(request.store, request.user, "POST", request.path, key, body=b"")


def _take_back(request: StoreRequest, bill: Bill, form: ReturnForm, allowing: Allowing) -> Return | None:
    """The return, or None where it was refused; the form says why."""
    items = form.items()
    try:
        done = return_goods(items=items, **_told(request, bill, form, allowing))
    except Refused as refusal:
        refusal.errors = {form.field_of(name, items): texts for name, texts in refusal.errors.items()}
        _tell(form, allowing, refusal)
        return None
    return _say(request, done, f"{done.goods_return.number}: goods of {bill.number} are back.")


def _void(request: StoreRequest, bill: Bill, form: VoidForm, allowing: Allowing) -> Return | None:
    try:
        done = void_bill(**_told(request, bill, form, allowing))
    except Refused as refusal:
        _tell(form, allowing, refusal)
        return None
    return _say(request, done, f"{bill.number} is void.")


def _tell(form: VoidForm, allowing: Allowing, refusal: Refused) -> None:
    if not allowing.errors:
        add_refusal(form, refusal)


def _told(request: StoreRequest, bill: Bill, form: VoidForm, allowing: Allowing) -> dict[str, Any]:
    """A manager's own reason; at a cashier's screen who allows it, and why. Raises Refused."""
    now = timezone.now()
    allowed_by, reason = (None, form.cleaned_data["reason"]) if request.membership.manages else allowing.allowed(now)
    return {
        "store": request.store,
        "bill_id": bill.pk,
        "reason": reason,
        "by": request.user,
        "allowed_by": allowed_by,
        "now": now,
        "give_back": form.give_back(),
        "request": _key(request, form),
    }


def _say(request: StoreRequest, done: TakenBack, text: str) -> Return:
    if done.is_replay:
        messages.info(request, f"{done.goods_return.number} was made already; nothing was done again.")
    else:
        messages.success(request, text)
    return done.goods_return


def _preview(bill: Bill, told: VoidForm) -> dict[str, Any]:
    """What would happen as the form stands: the parts, or why not; nothing where nothing comes back yet."""
    told.is_valid()
    if wrong := [texts[0] for name, texts in told.errors.items() if name.startswith(("quantity", "method"))]:
        return {"preview_refusal": wrong[0]}
    items = told.items() if isinstance(told, ReturnForm) else _everything(bill)
    if not items:
        return {}
    try:
        return {"preview": preview_return(bill, items, told.give_back())}
    except Refused as refusal:
        return {"preview_refusal": refusal.message}


def _everything(bill: Bill) -> list[ReturnItem]:
    return [ReturnItem(line.pk, line.left) for line in bill.lines.all() if line.left]


@require_safe
@member_required
def return_page(request: StoreRequest, pk: UUID) -> HttpResponse:
    """One return: what came back of which bill, where it went, and how money went back."""
    if CreditNote.objects.of(request.store).filter(pk=pk).exists():  # an advance that it left leads here
        return redirect("billing:credit-note", pk)
    made = _made(request, pk)
    back = StockMovement.objects.filter(reason=MovementReason.RETURNED).select_related("batch").order_by("id")
    lines = made.lines.select_related("bill_line__product").prefetch_related(Prefetch("movements", back))
    context = {"made": made, "lines": lines, **money_shown(made.money.all(), "return")}
    return render_page(request, "billing/return.html", context)


def _made(request: StoreRequest, pk: UUID) -> Return:
    returns = Return.objects.of(request.store).select_related("bill__customer", "by", "allowed_by")
    return get_object_or_404(returns, pk=pk)
