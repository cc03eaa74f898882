"""Shortages, adjustments and further barcodes for the test of check_books, and each way of breaking them."""

from decimal import Decimal as D
from typing import Any

from django.utils import timezone

from billing.models import AdjustmentKind, ProductBarcode
from billing.services.adjusting import Why, adjust_product
from billing.tests.factories import receive, sell, sold_short, take_back
from viveka.stores.models import Store, User


def run_short_and_put_right(store: Store, by: User) -> dict[str, Any]:
    """Rice is sold before it came in, some comes back, a sack settles most of it; then it is counted."""
    first = sold_short(store, 5, there=2, by=by, name="Rice")
    rice = first.lines.get().product
    second = sell(store, by, [(rice, 4)]).bill
    take_back(first, 1, by=by)
    sack = receive(rice, 6, "60.10", by=by)
    take_back(first, 1, by=by)
    why = Why(AdjustmentKind.COUNTED, by, timezone.now())
    put = adjust_product(store=store, product_id=rice.pk, quantity=D(4), why=why)
    carton = ProductBarcode.objects.create(store=store, product=rice, barcode="99", quantity=D(12))
    line, later = first.lines.get(), second.lines.get()
    settled = line.shortage.settlements.get()
    rows = {
        "rice": rice, "rice_line": line, "short": line.shortage, "short_later": later.shortage, "sack": sack,
        "settled": settled, "settled_moved": settled.movement, "put": put,
        "carton": carton, "put_moved": put.movements.order_by("id")[0],
    }  # fmt: skip
    return {name: row.pk for name, row in rows.items()}


# (rule, whose id it reports, what breaks it). "table: change" is an UPDATE of the row that is reported.
BREAKS = [
    ("shortage_open_is_what_was_not_settled", "short", "stockshortage: open = 1"),
    ("shortage_open_is_what_was_not_settled", "short", "stockshortage: quantity = 4"),
    ("product_short_is_its_shortages", "rice", "product: short = 7"),
    ("short_only_where_allowed", "rice", "product: stock_policy = 'refuse', short = 1"),
    ("short_only_where_allowed", "rice", "product: current_stock = -9"),
    ("settlement_is_a_movement_of_its_line", "settled_moved", "stockmovement: reason = 'sold'"),
    (
        "settlement_is_a_movement_of_its_line",
        "settled_moved",
        "DELETE FROM billing_shortagesettlement WHERE id = %(settled)s",
    ),
    (
        "settled_cost_is_of_its_batches",
        "rice_line",
        "UPDATE billing_shortagesettlement SET cost = 1 WHERE id = %(settled)s",
    ),
    ("shortages_settled_oldest_first", "short_later", "UPDATE billing_stockshortage SET open = 1 WHERE id = %(short)s"),
    ("adjustment_is_its_movements", "put", "stockadjustment: quantity = 77"),
    ("adjustment_is_its_movements", "put", "stockadjustment: counted = NULL"),
    ("adjusted_movement_says_why", "put_moved", "stockmovement: adjustment_id = NULL, reason = 'adjusted'"),
    ("barcode_is_one_products", "carton", "UPDATE billing_product SET barcode = '99' WHERE id = %(soap)s"),
]
