"""Changes to one line of the cart: how much, at what price, less what, served by whom."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from billing.forms.counter import read_key
from billing.services import carts, line_terms
from billing.services.discounts import discount_line
from billing.services.worth import read_worth
from billing.views.till import CART, Said, answer, till_of
from debts.services import Permission
from viveka.stores.access import cashier_required
from viveka.stores.errors import Missing, Refused
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import read_amount, read_quantity
from viveka.stores.pin import Allowing

BELOW_COST = "sell below cost"
STILL_BELOW = "This is below the lowest price allowed."


@require_POST
@cashier_required
def line_quantity(request: StoreRequest, pk: int) -> HttpResponse:
    """Set the quantity of a line, or the money it is sold for, or go one up or down."""
    line = {**till_of(request), "line_id": pk}
    step = {"1": 1, "-1": -1}.get(request.POST.get("step", ""))
    if step:
        return _change_line(request, pk, "quantity", partial(carts.step_quantity, **line, step=step))
    typed = request.POST.get("quantity", "").strip()

    def change() -> None:
        if amount := read_worth(typed):
            line_terms.set_worth(**line, amount=amount, now=timezone.now())
        else:
            carts.set_quantity(**line, quantity=read_quantity(typed))

    return _change_line(request, pk, "quantity", change, typed)


@require_POST
@cashier_required
def line_price(request: StoreRequest, pk: int) -> HttpResponse:
    """Set the price of a line; empty is the price of its batches. Below cost a manager has to allow it."""
    typed = request.POST.get("price", "").strip()
    allowing = Allowing(request, what=BELOW_COST) if request.store.allows_below_cost else None

    def change() -> None:
        now = timezone.now()
        terms: dict[str, Any] = {**till_of(request), "line_id": pk, "now": now}
        terms["price"] = read_amount(typed, field="price") if typed else None
        try:
            line_terms.set_price(**terms)
        except line_terms.BelowCost:
            if not (allowing and allowing.is_given):
                raise
            line_terms.set_price(**terms, permission=Permission(*allowing.allowed(now)))

    return _change_line(request, pk, "price", change, typed, allowing)


@require_POST
@cashier_required
def line_packet(request: StoreRequest, pk: int) -> HttpResponse:
    """Sell at the price that is printed on the packet in hand; without a batch, at that of the oldest again."""
    batch = read_key(request.POST.get("batch"))
    change = partial(line_terms.take_packet, **till_of(request), line_id=pk, batch_id=batch, now=timezone.now())
    return _change_line(request, pk, "price", change)


@require_POST
@cashier_required
def line_split(request: StoreRequest, pk: int) -> HttpResponse:
    """Sell one piece of the line at the price printed on its packet."""
    batch = read_key(request.POST.get("batch")) or 0  # without one there is no such batch
    change = partial(line_terms.split_packet, **till_of(request), line_id=pk, batch_id=batch, now=timezone.now())
    return _change_line(request, pk, "price", change)


@require_POST
@cashier_required
def line_discount(request: StoreRequest, pk: int) -> HttpResponse:
    """Take an amount or a part of a hundred off a line; empty is nothing."""
    typed = request.POST.get("discount", "").strip()
    change = partial(discount_line, **till_of(request), line_id=pk, typed=typed, now=timezone.now())
    return _change_line(request, pk, "discount", change, typed)


@require_POST
@cashier_required
def line_server(request: StoreRequest, pk: int) -> HttpResponse:
    """Who served this line."""
    server = read_key(request.POST.get("served_by"))
    change = partial(line_terms.set_server, **till_of(request), line_id=pk, server_id=server)
    return _change_line(request, pk, "served_by", change)


@require_POST
@cashier_required
def cart_server(request: StoreRequest) -> HttpResponse:
    """Who served all of it."""
    said = Said()
    try:
        line_terms.set_server(**till_of(request), server_id=read_key(request.POST.get("served_by")))
    except Refused as refusal:
        said.notices.append(refusal.message)
    return answer(request, CART, said)


@require_POST
@cashier_required
def line_remove(request: StoreRequest, pk: int) -> HttpResponse:
    carts.remove_line(**till_of(request), line_id=pk)
    return answer(request, CART, Said())


def _change_line(
    request: StoreRequest,
    pk: int,
    field_name: str,
    change: Callable[[], None],
    typed: str = "",
    allowing: Allowing | None = None,
) -> HttpResponse:
    said = Said(allowing=allowing)
    try:
        change()
    except Missing as missing:
        said.notices.append(missing.message)
    except Refused as refusal:
        was_asked = allowing is not None and bool(allowing.errors)  # what is wrong with her word is said beside it
        said.line_error = (pk, field_name, typed, STILL_BELOW if was_asked else refusal.message)
        said.asks_manager = allowing is not None and (was_asked or isinstance(refusal, line_terms.BelowCost))
    return answer(request, CART, said)
