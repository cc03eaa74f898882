"""Money and quantities: exact decimals with bounds, how they are read, rounded, spread and shown."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from viveka.stores.errors import Refused

ZERO = Decimal("0.00")
PAISA = Decimal("0.01")
MAX_MONEY = Decimal("9999999999.99")
MIN_QUANTITY = Decimal("0.001")
MAX_QUANTITY = Decimal("99999999.999")
SYMBOLS = {"INR": "₹", "USD": "$", "EUR": "€", "GBP": "£"}

_AMOUNT = re.compile(r"[0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20}", re.ASCII)


def to_paisa(value: Decimal) -> Decimal:
    """Round to two places, halves up: the one rounding of money, done once, at the line."""
    return value.quantize(PAISA, ROUND_HALF_UP)


def _read_decimal(text: str, *, field: str, label: str, places: int) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise Refused(f"{label} takes digits with at most one point, for example 120.50.", field)
    if len(text.partition(".")[2]) > places:
        raise Refused(f"{label} has at most {places} decimal places.", field)
    return Decimal(text)


def read_amount(text: str, *, field: str, label: str = "", at_least: Decimal = ZERO) -> Decimal:
    """An amount as typed or sent: ASCII digits, at most one point and two decimals.

    Raises Refused naming `field`: signs, spaces, separators, exponents, other digits, too small or too large.
    """
    label = label or field.replace("_", " ").capitalize()
    value = _read_decimal(text, field=field, label=label, places=2)
    if value < at_least:
        raise Refused(f"{label} is at least {at_least}.", field)
    if value > MAX_MONEY:
        raise Refused(f"{label} is at most {MAX_MONEY}.", field)
    return value.quantize(PAISA)


def read_quantity(text: str, *, field: str = "quantity", label: str = "Quantity") -> Decimal:
    """A quantity as typed or sent, 0.001 to 99,999,999.999. Raises Refused naming `field`."""
    value = _read_decimal(text, field=field, label=label, places=3)
    if not MIN_QUANTITY <= value <= MAX_QUANTITY:
        raise Refused(f"{label} is between {MIN_QUANTITY} and {MAX_QUANTITY}.", field)
    return value.quantize(MIN_QUANTITY)


def spread(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split `amount` over the weights to the paisa; the parts always add up to the whole.

    Each part is the rounded running share less what was given before, so no part is off by more than a paisa.
    All weights zero: the first part takes everything.
    """
    whole = sum(weights, ZERO)
    if not whole:
        return [amount if n == 0 else ZERO for n in range(len(weights))]
    parts, given, seen = [], ZERO, ZERO
    for weight in weights:
        seen += weight
        reached = to_paisa(amount * seen / whole)
        parts.append(reached - given)
        given = reached
    return parts


def group_digits(whole: str, *, indian: bool) -> str:
    """`1234567` as 12,34,567 (Indian) or 1,234,567."""
    head, tail = whole[:-3], whole[-3:]
    size = 2 if indian else 3
    groups: list[str] = []
    while head:
        groups.insert(0, head[-size:])
        head = head[:-size]
    return ",".join([*groups, tail])


def show_amount(amount: Decimal, currency: str = "INR") -> str:
    """₹1,23,456.00 for INR; other currencies with their symbol or code and thousands. Below zero with a true minus."""
    sign = "−" if amount < 0 else ""
    whole, fraction = f"{abs(amount):.2f}".split(".")
    symbol = SYMBOLS.get(currency, f"{currency} ")
    return f"{sign}{symbol}{group_digits(whole, indian=currency == 'INR')}.{fraction}"


def show_quantity(quantity: Decimal) -> str:
    """1.250 as 1.25 and 3.000 as 3."""
    text = f"{quantity:.3f}".rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text
