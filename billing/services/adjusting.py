"""Putting stock right by hand: counted, damaged, lost, used, found. Each leaves a row that says why, and who.

Locks: products, then their batches, as a sale does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from billing.models import AdjustmentKind, Batch, MovementReason, Product, StockAdjustment, StockMovement
from billing.models.stock import DOWN
from billing.services.shortages import settle_shortages
from billing.services.stock import lock_products, take_from_batches
from viveka.stores.dating import check_dated
from viveka.stores.errors import Missing, Refused
from viveka.stores.fifo import take_oldest_first
from viveka.stores.inserting import insert_rows
from viveka.stores.models import Store, User
from viveka.stores.money import MAX_QUANTITY, show_quantity
from viveka.stores.text import clean_text
from viveka.stores.transactions import retry_when_entangled

REFILLED = 50
"""How many batches, the newest first, what was found is put back into before it becomes a new one."""


@dataclass(frozen=True, slots=True)
class Why:
    """The reason of an adjustment, and who made it when."""

    kind: str
    by: User
    now: datetime
    note: str = ""


@dataclass(slots=True)
class _Change:
    """What becomes of one product's batches: plus in, minus out."""

    product: Product
    parts: list[tuple[Batch, Decimal]]
    counted: Decimal | None = None
    found: list[Batch] = field(default_factory=list)  # not written yet

    @property
    def quantity(self) -> Decimal:
        put = sum((quantity for _, quantity in self.parts), Decimal(0))
        return put + sum((batch.quantity for batch in self.found), Decimal(0))


@retry_when_entangled
@transaction.atomic
def adjust_batch(*, store: Store, batch_id: int, quantity: Decimal, why: Why) -> StockAdjustment:
    """So much of one batch is gone or was found; with *counted*, `quantity` is what there is of it.

    Raises Missing, Refused naming the field: more than is there, more than was received.
    """
    why = _check(store, why)
    found = Batch.objects.filter(store=store, pk=batch_id).first()
    if found is None:
        raise Missing("No such batch.", "batch")
    product = lock_products(store, [found.product_id])[found.product_id]
    batch = _locked([found.pk])[0]
    _check_whole(product, quantity)
    change = _difference(why, batch.remaining, quantity)
    if batch.remaining + change < 0:
        raise Refused(f"Only {show_quantity(batch.remaining)} of this batch are there.", "quantity")
    if batch.remaining + change > batch.quantity:
        raise Refused(
            f"No more than {show_quantity(batch.quantity)} were received with this batch. Enter what is beyond that as"
            " found of the product: it becomes a batch of its own.",
            "quantity",
        )
    counted = quantity if why.kind == AdjustmentKind.COUNTED else None
    return _write(store, [_Change(product, [(batch, change)] if change else [], counted)], why)[0]


@retry_when_entangled
@transaction.atomic
def adjust_product(
    *, store: Store, product_id: int, quantity: Decimal, why: Why, cost_price: Decimal | None = None
) -> StockAdjustment:
    """So much of a product is gone or was found; with *counted*, `quantity` is all that there is of it.

    What is gone leaves the oldest batches first. What was found goes back to the newest ones, as far as they were
    fuller once; the rest is a new batch at `cost_price`, or at the cost of the last one. Raises Missing, Refused.
    """
    why = _check(store, why)
    product = lock_products(store, [product_id])[product_id]
    if not product.keeps_stock:
        raise Refused(f"{product.name} keeps no stock.", "quantity")
    _check_whole(product, quantity)
    change = _difference(why, product.current_stock, quantity)
    if product.current_stock + change > MAX_QUANTITY:
        raise Refused("There would be more on the shelf than can be counted.", "quantity")
    made = _less(product, -change) if change < 0 else _more(product, change, cost_price, why, store.day_of(why.now))
    made.counted = quantity if why.kind == AdjustmentKind.COUNTED else None
    return _write(store, [made], why)[0]


@retry_when_entangled
@transaction.atomic
def write_off_expired(*, store: Store, batch_ids: Sequence[int], by: User, now: datetime) -> list[StockAdjustment]:
    """Take out what is left of these batches, where they are past their expiry date still; one row a product.

    A batch that is empty or was given a later date meanwhile is left alone. As many statements for one as for many.
    """
    why = _check(store, Why(AdjustmentKind.EXPIRED, by, now))
    asked = Batch.objects.filter(store=store, pk__in=list(batch_ids))
    products = lock_products(store, sorted(set(asked.values_list("product_id", flat=True))))
    day = store.day_of(now)
    changes: dict[int, _Change] = {}
    for batch in _locked(list(asked.values_list("pk", flat=True))):
        if batch.remaining and batch.expiry_date and batch.expiry_date < day:
            change = changes.setdefault(batch.product_id, _Change(products[batch.product_id], []))
            change.parts.append((batch, -batch.remaining))
    return _write(store, list(changes.values()), why)


