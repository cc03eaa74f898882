"""How the billing screen answers: the whole page to a plain form, only what changed to HTMX."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from billing.forms.counter import PaymentForm
from billing.models import Cart, Product
from billing.services.buyer_shown import meant_for, show_buyer, show_credit
from billing.services.carts import BuyerNoted
from billing.services.exchange import read_coming
from billing.services.held_carts import waiting_carts
from billing.services.line_terms import servers_of
from billing.services.packets import show_packets
from billing.services.priced_cart import price_each, read_cart
from billing.services.tiles import counter_tiles
from viveka.stores.machine import machine_of, mark_machine
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import ZERO
from viveka.stores.pages import render_page
from viveka.stores.pin import Allowing

PAGE, TILL = "billing/counter.html", "billing/_till.html"
CART, BUYER, CUSTOMER = "billing/_cart_answer.html", "billing/_buyer_answer.html", "billing/_customer_answer.html"


@dataclass(frozen=True, slots=True)
class Unlisted:
    """What nothing on the list has: a barcode or a name, to be sold by its price."""

    barcode: str = ""
    name: str = ""
    price: str = ""
    sentence: str = ""

    @classmethod
    def of(cls, code: str, sentence: str) -> "Unlisted":
        """A code has digits and no spaces; all else is a name."""
        is_code = any(sign.isdigit() for sign in code) and " " not in code.strip()
        return cls(sentence=sentence, **{"barcode" if is_code else "name": code.strip()})


@dataclass(slots=True)
class Said:
    """What an answer says besides the cart as it stands."""

    notices: list[str] = field(default_factory=list)
    unlisted: Unlisted | None = None
    code: str = ""
    matches: list[Product] = field(default_factory=list)
    payment: PaymentForm = field(default_factory=PaymentForm)
    allowing: Allowing | None = None  # a manager's PIN, where one was asked for
    keeps_form: bool = False  # the payment form was sent and comes back
    line_error: tuple[int, str, str, str] | None = None  # line, field, what was typed, sentence
    discount_error: tuple[str, str] | None = None  # on the whole: what was typed, sentence
    buyer_errors: dict[str, list[str]] = field(default_factory=dict)
    asks_manager: bool = False  # the line that is wrong may pass by a manager's word
    noted: BuyerNoted = BuyerNoted(None)
    seen: list[str] | None = None  # the lines as they were when the cashier confirmed

    @property
    def is_quiet(self) -> bool:
        """Nothing but the cart has to be shown: a plain form may go back to the page."""
        said = (
            self.notices,
            self.unlisted,
            self.matches,
            self.keeps_form,
            self.line_error,
            self.discount_error,
            self.buyer_errors,
        )
        return not (any(said) or self.noted.is_new or self.noted.came_back)


def till_of(request: StoreRequest) -> dict[str, Any]:
    """Whose counter it is: store, person, machine."""
    return {"store": request.store, "by": request.user, "machine": machine_of(request)}


def answer(request: StoreRequest, fragment: str, said: Said) -> HttpResponse:
    """The fragment live; a plain form goes back to the page, or gets it with what has to be said."""
    if said.is_quiet and not request.htmx:
        return mark_machine(request, redirect("billing:counter"))
    return render_till(request, fragment, said)


def render_till(request: StoreRequest, fragment: str, said: Said) -> HttpResponse:
    """Read and show what the answer needs, and no more."""
    cart = Cart.objects.select_related("customer").current(request.store, request.user, machine_of(request))
    needed = fragment if request.htmx else TILL
    context: dict[str, Any] = {
        "notices": said.notices,
        "unlisted": said.unlisted,
        "payment": said.payment,
        "allowing": said.allowing or Allowing(request, what=""),
    }
    if needed in {TILL, CART}:
        context |= _goods(request, cart, said)
    if needed in {TILL, BUYER, CUSTOMER}:
        context |= _buyer(request, cart, said)
    if needed == TILL:
        context["tiles"] = counter_tiles(request.store, request.store.day_of(timezone.now()))
        context["waiting"] = waiting_carts(request.store, cart, timezone.now())
    return mark_machine(request, render_page(request, PAGE, context, fragment=fragment))


def _goods(request: StoreRequest, cart: Cart | None, said: Said) -> dict[str, Any]:
    day = request.store.day_of(timezone.now())
    priced = read_cart(request.store, cart, day)
    if said.line_error:
        pk, field_name, typed, sentence = said.line_error
        if line := priced.line(pk):
            line.errors[field_name], line.typed[field_name] = sentence, typed
    if said.discount_error:
        priced.typed_discount, priced.discount_error = said.discount_error
    if said.seen is not None:
        priced.compare(said.seen)
    show_packets(priced.lines, day)
    servers = servers_of(request.store) if priced.lines else []
    shown: dict[str, Any] = {
        "priced": priced,
        "servers": servers,
        "asks_manager": said.asks_manager,
        "may_ask": request.store.allows_below_cost,
    }
    shown["coming"] = coming = read_coming(cart, priced.quote.total)
    shown["to_pay"] = priced.quote.total - (coming.covers if coming else ZERO)
    return {**shown, "matches": price_each(said.matches, day), "code": said.code}


def _buyer(request: StoreRequest, cart: Cart | None, said: Said) -> dict[str, Any]:
    buyer = show_buyer(request.store, cart)
    buyer.is_new, buyer.came_back = said.noted.is_new, said.noted.came_back
    if said.buyer_errors:
        buyer.phone = request.POST.get("phone", buyer.phone)
        buyer.name = request.POST.get("name", buyer.name)
        buyer.bad_phone = " ".join(said.buyer_errors.get("phone", []))
        buyer.bad_name = " ".join(said.buyer_errors.get("name", []))
    buyer.credit = show_credit(request.store, buyer.who, request.store.day_of(timezone.now()))
    buyer.meant_for = meant_for(request.store, buyer.who, cart)
    is_used = buyer.who is not None and said.payment.uses_balance_of(buyer.who.pk)
    return {"buyer": buyer, "uses_balance": is_used}
