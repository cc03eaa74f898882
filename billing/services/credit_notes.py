"""Goods brought back without their bill: a credit note at prices that a manager types.

Goods come in as batches of their own, at what the last batch of the product cost unless a cost is typed; what is not
for the shelf leaves again at once, so that the loss is seen as one of stock. The worth lowers the customer's debts
first, unless a manager chooses money.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from advances.models import ReferenceType
from advances.services import add_advance
from billing.models import (
    AdjustmentKind,
    Batch,
    CreditNote,
    CreditNoteLine,
    CreditNoteMoney,
    MovementReason,
    NoteWay,
    StockAdjustment,
    StockMovement,
)
from billing.services.buyer import Buyer, Identified, identify
from billing.services.credit_note_plan import NOWHERE, SHELF, WASTE, NoteItem, NoteLine, judge
from billing.services.numbering import bill_number
from billing.services.return_goods import WRITTEN_OFF
from billing.services.return_money import CHOICES, IN_CASH, GiveBack
from billing.services.shortages import settle_shortages
from billing.services.stock import lock_products, take_from_batches
from customers.models import Customer
from debts.models import Debt, ReductionCause
from debts.services import reduce_debt
from viveka.stores.dating import check_dated
from viveka.stores.errors import Refused
from viveka.stores.idempotency import KeyedRequest
from viveka.stores.ids import new_id
from viveka.stores.inserting import insert_rows
from viveka.stores.models import Counter, Store, User
from viveka.stores.money import PAISA, ZERO
from viveka.stores.text import clean_text
from viveka.stores.tills import hold_till
from viveka.stores.transactions import retry_when_entangled

__all__ = ["NOWHERE", "SHELF", "WASTE", "NoteItem", "Noted", "note_credit"]
PREFIX = "CN"
NO_BILL = "Came back without its bill"


@dataclass(slots=True)
class Noted:
    """The credit note, and whether an earlier, equal request made it."""

    note: CreditNote
    is_replay: bool = False


@dataclass(slots=True)
class _Told:
    store: Store
    reason: str
    by: User
    now: datetime
    at: datetime
    give_back: GiveBack
    allowed_by: User | None
    reference_number: str
    till: int | None = None


@retry_when_entangled
@transaction.atomic
def note_credit(
    *,
    store: Store,
    items: Sequence[NoteItem],
    reason: str,
    by: User,
    now: datetime,
    at: datetime | None = None,
    buyer: Buyer = Buyer(),  # noqa: B008  (frozen)
    give_back: GiveBack = IN_CASH,
    allowed_by: User | None = None,
    reference_number: str = "",
    request: KeyedRequest | None = None,
) -> Noted:
    """Take goods back that have no bill, and give what was typed for them. For managers; `allowed_by` is the one whose
    PIN a cashier took. `at` is the moment it is about (no debts are lowered at an earlier one), `reference_number` that
    of an older system.

    Raises Refused (a field; lines as `items.0.quantity`), Missing (a product or customer).
    """
    note_id = new_id()
    if request and (earlier := request.claim(note_id)):
        return Noted(CreditNote.objects.of(store).get(pk=earlier.made_id), is_replay=True)
    reason = clean_text(reason, field="reason", most=500)
    if not reason:
        raise Refused("Say why it comes back.", "reason")
    reference_number = clean_text(reference_number, field="reference_number", most=80)
    if give_back.method not in CHOICES:
        raise Refused(f"Give back by one of {', '.join(CHOICES)}.", "method")
    if not items:
        raise Refused("Say what came back.", "items")
    check_dated(store, at or now, now)
    if at:
        give_back = replace(give_back, over_debts=True)
    told = _Told(store, reason, by, now, at or now, give_back, allowed_by, reference_number)
    moves_cash = give_back.method == NoteWay.CASH
    told.till = hold_till(store, is_needed=moves_cash) if at is None else None
    who = identify(store, buyer)
    if give_back.method == NoteWay.ADVANCE and who.customer is None:
        raise Refused("An advance is a customer's. Type a phone, or give money back.", "method")
    lines = judge(items, lock_products(store, [item.product_id for item in items]))
    return Noted(_write(told, note_id, who, lines))


def _write(told: _Told, note_id: UUID, who: Identified, lines: Sequence[NoteLine]) -> CreditNote:
    """Goods, money, the note; its number last."""
    batches = [_receive(told, line) if line.comes_in else None for line in lines]
    insert_rows(
        [_row(told, note_id, n, line, batch) for n, (line, batch) in enumerate(zip(lines, batches, strict=True), 1)]
    )
    came = [(line, batch) for line, batch in zip(lines, batches, strict=True) if batch]
    _move_goods(told, came)
    total = sum((line.total for line in lines), ZERO)
    insert_rows(_give(told, note_id, who.customer, total))
    return _close(told, note_id, who.customer, total, sum((line.cost for line in lines), ZERO))


def _move_goods(told: _Told, came: Sequence[tuple[NoteLine, Batch]]) -> None:
    """In, and out again what is not for the shelf; what stays settles first what was sold before it came in."""
    common = {"store_id": told.store.pk, "by_id": told.by.pk, "at": told.at, "created_at": told.now}
    movements, wasted = [], [(line, batch) for line, batch in came if line.item.place == WASTE]
    for line, batch in came:
        moved = common | {"product_id": line.product.pk, "batch": batch, "quantity": batch.quantity}
        movements.append(StockMovement(**moved, reason=MovementReason.RECEIVED, note=NO_BILL))
    reasons = StockAdjustment.objects.bulk_create(
        StockAdjustment(
            **common, product=line.product, kind=AdjustmentKind.DAMAGED, quantity=-batch.quantity, note=NO_BILL
        )
        for line, batch in wasted
    )
    for (line, batch), adjustment in zip(wasted, reasons, strict=True):
        moved = common | {"product_id": line.product.pk, "batch": batch, "quantity": -batch.quantity}
        movements.append(
            StockMovement(**moved, reason=MovementReason.ADJUSTED, adjustment=adjustment, note=WRITTEN_OFF)
        )
    insert_rows(movements)
    _put_on_shelf([line for line, _ in came])
    take_from_batches([(batch, batch.quantity) for _, batch in wasted])
    shelved = [batch for line, batch in came if line.item.place == SHELF]
    if any(line.product.short for line, _ in came):
        settle_shortages(store=told.store, batches=shelved, by=told.by, now=told.now)


def _receive(told: _Told, line: NoteLine) -> Batch:
    """A batch of what came back, at the price that the last one sells at."""
    last = line.last
    return Batch.objects.create(
        store_id=told.store.pk, product=line.product, received_at=told.at, quantity=line.item.quantity,
        remaining=line.item.quantity, cost_price=line.cost_price, selling_price=last.selling_price if last else None,
        mrp=last.mrp if last else None, note=NO_BILL, by=told.by, created_at=told.now,
    )  # fmt: skip


def _put_on_shelf(lines: Sequence[NoteLine]) -> None:
    for product in {line.product.pk: line.product for line in lines}.values():
        own = [line.item.quantity for line in lines if line.product.pk == product.pk]
        product.current_stock += sum(own, Decimal(0))
        product.save(update_fields=["current_stock"])


def _row(told: _Told, note_id: UUID, position: int, line: NoteLine, batch: Batch | None) -> CreditNoteLine:
    return CreditNoteLine(
        store_id=told.store.pk, note_id=note_id, product=line.product, position=position, name=line.product.name,
        unit=line.product.unit, quantity=line.item.quantity, price=line.item.price, total=line.total, cost=line.cost,
        batch=batch, is_restocked=batch is not None and line.item.place == SHELF,
    )  # fmt: skip


def _give(told: _Told, note_id: UUID, customer: Customer | None, total: Decimal) -> list[CreditNoteMoney]:
    """Let the worth go where it belongs: the rows that say so, not yet written."""
    parts: list[CreditNoteMoney] = []
    who: dict[str, Any] = {"by": told.by, "now": told.now}
    if customer and not told.give_back.over_debts:
        for debt in Debt.objects.filter(customer=customer).open().oldest_first():
            if part := min(total, debt.balance):
                total -= part
                less = reduce_debt(debt=debt, amount=part, cause=ReductionCause.RETURN, reason=told.reason, **who)
                parts.append(_money(told, note_id, NoteWay.DEBT, part, reduction=less))
    if total < PAISA:
        return parts
    if told.give_back.method == NoteWay.ADVANCE:
        assert customer is not None
        kept = add_advance(
            customer=customer, amount=total, mode="", reference_type=ReferenceType.RETURN, reference_id=note_id,
            at=told.at if told.at != told.now else None, **who,
        )  # fmt: skip
        return [*parts, _money(told, note_id, NoteWay.ADVANCE, total, advance=kept)]
    paid = {"reference": clean_text(told.give_back.reference, field="reference", most=80), "till_session_id": told.till}
    return [*parts, _money(told, note_id, told.give_back.method, total, **paid)]


def _money(told: _Told, note_id: UUID, way: str, amount: Decimal, **instrument: Any) -> CreditNoteMoney:
    return CreditNoteMoney(store=told.store, note_id=note_id, way=way, amount=amount, **instrument)


def _close(told: _Told, note_id: UUID, customer: Customer | None, total: Decimal, cost: Decimal) -> CreditNote:
    day = told.store.day_of(told.at)
    year = told.store.financial_year(day)
    note = CreditNote(
        id=note_id, store=told.store, year=year, customer=customer, total=total, total_cost=cost, reason=told.reason,
        reference_number=told.reference_number, by=told.by, allowed_by=told.allowed_by, at=told.at, day=day,
        created_at=told.now,
    )  # fmt: skip
    if customer:
        note.customer_number, note.customer_name = customer.number, customer.name
        note.customer_phone = customer.phone or ""
    note.sequence = Counter.objects.next(told.store, f"creditnote {year}")
    note.number = bill_number(PREFIX, year, note.sequence)
    insert_rows([note])
    return note
