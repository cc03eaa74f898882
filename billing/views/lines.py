"""Changes to a line of the cart, or to all of them: how much, at what price, less what, served by whom."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from billing.forms.counter import read_key
from billing.services import carts, line_terms
from billing.services.below_cost import allow_line
from billing.services.discounts import discount_cart, discount_line
from billing.services.quote import BelowCost
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

    return _change_line(request, pk, "quantity", change, typed=typed)


@require_POST
@cashier_required
def line_price(request: StoreRequest, pk: int) -> HttpResponse:
    """Set the price of a line; empty is the price of its batches. Below cost a manager has to allow it."""
    typed = request.POST.get("price", "").strip()

    def set_price(**how: Any) -> None:
        price = read_amount(typed, field="price") if typed else None
        line_terms.set_price(**till_of(request), line_id=pk, price=price, **how)

    return _change_line(request, pk, "price", *by_word(request, set_price), typed=typed)


@require_POST
@cashier_required
def line_allow(request: StoreRequest, pk: int) -> HttpResponse:
    """A manager lets a line that stands below cost be sold as it stands."""
    change, allowing = by_word(request, partial(allow_line, **till_of(request), line_id=pk))
    return _change_line(request, pk, "allow", change, allowing)


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
    """Take an amount or a part of a hundred off a line; empty is nothing. Below cost a manager has to allow it."""
    typed = request.POST.get("discount", "").strip()
    deed = partial(discount_line, **till_of(request), line_id=pk, typed=typed)
    return _change_line(request, pk, "discount", *by_word(request, deed), typed=typed)


@require_POST
@cashier_required
def cart_discount(request: StoreRequest) -> HttpResponse:
    """The same off the whole."""
    typed = request.POST.get("discount", "").strip()
    change, allowing = by_word(request, partial(discount_cart, **till_of(request), typed=typed))
    said = Said(allowing=allowing)
    try:
        change()
    except Missing as missing:
        said.notices.append(missing.message)
    except Refused as refusal:
        said.discount_error = (typed, _told(said, refusal))
    return answer(request, CART, said)


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


def by_word(request: StoreRequest, deed: Callable[..., None]) -> tuple[Callable[[], None], Allowing | None]:
    """A deed that may go below cost, done with a manager's word where it does and one was sent; and what was sent."""
    allowing = Allowing(request, what=BELOW_COST) if request.store.allows_below_cost else None

    def change() -> None:
        now = timezone.now()
        try:
            deed(now=now)
        except BelowCost:
            if not (allowing and allowing.is_given):
                raise
            deed(now=now, permission=Permission(*allowing.allowed(now)))

    return change, allowing


def _change_line(
    request: StoreRequest,
    pk: int,
    field_name: str,
    change: Callable[[], None],
    allowing: Allowing | None = None,
    *,
    typed: str = "",
) -> HttpResponse:
    said = Said(allowing=allowing)
    try:
        change()
    except Missing as missing:
        said.notices.append(missing.message)
    except Refused as refusal:
        said.line_error = (pk, field_name, typed, _told(said, refusal))
    return answer(request, CART, said)


def _told(said: Said, refusal: Refused) -> str:
    """The sentence beside the figure; a manager is asked where her word may let it pass."""
    was_asked = said.allowing is not None and bool(said.allowing.errors)  # what is wrong with it is said beside it
    said.asks_manager = said.allowing is not None and (was_asked or isinstance(refusal, BelowCost))
    return STILL_BELOW if was_asked else refusal.message
