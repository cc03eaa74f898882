"""Goods come back: to the batches they came from, or written off; money goes back in the order of the house.

Locks are taken in the order of the house: request key, record (of a void), till session, customer, products, batches,
the bill; the customer's row is the lock of advances and debts. The counter of returns comes last.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from advances.models import ReferenceType
from advances.services import add_advance, restore_advances
from billing.models import (
    Batch,
    Bill,
    MoneyBack,
    Return,
    StockMovement,
    Way,
)
from billing.services.numbering import bill_number
from billing.services.record_bills import release_record
from billing.services.return_goods import write_goods
from billing.services.return_money import IN_CASH, GiveBack, Part, read_settlement, share_out
from billing.services.return_plan import PlannedLine, ReturnItem, goods_out, plan_lines
from billing.services.shortages import open_shortages
from billing.services.stock import lock_products
from customers.models import Customer
from debts.models import ReductionCause
from debts.services import reduce_debt
from viveka.stores.dating import check_dated
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.idempotency import KeyedRequest
from viveka.stores.ids import new_id
from viveka.stores.inserting import insert_rows
from viveka.stores.models import Counter, Store, User
from viveka.stores.money import ZERO
from viveka.stores.text import clean_text
from viveka.stores.tills import hold_till
from viveka.stores.transactions import StartAgain, retry_when_entangled

PREFIX = "RET"


class NothingLeft(Conflict):
    """All of the bill came back already."""


class CannotVoid(Conflict):
    """The bill is of another day, or something of it came back before."""


@dataclass(slots=True)
class TakenBack:
    """The return, and whether an earlier, equal request made it."""

    goods_return: Return
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What is said with a return, of goods or of a whole bill."""

    store: Store
    reason: str
    by: User
    now: datetime
    give_back: GiveBack
    allowed_by: User | None
    is_void: bool = False


@retry_when_entangled
@transaction.atomic
def return_goods(
    *,
    store: Store,
    bill_id: UUID,
    items: Sequence[ReturnItem],
    reason: str,
    by: User,
    now: datetime,
    give_back: GiveBack = IN_CASH,
    allowed_by: User | None = None,
    request: KeyedRequest | None = None,
) -> TakenBack:
    """Take back what the items say of a bill, and give back what was paid for it. For managers; `allowed_by` is the
    one whose PIN a cashier took.

    Raises Missing (no such bill or line), Refused (a field), NothingLeft.
    """
    told = Told(store, _clean_reason(reason), by, now, give_back, allowed_by)
    return _once(told, bill_id, request, lambda bill: items)


@retry_when_entangled
@transaction.atomic
def void_bill(
    *,
    store: Store,
    bill_id: UUID,
    reason: str,
    by: User,
    now: datetime,
    give_back: GiveBack = IN_CASH,
    allowed_by: User | None = None,
    request: KeyedRequest | None = None,
) -> TakenBack:
    """Undo a whole bill of the same day of the store: everything goes back to where it came from. For managers.

    Raises Missing, Refused, CannotVoid.
    """
    told = Told(store, _clean_reason(reason), by, now, give_back, allowed_by, is_void=True)

    def everything(bill: Bill) -> list[ReturnItem]:
        return [ReturnItem(pk, quantity) for pk, quantity in bill.lines.values_list("pk", "quantity")]

    return _once(told, bill_id, request, everything)


def _clean_reason(reason: str) -> str:
    reason = clean_text(reason, field="reason", most=500)
    if not reason:
        raise Refused("Say why it comes back.", "reason")
    return reason


def _once(
    told: Told, bill_id: UUID, request: KeyedRequest | None, wanted: Callable[[Bill], Sequence[ReturnItem]]
) -> TakenBack:
    return_id = new_id()
    if request and (earlier := request.claim(return_id)):
        return TakenBack(Return.objects.of(told.store).get(pk=earlier.made_id), is_replay=True)
    check_dated(told.store, told.now, told.now)
    return TakenBack(_take_back(told, bill_id, return_id, wanted))


def _take_back(told: Told, bill_id: UUID, return_id: UUID, wanted: Callable[[Bill], Sequence[ReturnItem]]) -> Return:
    """Lock, compute and check in memory, write, number last."""
    if told.is_void and (found := Bill.objects.of(told.store).filter(pk=bill_id).first()):
        found.store = told.store
        release_record(found, told.now)  # appointments and bookings are locked before customers
    till = hold_till(told.store, is_needed=told.give_back.method == Way.CASH)
    begun = begin_return(told, bill_id, return_id, wanted)
    give_money(begun, share_out(begun.total, read_settlement(begun.bill), told.give_back), till)
    return close_return(begun)


@dataclass(slots=True)
class Begun:
    """A return whose goods are back; its money and its header are still to come."""

    told: Told
    return_id: UUID
    bill: Bill
    customer: Customer | None
    planned: list[PlannedLine]
    left: Decimal
    """How much of all that was sold is with the customer still."""

    @property
    def total(self) -> Decimal:
        return sum((one.total for one in self.planned), ZERO)

    @property
    def at(self) -> datetime:
        return max(self.told.now, self.bill.at)


