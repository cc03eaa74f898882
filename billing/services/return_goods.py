"""Goods of a return go back to the batches they came from, or are written off."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from billing.models import MovementReason, ReturnLine, StockMovement
from billing.services.return_plan import PlannedLine
from billing.services.shortages import cancel_shortages
from billing.services.stock import put_back_in_batches
from viveka.stores.inserting import insert_rows

WRITTEN_OFF = "Written off, came back"
_RETURNED = """
UPDATE billing_billline SET returned = returned + part.quantity
  FROM unnest(%s::uuid[], %s::numeric[]) AS part (line_id, quantity) WHERE billing_billline.id = part.line_id
"""


def write_goods(common: dict[str, Any], return_id: UUID, planned: Sequence[PlannedLine]) -> None:
    """The lines with their movements, and the running amounts of bill lines, batches and products."""
    rows, movements = [], []
    for one in planned:
        row = ReturnLine(
            store_id=common["store_id"], goods_return_id=return_id, bill_line=one.line, quantity=one.quantity,
            total=one.total, cost=one.cost, is_restocked=one.restock, short=one.short,
        )  # fmt: skip
        rows.append(row)
        movements += _movements(common, row, one)
    put_back_in_batches([part for one in planned if one.restock for part in one.parts])
    cancel_shortages([(one.line.pk, one.product.pk, one.short) for one in planned if one.short])
    with connection.cursor() as cursor:
        cursor.execute(_RETURNED, [[one.line.pk for one in planned], [one.quantity for one in planned]])
    insert_rows(rows)
    insert_rows(movements)


def _movements(common: dict[str, Any], row: ReturnLine, one: PlannedLine) -> list[StockMovement]:
    """Back into the batches; what is written off leaves them again at once."""
    of_row = common | {"return_line_id": row.pk, "product_id": one.line.product_id}
    back = [
        StockMovement(
            **of_row, batch=batch, quantity=quantity, reason=MovementReason.RETURNED, bill_line_id=one.line.pk
        )
        for batch, quantity in one.parts
    ]
    gone = [
        StockMovement(**of_row, batch=batch, quantity=-quantity, reason=MovementReason.ADJUSTED, note=WRITTEN_OFF)
        for batch, quantity in ([] if one.restock else one.parts)
    ]
    return back + gone
