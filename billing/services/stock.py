"""Stock: receiving a batch, and taking what a bill sold."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from billing.models import Batch, MovementReason, Product, StockMovement
from billing.services.shortages import settle_shortages
from viveka.stores.dating import check_dated
from viveka.stores.errors import Missing, Refused
from viveka.stores.locking import lock_rows
from viveka.stores.models import Store, User
from viveka.stores.tracing import UNTRACED

_SELLABLE = "product_id = ANY(%s) AND remaining > 0 AND (expiry_date IS NULL OR expiry_date >= %s)"
_TAKE = f"""{UNTRACED}
WITH taken AS (
    UPDATE billing_batch SET remaining = remaining - part.quantity
      FROM unnest(%s::bigint[], %s::numeric[]) AS part (batch_id, quantity)
     WHERE billing_batch.id = part.batch_id
    RETURNING billing_batch.product_id, part.quantity
)
UPDATE billing_product SET current_stock = current_stock - sold.quantity
  FROM (SELECT product_id, sum(quantity) AS quantity FROM taken GROUP BY product_id) AS sold
 WHERE billing_product.id = sold.product_id
"""


@transaction.atomic
def receive_batch(
    *,
    product: Product,
    quantity: Decimal,
    cost_price: Decimal,
    selling_price: Decimal | None,
    received_at: datetime,
    now: datetime,
    by: User,
    mrp: Decimal | None = None,
    expiry_date: date | None = None,
    supplier: str = "",
    supplier_bill: str = "",
    note: str = "",
) -> Batch:
    """Put one received lot on the shelf; what was sold before it came in is settled from it.

    Raises Refused naming the field that breaks a rule.
    """
    product = lock_products(product.store, [product.pk])[product.pk]
    check_received(
        product=product, quantity=quantity, selling_price=selling_price, mrp=mrp, received_at=received_at, now=now
    )
    batch = Batch.objects.create(
        store_id=product.store_id, product=product, received_at=received_at, quantity=quantity, remaining=quantity,
        cost_price=cost_price, selling_price=selling_price, mrp=mrp, expiry_date=expiry_date, supplier=supplier,
        supplier_bill=supplier_bill, note=note, by=by, created_at=now,
    )  # fmt: skip
    StockMovement.objects.create(
        store_id=product.store_id, batch=batch, product=product, quantity=quantity, reason=MovementReason.RECEIVED,
        note=note, by=by, at=received_at, created_at=now,
    )  # fmt: skip
    product.current_stock += quantity
    product.save(update_fields=["current_stock"])
    if product.short:
        settle_shortages(store=product.store, batches=[batch], by=by, now=now)
    return batch


def check_received(
    *,
    product: Product,
    quantity: Decimal,
    selling_price: Decimal | None,
    mrp: Decimal | None,
    received_at: datetime,
    now: datetime,
) -> None:
    """What every received lot must keep. Raises Refused naming the field."""
    if not product.keeps_stock:
        raise Refused(f"{product.name} keeps no stock, so nothing can be received.", "product")
    if not product.is_divisible and quantity % 1:
        raise Refused(f"{product.name} comes whole: type 1, 2, 3 …", "quantity")
    if product.current_stock + quantity > Decimal("99999999.999"):
        raise Refused("There would be more on the shelf than can be counted.", "quantity")
    refuse_above_mrp(selling_price, mrp)
    check_dated(product.store, received_at, now, field="received_at")


def refuse_above_mrp(selling_price: Decimal | None, mrp: Decimal | None) -> None:
    """Nothing sells above the price that is printed on it."""
    if mrp is not None and selling_price is not None and selling_price > mrp:
        raise Refused(f"The selling price is above the MRP of {mrp}.", "selling_price")


def lock_products(store: Store, ids: Sequence[int]) -> dict[int, Product]:
    """The products as they are now, locked in the order of their ids: a product's row is the lock of its shelf.

    Raises Missing where one is not in the store.
    """
    products = {}
    for product in lock_rows(Product, "store_id = %s AND id = ANY(%s)", [store.pk, list(ids)]):
        product.store = store
        products[product.pk] = product
    if len(products) != len(set(ids)):
        raise Missing("No such product.", "productId")
    return products


def lock_batches(products: dict[int, Product], day: date) -> list[Batch]:
    """What can be sold of these products on that day, oldest first, locked; after their products."""
    note_last_prices(products.values())
    shelves = [product.pk for product in products.values() if product.keeps_stock]
    return sorted(lock_rows(Batch, _SELLABLE, [shelves, day]), key=lambda batch: (batch.received_at, batch.pk))


def note_last_prices(products: Iterable[Product]) -> None:
    """Note what the last batch sold for, where a product may be sold without stock and has no price of its own."""
    unpriced = {product.pk: product for product in products if product.may_be_short and product.selling_price is None}
    if unpriced:
        priced = Batch.objects.filter(product__in=unpriced, selling_price__isnull=False)
        last = priced.order_by("product_id", "-received_at", "-id").distinct("product_id")
        for pk, price in last.values_list("product_id", "selling_price"):
            unpriced[pk].last_price = price


def take_from_batches(parts: Sequence[tuple[Batch, Decimal]]) -> None:
    """Lower what remains of the batches and the stock of their products, in one statement."""
    taken: dict[int, Decimal] = {}
    for batch, quantity in parts:
        taken[batch.pk] = taken.get(batch.pk, Decimal(0)) + quantity
    if taken:
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [list(taken), list(taken.values())])


def put_back_in_batches(parts: Sequence[tuple[Batch, Decimal]]) -> None:
    """Raise what remains of the batches and the stock of their products, in one statement."""
    take_from_batches([(batch, -quantity) for batch, quantity in parts])


def sold_movements(common: dict[str, Any], line_id: Any, parts: Sequence[tuple[Batch, Decimal]]) -> list[StockMovement]:
    """The movements, not yet written, of one bill line."""
    return [
        StockMovement(
            **common, batch=batch, product_id=batch.product_id, quantity=-quantity,
            reason=MovementReason.SOLD, bill_line_id=line_id,
        )
        for batch, quantity in parts
    ]  # fmt: skip
