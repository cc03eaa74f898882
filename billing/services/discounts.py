"""Discounts at the counter: on a line or on the whole cart, as an amount or a part of a hundred; below cost by a
manager's word alone."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from billing.models import Cart
from billing.services.below_cost import hold_to_words, insist_above_cost
from billing.services.carts import Machine, find_line, lock_current
from billing.services.priced_cart import PricedCart, read_cart
from debts.services import Permission
from viveka.stores.errors import Missing, Refused
from viveka.stores.models import Store, User
from viveka.stores.money import ZERO, read_amount, to_paisa
from viveka.stores.transactions import retry_when_entangled

HUNDRED = Decimal(100)


def read_discount(text: str, whole: Decimal) -> Decimal:
    """`5`, `5.50` or `10%` of the whole, to the paisa; "" is none. Raises Refused naming `discount`."""
    text = text.strip()
    if not text:
        return ZERO
    if not text.endswith("%"):
        return read_amount(text, field="discount")
    percent = read_amount(text[:-1].strip(), field="discount")
    if percent > HUNDRED:
        raise Refused("A discount is at most 100%.", "discount")
    return to_paisa(whole * percent / HUNDRED)


@retry_when_entangled
@transaction.atomic
def discount_line(
    *,
    store: Store,
    by: User,
    machine: Machine = None,
    line_id: int,
    typed: str,
    now: datetime,
    permission: Permission | None = None,
) -> None:
    """Take something off a line. Raises Refused where it is more than the line; BelowCost where that takes it below
    what the goods cost, unless a manager's `permission` is given and the store has such prices.
    """
    line = find_line(store, by, machine, line_id)
    priced = _read(store, line.cart, now).line(line_id)
    assert priced is not None
    line.discount = read_discount(typed, sum((part.subtotal for part in priced.quoted), ZERO))
    line.save(update_fields=["discount"])
    hold_to_words(store, line.cart, now)
    if line.discount:
        insist_above_cost(store, line.cart, [line], permission, now, field="discount")


@retry_when_entangled
@transaction.atomic
def discount_cart(
    *,
    store: Store,
    by: User,
    machine: Machine = None,
    typed: str,
    now: datetime,
    permission: Permission | None = None,
) -> None:
    """Take something off the whole, after what is off its lines. Raises Refused, BelowCost as for a line (all lines
    that it takes below cost are named, and a manager's `permission` is for all of them); Missing without cart.
    """
    cart = lock_current(store, by, machine)
    if cart is None:
        raise Missing("There is no sale at hand.", "discount")
    cart.discount = ZERO
    priced = _read(store, cart, now)
    cart.discount = read_discount(typed, priced.quote.subtotal - priced.quote.discount)
    cart.save(update_fields=["discount", "updated_at"])
    after = _read(store, cart, now)
    if after.discount_error:
        raise Refused(after.discount_error, "discount")
    hold_to_words(store, cart, now)
    if cart.discount:
        insist_above_cost(store, cart, [one.line for one in after.lines], permission, now, field="discount")


def _read(store: Store, cart: Cart, now: datetime) -> PricedCart:
    return read_cart(store, cart, store.day_of(now))
