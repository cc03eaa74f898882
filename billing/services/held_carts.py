"""Sales that wait: put aside at the counter, or left open elsewhere, and taken up again by whoever serves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery

from billing.models import Cart, CartLine
from billing.services.carts import BuyerNoted, Machine, is_unfinished, lock_current, set_buyer
from viveka.stores.errors import Missing, Refused
from viveka.stores.models import Store, User
from viveka.stores.transactions import retry_when_entangled

SHOWN = 30
WAITS_FOR = timedelta(days=7)
"""How long an unfinished sale is offered; it stays in the database."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An unfinished sale as a list shows it."""

    cart: Cart
    items: int
    first: str
    """The name of what was put in first."""

    @property
    def who(self) -> str:
        return str(self.cart.customer) if self.cart.customer else self.cart.customer_name or self.cart.phone


def waiting_carts(store: Store, current: Cart | None, now: datetime) -> list[Waiting]:
    """The store's unfinished sales but the one at hand, the newest first; one query."""
    first = CartLine.objects.filter(cart=OuterRef("pk")).order_by("id").values("product__name")[:1]
    carts = Cart.objects.filter(store=store).unfinished().filter(created_at__gt=now - WAITS_FOR)
    if current is not None:
        carts = carts.exclude(pk=current.pk)
    found = carts.select_related("customer", "by").annotate(items=Count("lines"), first=Subquery(first))
    return [Waiting(cart, cart.items, cart.first) for cart in found.filter(items__gt=0).order_by("-created_at")[:SHOWN]]


@retry_when_entangled
@transaction.atomic
def hold_cart(
    *, store: Store, by: User, machine: Machine = None, phone: str | None = None, name: str | None = None, now: datetime
) -> BuyerNoted:
    """Put the sale aside with the customer as typed (None: as noted before).

    A valid number that is not on record becomes a customer now.
    Raises Refused where there is nothing in it, or for text that is none.
    """
    cart = lock_current(store, by, machine)
    if cart is None or not cart.lines.exists():
        raise Refused("There is nothing to put aside.")
    phone = cart.phone if phone is None else phone
    name = cart.customer_name if name is None else name
    noted = set_buyer(store=store, by=by, machine=machine, phone=phone, name=name, commit=True)
    assert noted.cart is not None
    noted.cart.held_at = now
    noted.cart.save(update_fields=["held_at", "updated_at"])
    return noted


@retry_when_entangled
@transaction.atomic
def take_up_cart(*, store: Store, by: User, machine: Machine = None, cart_id: UUID, now: datetime) -> Cart:
    """Bring an unfinished sale of the store to this counter, whoever began it and wherever; the one at hand waits.

    Raises Missing where it is finished, given up, or not of this store.
    """
    at_hand = Cart.objects.current(store, by, machine)
    keys = {cart_id, at_hand.pk} if at_hand else {cart_id}
    locked = {cart.pk: cart for cart in Cart.objects.filter(store=store, pk__in=keys).for_no_key_update()}
    cart = locked.pop(cart_id, None)
    if cart is None or not is_unfinished(cart):
        raise Missing("This sale is no longer there.")
    for other in locked.values():
        _put_behind(other, now)
    cart.by, cart.held_at, cart.machine = by, None, machine or ""
    cart.save(update_fields=["by", "held_at", "machine", "updated_at"])
    return cart


def _put_behind(cart: Cart, now: datetime) -> None:
    """The sale at hand makes room: held where something is in it, given up where not."""
    if not is_unfinished(cart):
        return
    if cart.lines.exists():
        cart.held_at = now
    else:
        cart.dropped_at = now
    cart.save(update_fields=["held_at", "dropped_at", "updated_at"])
