"""What is sold before it came in: carried as a shortage of its bill line, settled by the next batch at its cost.

All of it under the lock of the product, which the caller holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from billing.models import Batch, MovementReason, ShortageSettlement, StockMovement, StockShortage
from billing.services.return_plan import cost_of, goods_out
from viveka.stores.errors import Refused
from viveka.stores.fifo import take_oldest_first
from viveka.stores.inserting import insert_rows
from viveka.stores.models import Store, User
from viveka.stores.money import MAX_QUANTITY
from viveka.stores.tracing import UNTRACED

_CARRY = f"""{UNTRACED}
UPDATE billing_product SET short = short + part.quantity, current_stock = current_stock - part.quantity
  FROM unnest(%s::bigint[], %s::numeric[]) AS part (product_id, quantity) WHERE billing_product.id = part.product_id
"""
_LESS = f"""{UNTRACED}
UPDATE billing_product SET short = short - part.quantity
  FROM unnest(%s::bigint[], %s::numeric[]) AS part (product_id, quantity) WHERE billing_product.id = part.product_id
"""
_CLOSE = """
UPDATE billing_stockshortage SET open = open - part.quantity
  FROM unnest(%s::uuid[], %s::numeric[]) AS part (line_id, quantity)
 WHERE billing_stockshortage.bill_line_id = part.line_id
"""
_GIVE = f"""{UNTRACED}
UPDATE billing_batch SET remaining = remaining - part.quantity
  FROM unnest(%s::bigint[], %s::numeric[]) AS part (batch_id, quantity) WHERE billing_batch.id = part.batch_id
"""


def carry_shortages(shortages: Sequence[StockShortage], products: Mapping[int, Any]) -> None:
    """Write what bill lines are short of, and take it off the stock of their products (by id, locked).

    Raises Refused where more would be short than can be counted.
    """
    if not shortages:
        return
    by_product = _sums((one.product_id, one.quantity) for one in shortages)
    for pk, quantity in by_product.items():
        if products[pk].short + quantity > MAX_QUANTITY:
            raise Refused(f"More of {products[pk].name} would be short than can be counted.", "quantity")
    insert_rows(shortages)
    _change(_CARRY, by_product)


def settle_shortages(*, store: Store, batches: Sequence[Batch], by: User, now: datetime) -> list[ShortageSettlement]:
    """Give what was received just now to what is short, the oldest first; a batch past its expiry date gives nothing.

    The products are locked, the batches written with their movements.
    """
    day = store.day_of(now)
    shelves: dict[int, list[list[Any]]] = {}
    for batch in sorted(batches, key=lambda one: (one.received_at, one.pk)):
        if batch.expiry_date is None or batch.expiry_date >= day:
            shelves.setdefault(batch.product_id, []).append([batch, batch.remaining])
    waiting = list(StockShortage.objects.open().filter(store=store, product_id__in=shelves).oldest_first())
    if not waiting:
        return []
    out = {line: list(parts) for line, parts in goods_out([one.bill_line_id for one in waiting]).items()}
    who: dict[str, Any] = {"store_id": store.pk, "by_id": by.pk, "at": now, "created_at": now}
    made: list[ShortageSettlement] = []
    for shortage in waiting:
        taken = take_oldest_first(((slot, slot[1]) for slot in shelves[shortage.product_id]), shortage.open)
        for slot, quantity in taken.parts:
            slot[1] -= quantity
            made.append(_settle(who, day, shortage, slot[0], quantity, out.setdefault(shortage.bill_line_id, [])))
    _write(made)
    return made


def _settle(
    who: Mapping[str, Any],
    day: Any,
    shortage: StockShortage,
    batch: Batch,
    quantity: Decimal,
    out: list[tuple[Batch, Decimal]],
) -> ShortageSettlement:
    """One batch's part, not yet written. Its cost is what all of the line's goods cost now, less what they did."""
    before = cost_of(out)
    out.append((batch, quantity))
    movement = StockMovement(
        **who, batch=batch, product_id=batch.product_id, quantity=-quantity, reason=MovementReason.SETTLED,
        bill_line_id=shortage.bill_line_id,
    )  # fmt: skip
    batch.remaining -= quantity
    return ShortageSettlement(**who, shortage=shortage, movement=movement, cost=cost_of(out) - before, day=day)


def _write(made: Sequence[ShortageSettlement]) -> None:
    movements = StockMovement.objects.bulk_create([one.movement for one in made])
    for one, movement in zip(made, movements, strict=True):
        one.movement = movement
    ShortageSettlement.objects.bulk_create(made)
    _change(_GIVE, _sums((one.movement.batch_id, -one.movement.quantity) for one in made))
    _change(_LESS, _sums((one.movement.product_id, -one.movement.quantity) for one in made))
    _change(_CLOSE, _sums((one.shortage.bill_line_id, -one.movement.quantity) for one in made))


def cancel_shortages(parts: Sequence[tuple[UUID, int, Decimal]]) -> None:
    """What came back before a batch settled it (bill line, product, quantity) is owed to no batch any more."""
    if parts:
        _change(_CLOSE, _sums((line_id, quantity) for line_id, _, quantity in parts))
        _change(_CARRY, _sums((product_id, -quantity) for _, product_id, quantity in parts))


def open_shortages(line_ids: Iterable[UUID]) -> dict[UUID, Decimal]:
    """What of these bill lines no batch has settled, where there is any."""
    waiting = StockShortage.objects.open().filter(bill_line__in=list(line_ids))
    return dict(waiting.values_list("bill_line_id", "open"))


def _sums(parts: Iterable[tuple[Any, Decimal]]) -> dict[Any, Decimal]:
    sums: dict[Any, Decimal] = {}
    for key, quantity in parts:
        sums[key] = sums.get(key, Decimal(0)) + quantity
    return sums


def _change(sql: str, by_key: Mapping[Any, Decimal]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(by_key), list(by_key.values())])