def begin_return(told: Told, bill_id: UUID, return_id: UUID, wanted: Callable[[Bill], Sequence[ReturnItem]]) -> Begun:
    """Lock, judge, and put the goods back. For the transaction that goes on with the other two."""
    bill, customer, products = _lock(told.store, bill_id)
    items = wanted(bill)
    lines = {line.pk: line for line in bill.lines.all()}  # after the lock: what is returned can't change any more
    _check_standing(told, bill, lines.values())
    asked = [item.line_id for item in items]
    planned = plan_lines(items, lines, products, goods_out(asked), open_shortages(asked))
    left = sum((line.left for line in lines.values()), ZERO) - sum((one.quantity for one in planned), ZERO)
    begun = Begun(told, return_id, bill, customer, planned, left)
    common = {"store_id": told.store.pk, "by_id": told.by.pk, "at": begun.at, "created_at": told.now}
    write_goods(common, return_id, planned)
    return begun


def give_money(begun: Begun, parts: Sequence[Part], till: int | None) -> list[MoneyBack]:
    """Let the worth go where the parts say, and the customer's figures follow; the rows, those with an exchange first
    and with their keys."""
    told, customer = begun.told, begun.customer
    rows = [_give(told, begun.return_id, till, customer, begun.bill, part) for part in parts]
    exchanged = [row for row in rows if row.way == Way.EXCHANGE]
    for row in exchanged:
        row.save(force_insert=True)
    insert_rows([row for row in rows if row.way != Way.EXCHANGE])
    if customer:
        _uncount_purchase(customer, begun.bill, begun.total, is_gone=not begun.left)
    return exchanged


def close_return(begun: Begun) -> Return:
    """Number and header, which close it."""
    return _write_return(begun.told, begun.return_id, begun.bill, begun.planned, begun.at)


def _lock(store: Store, bill_id: UUID) -> tuple[Bill, Customer | None, dict]:
    """The bill as it is now; before it its customer, its products and the batches its goods came from."""
    found = Bill.objects.of(store).filter(pk=bill_id).first()
    if found is None:
        raise Missing("No such bill.", "bill")
    customer = Customer.objects.lock_any(store, found.customer_id) if found.customer_id else None
    products = lock_products(store, list(found.lines.values_list("product_id", flat=True)))
    batches = Batch.objects.filter(pk__in=StockMovement.objects.filter(bill_line__bill=found).values("batch"))
    list(batches.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))
    bill = Bill.objects.select_for_update(no_key=True, of=("self",)).get(pk=found.pk)
    if bill.customer_id != (customer.pk if customer else None):
        raise StartAgain("The bill went to another customer just now. Try again.")
    return bill, customer, products


def _check_standing(told: Told, bill: Bill, lines: Any) -> None:
    if not any(line.left for line in lines):
        raise NothingLeft(f"All of {bill.number} came back already.")
    if not told.is_void:
        return
    if any(line.returned for line in lines):
        raise CannotVoid(f"Something of {bill.number} came back already. Take back the rest instead.")
    if told.store.day_of(max(told.now, bill.at)) != bill.day:
        raise CannotVoid(f"{bill.number} is of another day. Take the goods back instead.")


def _give(
    told: Told, return_id: UUID, till: int | None, customer: Customer | None, bill: Bill, part: Part
) -> MoneyBack:
    """Let one part go where it belongs; the row that says so, not yet written."""
    row = MoneyBack(store=told.store, goods_return_id=return_id, way=part.way, amount=part.amount)
    row.till_session_id = till
    who = {"by": told.by, "now": told.now}
    reason = f"{bill.number}: {told.reason}"[:500]
    if part.debt:
        row.reduction = reduce_debt(
            debt=part.debt, amount=part.amount, cause=ReductionCause.RETURN, reason=reason, **who
        )
    elif part.deduction:
        row.deduction = part.deduction
        restore_advances(deduction=part.deduction, amount=part.amount, reason=reason, **who)
    elif part.way == Way.ADVANCE:
        assert customer is not None
        row.advance = add_advance(
            customer=customer, amount=part.amount, mode="", reference_type=ReferenceType.RETURN,
            reference_id=return_id, **who,
        )  # fmt: skip
    elif part.way == told.give_back.method:
        row.reference = clean_text(told.give_back.reference, field="reference", most=80)
    return row


def _uncount_purchase(customer: Customer, bill: Bill, total: Decimal, *, is_gone: bool) -> None:
    """The customer's figures are those of the bills less their returns; a bill that is gone counts no more."""
    customer.total_purchases -= total
    changed = ["total_purchases"]
    if is_gone:
        customer.purchase_count -= 1
        others = Bill.objects.of(customer.store).filter(customer=customer).exclude(pk=bill.pk)
        customer.last_purchase_at = others.standing().order_by("-at").values_list("at", flat=True).first()
        changed += ["purchase_count", "last_purchase_at"]
    customer.save(update_fields=changed)


def _write_return(told: Told, return_id: UUID, bill: Bill, planned: Sequence[PlannedLine], at: datetime) -> Return:
    day = told.store.day_of(at)
    year = told.store.financial_year(day)
    made = Return(
        id=return_id, store=told.store, bill=bill, is_void=told.is_void, year=year, reason=told.reason, by=told.by,
        allowed_by=told.allowed_by, at=at, day=day, created_at=told.now,
        total=sum((one.total for one in planned), ZERO), total_cost=sum((one.cost for one in planned), ZERO),
    )  # fmt: skip
    made.sequence = Counter.objects.next(told.store, f"return {year}")
    made.number = bill_number(PREFIX, year, made.sequence)
    insert_rows([made])
    return made
