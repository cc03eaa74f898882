"""Below cost by a manager's word: a typed price, or a discount on a line or on the whole.

Her word is kept on each line that needs it, with what one of it brings then: less asks her again. What the goods cost
is in no sentence, as cashiers read them.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from billing.models import Cart, CartLine
from billing.models.cart import WORD
from billing.services.carts import Machine, find_line
from billing.services.priced_cart import PricedLine, read_cart
from billing.services.quote import BELOW_COST, BelowCost, QuotedLine
from debts.services import Permission
from viveka.stores.errors import Refused
from viveka.stores.models import Store, User
from viveka.stores.transactions import retry_when_entangled

NOT_ALLOWED = "This store sells nothing below the lowest price. Its settings say so."


@retry_when_entangled
@transaction.atomic
def allow_line(
    *,
    store: Store,
    by: User,
    machine: Machine = None,
    line_id: int,
    now: datetime,
    permission: Permission | None = None,
) -> None:
    """Let a line be sold as it stands in the person's cart: it came below cost by what was changed beside it, or since.

    Raises BelowCost without a manager's `permission`, Refused where the store has no such prices, Missing.
    """
    line = find_line(store, by, machine, line_id)
    insist_above_cost(store, line.cart, [line], permission, now, field="allow")


def insist_above_cost(
    store: Store, cart: Cart, lines: Sequence[CartLine], permission: Permission | None, now: datetime, *, field: str
) -> None:
    """Judge what was changed about these lines, which is written, in the locked cart.

    Where it takes some of them below cost a manager's `permission` is written on these. Raises BelowCost without one,
    Refused for whatever else is wrong with their price or discount, both naming `field`.
    """
    day, keys = store.day_of(now), {line.pk for line in lines}
    told = [one for one in read_cart(store, cart, day).lines if one.line.pk in keys]
    below = [one for one in told if one.needs_word]
    if below and permission:
        if not store.allows_below_cost:
            raise Refused(NOT_ALLOWED, field)
        for one in below:
            _write_word(one, permission)
        told = [one for one in read_cart(store, cart, day).lines if one.line.pk in keys]
        below = [one for one in told if one.needs_word]
    if below:
        raise BelowCost(BELOW_COST.format(name=", ".join(one.called for one in below)), field)
    for one in told:
        about, sentence = one.refused
        if about in ("price", "discount") and one.quoted:
            raise Refused(sentence, field)


def hold_to_words(store: Store, cart: Cart, now: datetime) -> None:
    """Words are for the figure that they were said about: a line that brings more now needs them for that, or no more;
    what was let go before is not let go again.
    """
    for one in read_cart(store, cart, store.day_of(now)).lines:
        line = one.line
        if line.allowed_by is None or one.needs_word:
            continue
        assert line.allowed_amount is not None and line.allowed_quantity
        worst = _worst(one)
        if worst is None:
            line.forget_word()
        elif worst.brings > line.allowed_amount / line.allowed_quantity:
            line.take_word(line.allowed_by, line.allowed_why, *worst.figure)
        line.save(update_fields=WORD)


def _write_word(one: PricedLine, permission: Permission) -> None:
    worst = _worst(one)
    assert worst is not None
    one.line.take_word(permission.by, permission.why, *worst.figure)
    one.line.save(update_fields=WORD)


def _worst(one: PricedLine) -> QuotedLine | None:
    """Of what is sold below cost of a line, what brings least."""
    below = [line for line in one.quoted if line.is_below_cost]
    return min(below, key=lambda line: line.brings, default=None)
