"""What a return takes back: which part of which line, from which batches, worth how much. Read by screen and service.

Amounts follow from quantities alone: what is left of a line is worth its share, rounded once, and a return is the
difference of before and after. So the last one takes what remains, to the paisa, of the price and of the cost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from billing.models import Batch, BillLine, MovementReason, Product, StockMovement
from billing.models.product import DIVISIBLE
from viveka.stores.errors import Missing, Refused, RefusedFields
from viveka.stores.fifo import take_oldest_first
from viveka.stores.money import MAX_QUANTITY, ZERO, show_quantity, to_paisa

Out = Mapping[UUID, Sequence[tuple[Batch, Decimal]]]
"""For each line the batches that its goods came from, in the order of taking, with what has not come back."""


@dataclass(frozen=True, slots=True)
class ReturnItem:
    """So much of a bill line; written off where it does not go back to the shelf."""

    line_id: UUID
    quantity: Decimal
    restock: bool = True


@dataclass(slots=True)
class PlannedLine:
    """A line of the return to be: what the customer gets for it, what it had cost, the batches it goes back to."""

    line: BillLine
    product: Product
    quantity: Decimal
    restock: bool
    total: Decimal
    cost: Decimal
    parts: list[tuple[Batch, Decimal]]
    short: Decimal = Decimal(0)
    """How much of it no batch had settled yet."""


def goods_out(line_ids: Iterable[UUID]) -> dict[UUID, list[tuple[Batch, Decimal]]]:
    """What of these lines is with the customer still; one query."""
    moved = StockMovement.objects.filter(
        bill_line__in=list(line_ids),
        reason__in=[MovementReason.SOLD, MovementReason.SETTLED, MovementReason.RETURNED],
    )
    out: dict[UUID, dict[int, tuple[Batch, Decimal]]] = {}
    for movement in moved.select_related("batch").order_by("id"):
        assert movement.bill_line_id is not None, "they were asked for by their lines"
        of_line = out.setdefault(movement.bill_line_id, {})
        batch, before = of_line.get(movement.batch_id, (movement.batch, Decimal(0)))
        of_line[movement.batch_id] = (batch, before - movement.quantity)
    return {line_id: list(parts.values()) for line_id, parts in out.items()}


def plan_lines(
    items: Sequence[ReturnItem],
    lines: Mapping[UUID, BillLine],
    products: Mapping[int, Product],
    out: Out,
    short: Mapping[UUID, Decimal],
) -> list[PlannedLine]:
    """The lines of the return; `short` is what no batch has settled, by line.

    Raises Missing for a line that is not the bill's, RefusedFields for quantities.
    """
    if not items:
        raise Refused("Say what came back.", "items")
    if len({item.line_id for item in items}) != len(items):
        raise Refused("Each line once.", "items")
    errors: dict[str, list[str]] = {}
    planned = []
    for n, item in enumerate(items):
        line = lines.get(item.line_id)
        if line is None:
            raise Missing("No such line on this bill.", f"items.{n}.itemId")
        product = products[line.product_id]
        owed = short.get(line.pk, Decimal(0))
        if wrong := _wrong(item, line, product, owed):
            errors[f"items.{n}.quantity"] = [wrong]
        else:
            planned.append(_plan(item, line, product, out.get(line.pk, []), owed))
    if errors:
        raise RefusedFields(errors)
    return planned


def _wrong(item: ReturnItem, line: BillLine, product: Product, owed: Decimal) -> str:
    """Why so much can't come back, or ""."""
    if item.quantity <= 0 or item.quantity > line.left:
        return f"Of {line.name}, {show_quantity(line.left)} can still come back."
    if line.unit not in DIVISIBLE and item.quantity % 1:
        return f"{line.name} was sold whole: type 1, 2, 3 …"
    if owed and not item.restock:
        return (
            f"{show_quantity(owed)} of {line.name} did not come in yet and can't be written off: take it back to the"
            " shelf, and write it off when its batch is here."
        )
    if not item.restock or not product.keeps_stock:
        return ""
    if not product.is_divisible and item.quantity % 1:
        return f"{product.name} is sold whole now. Write it off."
    if product.current_stock + item.quantity > MAX_QUANTITY:
        return "There would be more on the shelf than can be counted."
    return ""


def _plan(
    item: ReturnItem, line: BillLine, product: Product, out: Sequence[tuple[Batch, Decimal]], owed: Decimal
) -> PlannedLine:
    """What no batch gave yet is owed no more; then the batch taken last gets its goods back first."""
    short = min(owed, item.quantity)
    taken = take_oldest_first(reversed(out), item.quantity - short) if out else None
    parts = taken.parts if taken else []
    back = {batch.pk: quantity for batch, quantity in parts}
    after = [(batch, quantity - back.get(batch.pk, Decimal(0))) for batch, quantity in out]
    return PlannedLine(
        line=line,
        product=product,
        quantity=item.quantity,
        restock=item.restock and (product.keeps_stock or not parts),
        total=worth(line, line.left) - worth(line, line.left - item.quantity),
        cost=cost_of(out) - cost_of(after),
        parts=parts,
        short=short,
    )


def worth(line: BillLine, quantity: Decimal) -> Decimal:
    """What was paid for so much of the line, its share of discount and rounding in it."""
    return to_paisa(line.total * quantity / line.quantity)


def cost_of(parts: Iterable[tuple[Batch, Decimal]]) -> Decimal:
    """What so much of these batches cost, rounded once."""
    return to_paisa(sum((quantity * batch.cost_price for batch, quantity in parts), ZERO))
