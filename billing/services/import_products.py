"""Bringing in a product file: all that can go in goes in, in one transaction and a handful of statements.

A line finds its product by barcode, then by SKU; one with neither by its exact name among products without codes.
What a line leaves empty stays as it is; a code is filled in where there is none, never replaced by another. A lot is
known again by what its line says of it (`Lot.mark`, kept as the batch's supplier's bill), so the same file, or the
same file with a few lines put right, adds no lot twice.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from billing.models import Batch, MovementReason, Product, StockMovement
from billing.services.import_packs import Packs
from billing.services.import_rows import MARK_LENGTH, PRODUCT_COLUMNS, Lot, Reading, Row
from billing.services.products import SKU_TAKEN, stock_in_the_way
from billing.services.shortages import settle_shortages
from billing.services.stock import check_received
from viveka.stores.errors import Refused
from viveka.stores.incoming.outcomes import CREATED, UNCHANGED, UPDATED
from viveka.stores.models import Store, User

Watch = Callable[[Iterable[Row]], Iterable[Row]]
AT_ONCE = 1000
TRIES = 3

_UPDATE = """
UPDATE billing_product AS product
   SET name = new.name, sku = new.sku, barcode = new.barcode, category = new.category, unit = new.unit,
       selling_price = new.selling_price, stock_policy = new.stock_policy, low_stock_level = new.low_stock_level,
       updated_at = %s
  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::numeric[], %s::text[],
              %s::numeric[])
    AS new (id, name, sku, barcode, category, unit, selling_price, stock_policy, low_stock_level)
 WHERE product.id = new.id AND product.store_id = %s
"""
_ADD_STOCK = """
UPDATE billing_product AS product SET current_stock = current_stock + received.quantity
  FROM (SELECT product_id, sum(quantity) AS quantity FROM billing_batch WHERE id = ANY(%s) GROUP BY product_id)
    AS received
 WHERE product.id = received.product_id
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a line that can go in means, or meant."""

    line: int
    outcome: str
    product: Product
    lot: Lot | None = None
    is_known_lot: bool = False
    """An earlier import brought this batch."""


@dataclass(slots=True)
class Report:
    """What came of a file."""

    read: int = 0
    created: int = 0
    updated: int = 0
    batches: int = 0
    known_batches: int = 0
    """Lots that an earlier import brought in already."""
    refused: list[tuple[int, str]] = field(default_factory=list)
    lines: list[Judged] = field(default_factory=list)
    """Those that could be read."""


@dataclass(slots=True)
class _Plan:
    """The products of the file as they will be, and what has to be written."""

    store: Store
    now: datetime
    by_barcode: dict[str, Product] = field(default_factory=dict)
    by_sku: dict[str, Product] = field(default_factory=dict)
    by_name: dict[str, Product] = field(default_factory=dict)
    said: dict[int, dict[str, tuple[Any, int]]] = field(default_factory=dict)  # id(product): field: value, line
    created: list[Product] = field(default_factory=list)
    changed: dict[int, Product] = field(default_factory=dict)
    lots: list[tuple[Product, Lot]] = field(default_factory=list)
    packs: Packs = field(default_factory=Packs)
    marks: dict[tuple[int, str], int] = field(default_factory=dict)  # id(product), mark: line; 0 for an earlier file

    def know(self, product: Product) -> None:
        if product.barcode:
            self.by_barcode[product.barcode] = product
        if product.sku:
            self.by_sku[product.sku] = product
        if not product.barcode and not product.sku:
            self.by_name.setdefault(product.name, product)

    def forget(self, product: Product) -> None:
        for known, key in (
            (self.by_barcode, product.barcode),
            (self.by_sku, product.sku),
            (self.by_name, product.name),
        ):
            if known.get(key) is product:
                del known[key]


@transaction.atomic
def preview_products(*, store: Store, reading: Reading, now: datetime) -> Report:
    """What the import of these lines would do, as things stand; nothing is written."""
    return _judge(_Plan(store, now), reading, iter)


def import_products(*, store: Store, by: User, reading: Reading, now: datetime, watch: Watch = iter) -> Report:
    """Create and update products and receive their opening batches. `watch` is shown each row as it is planned.

    Where somebody else makes one of the products at the same moment, all of it starts again and finds that one.
    """
    for attempt in range(TRIES):
        try:
            return _import(store, by, reading, now, watch)
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


@transaction.atomic
def _import(store: Store, by: User, reading: Reading, now: datetime, watch: Watch) -> Report:
    plan = _Plan(store, now)
    report = _judge(plan, reading, watch)
    _write(plan, by)
    report.created, report.updated, report.batches = len(plan.created), len(plan.changed), len(plan.lots)
    return report


def _judge(plan: _Plan, reading: Reading, watch: Watch) -> Report:
    report = Report(read=reading.count, refused=list(reading.refused))
    _load_known(plan, reading.rows)
    plan.packs = Packs.known(plan.store, reading.rows)
    for row in watch(reading.rows):
        try:
            report.lines.append(_plan_row(plan, row, report))
        except Refused as refusal:
            report.refused.append((row.line, refusal.message))
    return report


def _load_known(plan: _Plan, rows: list[Row]) -> None:
    """All products that the file may mean, locked, with the lots that earlier imports gave them."""
    given = [row.fields for row in rows]
    wanted = (
        Q(barcode__in={fields["barcode"] for fields in given if "barcode" in fields})
        | Q(sku__in={fields["sku"] for fields in given if "sku" in fields})
        | Q(barcode="", sku="", name__in={fields["name"] for fields in given if "name" in fields})
    )
    for product in Product.objects.of(plan.store).filter(wanted).select_for_update(no_key=True).order_by("pk"):
        product.store = plan.store
        plan.know(product)
    known = {
        product.pk: product for group in (plan.by_barcode, plan.by_sku, plan.by_name) for product in group.values()
    }
    marked = Batch.objects.filter(store=plan.store, product_id__in=known, supplier_bill__startswith="import ")
    for product_id, mark in marked.values_list("product_id", "supplier_bill"):
        plan.marks[id(known[product_id]), mark[:MARK_LENGTH]] = 0


def _plan_row(plan: _Plan, row: Row, report: Report) -> Judged:
    """Decide what the row means. Raises Refused before anything of the plan is changed."""
    product = _find(plan, row)
    is_new = product is None
    if product is None:
        if "name" not in row.fields:
            raise Refused("Nothing has this code. A new product needs a name.", "name")
        product = Product(store=plan.store, stock_policy=plan.store.default_stock_policy)
    _refuse_contradiction(plan, row, product)
    differs = {name: value for name, value in row.fields.items() if getattr(product, name) != value}
    if refusals := stock_in_the_way(product, differs):
        raise Refused(" ".join(sentence for sentences in refusals.values() for sentence in sentences))
    lot = _new_lot(plan, row, product, differs, report)
    is_packed = plan.packs.check(row.pack, product, row.fields.get("barcode", ""))

    plan.forget(product)
    for name, value in differs.items():
        setattr(product, name, value)
    plan.know(product)
    plan.said.setdefault(id(product), {}).update({name: (value, row.line) for name, value in row.fields.items()})
    if is_new:
        plan.created.append(product)
    elif differs and product.pk:
        plan.changed[product.pk] = product
    if is_packed and row.pack:
        plan.packs.add(row.pack, product, plan.now)
    if lot:
        plan.marks[id(product), lot.mark] = row.line
        plan.lots.append((product, lot))
        product.current_stock += lot.quantity
    outcome = CREATED if is_new else UPDATED if differs or lot or is_packed else UNCHANGED
    return Judged(row.line, outcome, product, lot, is_known_lot=bool(row.lot and not lot))


def _find(plan: _Plan, row: Row) -> Product | None:
    barcode, sku = row.fields.get("barcode", ""), row.fields.get("sku", "")
    by_barcode, by_sku = plan.by_barcode.get(barcode), plan.by_sku.get(sku)
    if by_barcode and by_sku and by_barcode is not by_sku:
        raise Refused(SKU_TAKEN, "sku")
    if not barcode and not sku:
        return plan.by_name.get(row.fields.get("name", ""))
    found = by_barcode or by_sku
    for name in ("barcode", "sku"):
        has = getattr(found, name, "")
        if has and row.fields.get(name, has) != has:
            label = "SKU" if name == "sku" else name
            raise Refused(f"The product has another {label}, {has}. Change it on the product's page first.", name)
    return found


def _refuse_contradiction(plan: _Plan, row: Row, product: Product) -> None:
    """Two lines of one product may bring two lots, but not two names or prices: neither would be the last word."""
    said = plan.said.get(id(product), {})
    for name, value in row.fields.items():
        if name in said and said[name][0] != value:
            raise Refused(f"Line {said[name][1]} gives this product another {name}.", name)


def _new_lot(plan: _Plan, row: Row, product: Product, differs: dict[str, Any], report: Report) -> Lot | None:
    """The row's lot, judged; None where it has none or an earlier import brought it."""
    lot = row.lot
    if lot is None:
        return None
    known = plan.marks.get((id(product), lot.mark))
    if known:
        raise Refused(f"Line {known} brings the same batch. Give them different received_at to bring both.", "quantity")
    if known == 0:
        report.known_batches += 1
        return None
    changed = Product(store=plan.store, current_stock=product.current_stock)
    for name in PRODUCT_COLUMNS:
        setattr(changed, name, differs.get(name, getattr(product, name)))
    check_received(
        product=changed, quantity=lot.quantity, selling_price=lot.selling_price, mrp=lot.mrp,
        received_at=lot.received_at or plan.now, now=plan.now,
    )  # fmt: skip
    return lot


