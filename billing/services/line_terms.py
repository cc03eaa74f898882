"""On what terms a line of the cart is sold: for how much money, at which packet's price, a typed price, by whom."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from billing.models import Batch, CartLine
from billing.services.below_cost import insist_above_cost
from billing.services.carts import Machine, find_line, lock_current
from billing.services.line_joining import join, of_the_packet, of_the_same_price, one_off
from billing.services.priced_cart import read_cart
from debts.services import Permission
from viveka.stores.errors import Missing, Refused
from viveka.stores.models import Membership, Role, Store, User
from viveka.stores.transactions import retry_when_entangled


@retry_when_entangled
@transaction.atomic
def set_worth(*, store: Store, by: User, machine: Machine = None, line_id: int, amount: Decimal, now: datetime) -> None:
    """Sell a line for exactly this money: how much of it that is follows from the price, to three places.

    More than there is stays and is shown as short. Raises Refused for what is sold whole, has no price, or where the
    money buys less than can be measured; Missing for a line that is not in the person's cart.
    """
    line = find_line(store, by, machine, line_id)
    line.amount = amount
    line.save(update_fields=["amount", "updated_at"])
    quoted, (field, sentence) = _judged(store, line, now)
    if field == "quantity":
        raise Refused(sentence, "quantity")
    if quoted:
        line.quantity = quoted
        line.save(update_fields=["quantity"])


@retry_when_entangled
@transaction.atomic
def take_packet(
    *, store: Store, by: User, machine: Machine = None, line_id: int, batch_id: int | None, now: datetime
) -> None:
    """Sell the line at the price of the batch whose packet is in the customer's hand; None: of the batches it is from.

    Another line at that price goes into this one. What it costs stays that of the oldest batches. Raises Refused where
    that is more than the packet brings; Missing for a batch that is not one of the product's.
    """
    _take_packet(store, find_line(store, by, machine, line_id), batch_id, now)


@retry_when_entangled
@transaction.atomic
def split_packet(
    *, store: Store, by: User, machine: Machine = None, line_id: int, batch_id: int, now: datetime
) -> None:
    """Of several pieces in a line, sell one at the price of the batch whose packet it is: in the line that has this
    price, or in one of its own. A line of one piece is sold so as a whole. Raises as `take_packet`, and Refused for
    what is loose.
    """
    line = find_line(store, by, machine, line_id)
    if line.product.is_divisible:
        raise Refused(f"{line.product.name} comes in no packets.", "price")
    if line.quantity <= 1:
        return _take_packet(store, line, batch_id, now)
    packet = _packet(line, batch_id)
    other = of_the_packet(line, packet, read_cart(store, line.cart, store.day_of(now)))
    piece = one_off(line)
    if other is not None:
        join(other, piece)
        piece = other
    piece.packet = packet
    piece.save()
    insist_above_cost(store, line.cart, [piece, line], None, now, field="price")


def _take_packet(store: Store, line: CartLine, batch_id: int | None, now: datetime) -> None:
    packet = None if batch_id is None else _packet(line, batch_id)
    line.packet, line.price = packet, None
    line.forget_word()
    if packet is None:
        other = of_the_same_price(line)
    else:
        other = of_the_packet(line, packet, read_cart(store, line.cart, store.day_of(now)))
    if other is not None:
        join(line, other)
    line.save()
    if packet is not None:
        insist_above_cost(store, line.cart, [line], None, now, field="price")


def _packet(line: CartLine, batch_id: int) -> Batch:
    packet = Batch.objects.filter(store=line.store_id, product=line.product_id, pk=batch_id).first()
    if packet is None:
        raise Missing("This batch is no longer there.", "price")
    return packet


@retry_when_entangled
@transaction.atomic
def set_price(
    *,
    store: Store,
    by: User,
    machine: Machine = None,
    line_id: int,
    price: Decimal | None,
    now: datetime,
    permission: Permission | None = None,
) -> None:
    """Sell the line at a typed price; None is the price of its batches again.

    Raises BelowCost for a price below the cost of a batch it comes from, in words that do not tell the cost, unless
    a manager's `permission` is given and the store has such prices; Refused above an MRP.
    """
    line = find_line(store, by, machine, line_id)
    line.price = price
    line.forget_word()
    if other := of_the_same_price(line):
        join(line, other)
    line.save()
    if price is not None:
        insist_above_cost(store, line.cart, [line], permission, now, field="price")


@retry_when_entangled
@transaction.atomic
def set_server(
    *, store: Store, by: User, machine: Machine = None, line_id: int | None = None, server_id: int | None
) -> None:
    """Who served: for one line, or for the whole sale with all that is put in from now on. None: the cashier.

    Raises Refused for somebody who does not work in the store, Missing where there is no such line or sale.
    """
    if server_id is not None and server_id not in [one.pk for one in servers_of(store)]:
        raise Refused("Choose somebody who works here.", "served_by")
    if line_id is not None:
        line = find_line(store, by, machine, line_id)
        line.served_by_id = server_id
        line.save(update_fields=["served_by"])
        return
    cart = lock_current(store, by, machine)
    if cart is None:
        raise Missing("There is no sale at hand.", "served_by")
    cart.served_by_id = server_id
    cart.save(update_fields=["served_by", "updated_at"])
    cart.lines.update(served_by=server_id)


def servers_of(store: Store) -> list[User]:
    """Who may have served: all who sell in the store. One query."""
    sells = Membership.objects.standing().filter(store=store).exclude(role=Role.AUDITOR)
    return list(User.objects.filter(memberships__in=sells).order_by("first_name", "username"))


def _judged(store: Store, line: CartLine, now: datetime) -> tuple[Decimal, tuple[str, str]]:
    """How much the line sells as things stand, and what stands against it (field, sentence)."""
    priced = read_cart(store, line.cart, store.day_of(now))
    index = next(n for n, one in enumerate(priced.lines) if one.line.pk == line.pk)
    quantity = sum((part.quantity for part in priced.lines[index].quoted), Decimal(0))
    return quantity, priced.quote.refused.get(index, ("", ""))
