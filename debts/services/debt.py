"""Debts: opened, lowered by a return, written off, undone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from customers.models import Customer
from debts.models import Debt, DebtReduction, DebtStatus, ReductionCause
from debts.services.credit import Permission, check_credit
from viveka.stores.dating import check_dated
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.models import Store, User
from viveka.stores.money import PAISA, ZERO
from viveka.stores.transactions import retry_when_entangled


@dataclass(frozen=True, slots=True)
class DebtEntry:
    """What is said of a debt besides customer and amount."""

    due_on: date | None = None
    for_name: str = ""
    note: str = ""
    permission: Permission | None = None


PLAIN = DebtEntry()


@retry_when_entangled
@transaction.atomic
def open_debt(
    *,
    customer: Customer | None,
    amount: Decimal,
    by: User,
    now: datetime,
    at: datetime | None = None,
    entry: DebtEntry = PLAIN,
) -> Debt:
    """Let the customer owe `amount` more. Raises Refused (a field, or nobody to owe it), CreditStopped,
    CreditLimitPassed."""
    if customer is None:
        raise Refused("A debt always has a customer. Choose who owes it.", "customer")
    customer = Customer.objects.lock(customer.store, customer.pk)
    return open_for_locked(customer, amount, by=by, now=now, at=at, entry=entry)


def open_for_locked(
    customer: Customer,
    amount: Decimal,
    *,
    by: User,
    now: datetime,
    at: datetime | None = None,
    entry: DebtEntry = PLAIN,
) -> Debt:
    """The same, for a caller that holds the customer's lock; `customer` carries the new balance afterwards."""
    if amount < PAISA:
        raise Refused("A debt is at least 0.01.", "amount")
    at = at or now
    check_dated(customer.store, at, now)
    standing, permission = check_credit(customer, amount, entry.permission)
    day = customer.store.day_of(at)
    if entry.due_on and entry.due_on < day:
        raise Refused("The due date is before the debt.", "due_on")
    debt = Debt.objects.create(
        store=customer.store, customer=customer, amount=amount, balance=amount, for_name=entry.for_name,
        due_on=entry.due_on or standing.due_on(day), note=entry.note, by=by, at=at, created_at=now,
        allowed_by=permission.by if permission else None, allowed_why=permission.why if permission else "",
    )  # fmt: skip
    change_debt_balance(customer, amount)
    return debt


@retry_when_entangled
@transaction.atomic
def reduce_debt(*, debt: Debt, amount: Decimal, cause: str, reason: str, by: User, now: datetime) -> DebtReduction:
    """Lower a debt without money: goods came back, or it is given up.

    Raises Refused without a reason, Conflict for more than is owed.
    """
    if not reason.strip():
        raise Refused("Say why.", "reason")
    debt, customer = _lock(debt)
    check_dated(customer.store, now, now)
    if not PAISA <= amount <= debt.balance:
        raise Conflict(f"{debt.balance} is left of this debt.", "amount")
    if cause == ReductionCause.RETURN:
        debt.returned += amount
    else:
        debt.written_off += amount
    debt.balance -= amount
    settle_status(debt, DebtStatus.SETTLED if cause == ReductionCause.RETURN else DebtStatus.WRITTEN_OFF)
    debt.save(update_fields=["returned", "written_off", "balance", "status"])
    change_debt_balance(customer, -amount)
    reopened = debt.allocations.aggregate(last=Max("payment__reversal__at"))["last"]
    now = later_than([debt.at, *([reopened] if reopened else [])], now)
    return DebtReduction.objects.create(
        store=customer.store, debt=debt, cause=cause, amount=amount, reason=reason, by=by, at=now, created_at=now
    )


@transaction.atomic
def write_off_debt(
    *, store: Store, debt_id: UUID, amount: Decimal | None, reason: str, by: User, now: datetime
) -> DebtReduction:
    """Give up what is left of a debt, or `amount` of it. For managers. Raises Missing, Refused, Conflict."""
    debt, _ = _lock(find_debt(store, debt_id))
    part = debt.balance if amount is None else amount
    return reduce_debt(debt=debt, amount=part, cause=ReductionCause.WRITE_OFF, reason=reason, by=by, now=now)


@transaction.atomic
def reverse_debt(*, store: Store, debt_id: UUID, reason: str, by: User, now: datetime) -> DebtReduction:
    """Undo a debt that was entered by mistake. For managers. Raises Missing, Refused; Conflict where something of it
    is paid or lowered, or where it belongs to a bill."""
    debt, _ = _lock(find_debt(store, debt_id))
    if getattr(debt, "payment", None):
        raise Conflict("This debt belongs to a bill. Take the goods back, or void the bill.")
    if debt.balance != debt.amount:
        raise Conflict("Some of this debt is paid or given up already. Undo that first.")
    return reduce_debt(debt=debt, amount=debt.amount, cause=ReductionCause.REVERSAL, reason=reason, by=by, now=now)


def find_debt(store: Store, debt_id: UUID) -> Debt:
    """Raises Missing."""
    debt = Debt.objects.of(store).filter(pk=debt_id).first()
    if debt is None:
        raise Missing("No such debt.", "debt")
    return debt


def _lock(debt: Debt) -> tuple[Debt, Customer]:
    """The debt as it is now and its customer, the customer locked first."""
    customer = Customer.objects.lock(debt.store, debt.customer_id)
    debt = Debt.objects.for_no_key_update().get(pk=debt.pk)
    debt.customer, debt.store = customer, customer.store
    return debt, customer


def later_than(before: Iterable[datetime], now: datetime) -> datetime:
    """Now; or just after what it follows, where this till had to wait while another wrote that."""
    return max([now, *(moment + timedelta(microseconds=1) for moment in before)])


def settle_status(debt: Debt, used_up: str) -> None:
    """Something left is open; otherwise what took the last of it names the status."""
    debt.status = DebtStatus.OPEN if debt.balance > ZERO else used_up


def change_debt_balance(customer: Customer, change: Decimal) -> None:
    """The customer's own balance, in the transaction that changed a debt; the row is locked."""
    customer.debt_balance += change
    customer.save(update_fields=["debt_balance"])
