"""A quantity said in money: `₹20` of sugar, and how much of it that is."""

import re
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from viveka.stores.money import MAX_QUANTITY, MIN_QUANTITY, PAISA, ZERO, read_amount

_PRICED = re.compile(r"(?:[₹$€£=]|rs\.?)\s*(?P<price>[0-9.]+)(?:/-)?(?:\s+(?P<name>.+))?", re.IGNORECASE)
Lot = TypeVar("Lot")
_MARKED = re.compile(r"(?:[₹$€£=]|rs\.?)\s*(?P<before>\S.*)|(?P<after>\S*)\s*/-", re.IGNORECASE)


def read_worth(text: str, *, field: str = "quantity") -> Decimal | None:
    """The money in `₹20`, `Rs 20`, `20/-` or `=20`; None where no money is meant. Raises Refused naming the field."""
    marked = _MARKED.fullmatch(text.strip())
    if marked is None:
        return None
    amount = (marked["before"] or marked["after"] or "").strip().removesuffix("/-").rstrip()
    return read_amount(amount, field=field, label="The amount", at_least=PAISA)


def read_priced(text: str) -> tuple[Decimal, str] | None:
    """Price and name in `₹45 Broom` or `=45`; None where no money is meant. Raises Refused naming `price`."""
    priced = _PRICED.fullmatch(text.strip())
    if priced is None:
        return None
    return read_amount(priced["price"], field="price", at_least=PAISA), priced["name"] or ""


def quantity_worth(
    amount: Decimal, shelf: Iterable[tuple[Lot, Decimal]], price: Callable[[Lot | None], Decimal | None]
) -> Decimal:
    """How much `amount` buys out of (batch, what remains of it), oldest first, to three places.

    `price` tells what one of a batch costs, None for what comes from none. Beyond the shelf the last price goes on, so
    that what is short is seen. 0 where it can't be bought: no price, or less or more than can be measured.
    """
    left, bought = amount, Decimal(0)
    last = price(None)
    for batch, remaining in shelf:
        last = price(batch)
        if not last:
            return ZERO
        if left <= remaining * last:
            return bought + min(_measured(left / last), remaining)
        left -= remaining * last
        bought += remaining
    return bought + _measured(left / last) if last else ZERO


def _measured(quantity: Decimal) -> Decimal:
    return quantity.quantize(MIN_QUANTITY, ROUND_HALF_UP) if quantity <= MAX_QUANTITY else ZERO