def _check(store: Store, why: Why) -> Why:
    if why.kind not in AdjustmentKind.values:
        raise Refused(f"The reason is one of {', '.join(AdjustmentKind.values)}.", "kind")
    note = clean_text(why.note, field="note", most=500)
    if why.kind == AdjustmentKind.OTHER and not note:
        raise Refused("Say why.", "note")
    check_dated(store, why.now, why.now)
    return Why(why.kind, why.by, why.now, note)


def _check_whole(product: Product, quantity: Decimal) -> None:
    if not product.is_divisible and quantity % 1:
        raise Refused(f"{product.name} is kept whole: type 1, 2, 3 …", "quantity")


def _difference(why: Why, there: Decimal, quantity: Decimal) -> Decimal:
    if why.kind == AdjustmentKind.COUNTED:
        return quantity - there
    if not quantity:
        raise Refused("Type how many.", "quantity")
    return -quantity if why.kind in DOWN else quantity


def _locked(ids: Sequence[int]) -> list[Batch]:
    """The batches as they are now; after their products."""
    return list(Batch.objects.filter(pk__in=ids).select_for_update(no_key=True, of=("self",)).order_by("pk"))


def _less(product: Product, quantity: Decimal) -> _Change:
    batches = product.batches.in_stock().select_for_update(no_key=True, of=("self",)).order_by("pk")
    oldest_first = sorted(batches, key=lambda batch: (batch.received_at, batch.pk))
    taken = take_oldest_first(((batch, batch.remaining) for batch in oldest_first), quantity)
    if taken.missing:
        raise Refused(f"Only {show_quantity(quantity - taken.missing)} of {product.name} are there.", "quantity")
    return _Change(product, [(batch, -part) for batch, part in taken.parts])


def _more(product: Product, quantity: Decimal, cost_price: Decimal | None, why: Why, day: date) -> _Change:
    """Where something was sold before it came in, all that is found is a new batch, which settles it."""
    newest = list(product.batches.order_by("-received_at", "-pk")[:REFILLED])
    good = [] if product.short else [one for one in newest if one.expiry_date is None or one.expiry_date >= day]
    room = ((batch, batch.quantity - batch.remaining) for batch in _newest_first(_locked([one.pk for one in good])))
    taken = take_oldest_first(room, quantity)
    change = _Change(product, taken.parts)
    if taken.missing:
        change.found.append(_found(product, taken.missing, cost_price, newest[0] if newest else None, why))
    return change


def _newest_first(batches: Sequence[Batch]) -> list[Batch]:
    return sorted(batches, key=lambda batch: (batch.received_at, batch.pk), reverse=True)


def _found(product: Product, quantity: Decimal, cost_price: Decimal | None, last: Batch | None, why: Why) -> Batch:
    """A batch of what nobody received, like the last one. Raises Refused where no cost is known."""
    cost = cost_price if cost_price is not None else last.cost_price if last else None
    if cost is None:
        raise Refused(f"Nothing was received of {product.name} yet. Type what one costs.", "cost_price")
    return Batch(
        store=product.store, product=product, received_at=why.now, quantity=quantity, remaining=quantity,
        cost_price=cost, selling_price=last.selling_price if last else None, mrp=last.mrp if last else None,
        note=AdjustmentKind(why.kind).label, by=why.by, created_at=why.now,
    )  # fmt: skip


def _write(store: Store, changes: Sequence[_Change], why: Why) -> list[StockAdjustment]:
    who: dict[str, Any] = {"store": store, "by": why.by, "at": why.now, "created_at": why.now}
    rows = StockAdjustment.objects.bulk_create(
        StockAdjustment(
            **who, product=one.product, kind=why.kind, quantity=one.quantity, counted=one.counted, note=why.note
        )
        for one in changes
    )
    found = Batch.objects.bulk_create([batch for one in changes for batch in one.found])
    movements = []
    for one, row in zip(changes, rows, strict=True):
        of_row = who | {"product": one.product, "adjustment": row}
        movements += [
            StockMovement(**of_row, batch=batch, quantity=quantity, reason=MovementReason.ADJUSTED)
            for batch, quantity in one.parts
        ]
        movements += [
            StockMovement(**of_row, batch=batch, quantity=batch.quantity, reason=MovementReason.RECEIVED)
            for batch in one.found
        ]
    insert_rows(movements)
    for batch in found:  # first: the product at hand knows nothing of what the next statement puts back
        batch.product.current_stock += batch.quantity
        batch.product.save(update_fields=["current_stock"])
    take_from_batches([(batch, -quantity) for one in changes for batch, quantity in one.parts])
    if found and any(batch.product.short for batch in found):
        settle_shortages(store=store, batches=found, by=why.by, now=why.now)
    return rows
