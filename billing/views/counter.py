"""The billing screen: one page whose parts answer HTMX, and which works as plain forms too."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from billing.forms.counter import PaymentForm, read_cart_key, read_key
from billing.models import Bill, Cart
from billing.services import carts
from billing.services.buyer_shown import match_buyers, show_buyer
from billing.services.carts import BuyerNoted
from billing.services.checkout import Sale, Terms, complete_cart
from billing.services.held_carts import hold_cart, take_up_cart
from billing.services.open_items import add_open_item
from billing.services.priced_cart import price_each
from billing.services.tender import CHANGE
from billing.services.worth import read_priced
from billing.upi import upi_code, upi_link
from billing.views.till import BUYER, CART, CUSTOMER, TILL, Said, Unlisted, answer, render_till, till_of
from debts.services import Permission
from viveka.stores.access import cashier_required
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.machine import till_of_machine
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import Store
from viveka.stores.money import ZERO, read_amount, show_amount
from viveka.stores.pages import render_page
from viveka.stores.pin import Allowing
from viveka.stores.tills import open_session_at

ABOVE_LIMIT = "pass a credit limit"


@require_safe
@cashier_required
@never_cache
def counter(request: StoreRequest) -> HttpResponse:
    store = request.store
    if store.needs_till and not open_session_at(store, till_of_machine(request, store.pk)):
        return redirect(f"{reverse('billing:till')}?{urlencode({'next': request.path})}")
    return render_till(request, TILL, Said())


@require_safe
@cashier_required
def product_matches(request: StoreRequest) -> HttpResponse:
    """What may be meant by the text in the box, to pick from."""
    code = request.GET.get("code", "")
    try:
        found = carts.match_products(request.store, code)
    except Refused:
        found = []
    priced = price_each(found, request.store.day_of(timezone.now()))
    return render_page(request, "billing/_matches.html", {"matches": priced})


@require_POST
@cashier_required
def cart_add(request: StoreRequest) -> HttpResponse:
    code, product_id = request.POST.get("code", ""), read_key(request.POST.get("product"))
    said = Said()
    try:
        if product_id is None and (priced := read_priced(code)):
            price, name = priced
            add_open_item(**till_of(request), price=price, name=name)
            return answer(request, CART, said)
        added = carts.add_to_cart(**till_of(request), code=code, product_id=product_id)
        said.matches = added.matches
        said.code = code if added.matches else ""
    except carts.NotOnTheList as refusal:
        said.unlisted = Unlisted.of(code, refusal.message)
    except Refused as refusal:
        said.notices.append(refusal.message)
    return answer(request, CART, said)


@require_POST
@cashier_required
def cart_drop(request: StoreRequest) -> HttpResponse:
    if cart_id := read_cart_key(request.POST.get("cart")):
        carts.drop_cart(**till_of(request), cart_id=cart_id, now=timezone.now())
    return answer(request, TILL, Said())


@require_POST
@cashier_required
def cart_hold(request: StoreRequest) -> HttpResponse:
    """Put the sale aside; the next one may begin."""
    said = Said()
    typed = {name: request.POST[name] for name in ("phone", "name") if name in request.POST}
    try:
        hold_cart(**till_of(request), **typed, now=timezone.now())
    except Refused as refusal:
        said.buyer_errors = refusal.errors
        said.notices += [] if refusal.errors else [refusal.message]
    return answer(request, TILL, said)


@require_POST
@cashier_required
def cart_take_up(request: StoreRequest, pk: UUID) -> HttpResponse:
    """Bring a sale that waits to this counter."""
    said = Said()
    try:
        take_up_cart(**till_of(request), cart_id=pk, now=timezone.now())
    except Missing as missing:
        said.notices.append(missing.message)
    return answer(request, TILL, said)


@require_POST
@cashier_required
def cart_buyer(request: StoreRequest) -> HttpResponse:
    """Note the phone and the name typed, or take the customer picked; with `look_up` nothing is made yet."""
    who = till_of(request)
    if picked := read_key(request.POST.get("customer")):
        return _change_buyer(request, CUSTOMER, partial(carts.pick_buyer, **who, customer_id=picked))
    phone, name = request.POST.get("phone", ""), request.POST.get("name", "")
    commit = "look_up" not in request.POST
    return _change_buyer(request, BUYER, partial(carts.set_buyer, **who, phone=phone, name=name, commit=commit))


@require_safe
@cashier_required
def buyer_matches(request: StoreRequest) -> HttpResponse:
    """Customers of the name being typed, to pick from."""
    try:
        found = match_buyers(request.store, request.GET.get("name", ""))
    except Refused:
        found = []
    return render_page(request, "billing/_buyer_matches.html", {"buyers": found})


@require_safe
@cashier_required
def upi(request: StoreRequest) -> HttpResponse:
    """The code for the amount that is to be paid by UPI; nothing where there is none."""
    try:
        amount = read_amount(request.GET.get("amount", ""), field="amount")
    except Refused:
        amount = ZERO
    code = upi_code(upi_link(request.store, amount, request.store.name))
    return render_page(request, "billing/_upi_code.html", {"code": code, "amount": amount})


@require_POST
@cashier_required
def buyer_clear(request: StoreRequest) -> HttpResponse:
    return _change_buyer(request, CUSTOMER, partial(carts.clear_buyer, **till_of(request)))


@require_POST
@cashier_required
def buyer_correct_name(request: StoreRequest) -> HttpResponse:
    return _change_buyer(request, CUSTOMER, partial(carts.correct_buyer_name, **till_of(request)))


@require_POST
@cashier_required
def cart_complete(request: StoreRequest) -> HttpResponse:
    """Make the bill and show its receipt; where it is refused, the page says why and keeps what was typed."""
    said = Said(payment=PaymentForm(request.POST), keeps_form=True, allowing=Allowing(request, what=ABOVE_LIMIT))
    if "split" in request.POST:
        said.payment.add_part()
        return answer(request, TILL, said)
    try:
        sale = _complete(request, said.payment, said.allowing)
    except Refused as refusal:
        _tell(said, refusal)
        said.seen = request.POST.getlist("shown")
        return answer(request, TILL, said)
    for warning in sale.warnings:
        messages.warning(request, warning)
    receipt = reverse("billing:receipt", args=[sale.bill.pk])
    return HttpResponseClientRedirect(receipt) if request.htmx else redirect(receipt)


def _complete(request: StoreRequest, payment: PaymentForm, allowing: Allowing | None) -> Sale:
    store, cart_id = request.store, read_cart_key(request.POST.get("cart"))
    if cart_id is None:
        raise Refused("Add a product first.")
    if bill := Bill.objects.of(store).filter(cart=cart_id).first():
        return Sale(bill, is_replay=True)  # sent again: the same receipt, whatever the form says by now
    if "phone" in request.POST:
        phone, name = request.POST["phone"], request.POST.get("name", "")
        cart = carts.note_typed_buyer(store=store, cart_id=cart_id, phone=phone, name=name)
    else:
        cart = Cart.objects.select_related("customer").filter(store=store, pk=cart_id).first()
    if cart is not None:
        _insist_on_what_was_offered(cart, payment, store)
    now, permission = timezone.now(), None
    if allowing and allowing.is_given:
        payment.needs_manager = True
        permission = Permission(*allowing.allowed(now))
    terms = Terms(seen=request.POST.get("seen") or "nothing")
    tenders = payment.tenders(permission)
    return complete_cart(store=store, by=request.user, cart_id=cart_id, tenders=tenders, now=now, terms=terms)


def _insist_on_what_was_offered(cart: Cart, payment: PaymentForm, store: Store) -> None:
    """Nobody's balance is used, or asked for again in money, that was not on screen. Raises Conflict."""
    who = show_buyer(store, cart).who
    if payment.balance_of == (who.pk if who else None):
        return
    if who and who.advance_balance:
        amount = show_amount(who.advance_balance, store.currency)
        raise Conflict(f"{who} has {amount} paid ahead. Use it, or leave it out, and complete the payment again.")
    if payment.balance or payment.above != CHANGE:
        raise Conflict("The customer has changed. Look at the payment and complete it again.")


def _tell(said: Said, refusal: Refused) -> None:
    """Say a refusal at the fields that it is about; what is about none of them is said on top."""
    said.payment.refuse(refusal)
    said.buyer_errors = {name: refusal.errors[name] for name in ("phone", "name") if name in refusal.errors}
    if not (said.payment.errors or said.buyer_errors or (said.allowing and said.allowing.errors)):
        said.notices.append(refusal.message)


def _change_buyer(request: StoreRequest, fragment: str, change: Callable[[], BuyerNoted]) -> HttpResponse:
    said = Said()
    try:
        said.noted = change()
        if said.noted.warning:
            said.notices.append(said.noted.warning)
    except Refused as refusal:
        said.buyer_errors = refusal.errors
    return answer(request, fragment, said)
