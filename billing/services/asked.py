"""What is asked for in a sale, before it is priced."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from billing.models import Batch, CartLine
from viveka.stores.models import Store
from viveka.stores.money import ZERO

_Line = TypeVar("_Line", bound=CartLine)  # with what a query noted beside it


@dataclass(frozen=True, slots=True)
class Allowance:
    """The manager who lets something go below cost, why, and down to what one of it brings."""

    by_id: int
    why: str
    least: Decimal


@dataclass(frozen=True, slots=True)
class SaleItem:
    """What is asked for: a product, how much, and a price or a discount where one was typed.

    With `amount` it is sold for exactly that money, and the quantity follows. `packet` is the batch whose price is
    printed on what the customer holds; goods and their cost still come from the oldest.
    """

    product_id: int
    quantity: Decimal
    price: Decimal | None = None
    note: str = ""
    discount: Decimal = ZERO
    amount: Decimal | None = None
    packet: Batch | None = None
    served_by_id: int | None = None
    allowance: Allowance | None = None


def sale_item(line: CartLine, store: Store) -> SaleItem:
    """What a line of a cart asks for; its `packet` is at hand."""
    allowance = None
    if line.allowed_by_id and store.allows_below_cost:
        assert line.allowed_amount is not None and line.allowed_quantity
        allowance = Allowance(line.allowed_by_id, line.allowed_why, line.allowed_amount / line.allowed_quantity)
    return SaleItem(
        line.product_id, line.quantity, line.price, discount=line.discount, amount=line.amount, packet=line.packet,
        served_by_id=line.served_by_id, allowance=allowance,
    )  # fmt: skip


def side_by_side(lines: Iterable[_Line]) -> list[_Line]:
    """Lines of a cart as they are shown and sold (`packet` at hand): in the order they were put in, those of one
    product together.

    Of these the one at the price of the batches takes first, then the older packet: so that a packet's price meets the
    cost of its own batch as far as can be.
    """
    first: dict[int, int] = {}
    put_in = sorted(lines, key=lambda line: line.pk)
    for place, line in enumerate(put_in):
        first.setdefault(line.product_id, place)

    def turn(line: CartLine) -> tuple[Any, ...]:
        age = (line.packet.received_at.timestamp(), line.packet.pk) if line.packet else (0.0, 0)
        return first[line.product_id], line.packet is not None, *age, line.price is not None, line.pk

    return sorted(put_in, key=turn)