def _write(plan: _Plan, by: User) -> None:
    for product in plan.created:
        product.current_stock, product.created_at = product.current_stock * 0, plan.now
    Product.objects.bulk_create(plan.created, batch_size=AT_ONCE)
    if plan.changed:
        products = list(plan.changed.values())
        columns = [[getattr(product, name) for product in products] for name in ("pk", *PRODUCT_COLUMNS)]
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, [plan.now, *columns, plan.store.pk])
    plan.packs.write()
    if plan.lots:
        _receive(plan, by)


def _receive(plan: _Plan, by: User) -> None:
    """What `receive_batch` does, for many at once."""
    batches = [
        Batch(
            store=plan.store, product=product, received_at=lot.received_at or plan.now, quantity=lot.quantity,
            remaining=lot.quantity, cost_price=lot.cost_price, selling_price=lot.selling_price, mrp=lot.mrp,
            expiry_date=lot.expiry_date, supplier=lot.supplier, supplier_bill=f"{lot.mark} {lot.supplier_bill}".strip(),
            by=by, created_at=plan.now,
        )
        for product, lot in plan.lots
    ]  # fmt: skip
    Batch.objects.bulk_create(batches, batch_size=AT_ONCE)
    StockMovement.objects.bulk_create(
        [
            StockMovement(
                store=plan.store, batch=batch, product_id=batch.product_id, quantity=batch.quantity,
                reason=MovementReason.RECEIVED, by=by, at=batch.received_at, created_at=plan.now,
            )
            for batch in batches
        ],
        batch_size=AT_ONCE,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ADD_STOCK, [[batch.pk for batch in batches]])
    if any(product.short for product, _ in plan.lots):
        settle_shortages(store=plan.store, batches=batches, by=by, now=plan.now)
