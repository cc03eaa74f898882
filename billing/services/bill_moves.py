"""A bill that was another customer's, or nobody's: number, goods and total stay, all that hangs on it goes along.

Its debt moves with its date. What it used of the balance goes back to the one and is taken from the other's, and what
was paid above it is taken anew, both as entries of now. Locks: both customers by id, the bill, then advances and debts.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum

from advances.models import AdvancePayment, Deduction
from advances.services import deduct_from_locked, restore_advances
from billing.models import Bill, BillMove, MoneyBack, Payment, RecordBill, Way
from billing.services.reassigning import lock_customers, take_advance_for, take_payment_for
from customers.models import Customer
from debts.models import Debt, DebtPayment, DebtReduction
from viveka.stores.dating import check_dated
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.models import Store, User
from viveka.stores.money import MAX_MONEY, ZERO
from viveka.stores.passage import correcting
from viveka.stores.text import clean_text
from viveka.stores.transactions import StartAgain, retry_when_entangled

TIES = (Way.RESTORED, Way.OTHER_DEBT, Way.ADVANCE, Way.EXCHANGE)
"""Ways of money back by which a return is in its customer's own books."""


class CannotMove(Conflict):
    """Something ties the bill to its customer; the message says what."""


@dataclass(frozen=True, slots=True)
class _Told:
    store: Store
    reason: str
    by: User
    now: datetime

    @property
    def who(self) -> dict[str, Any]:
        return {"by": self.by, "now": self.now}


@retry_when_entangled
@transaction.atomic
def move_bill(*, store: Store, bill_id: UUID, to: int | None, reason: str, by: User, now: datetime) -> BillMove:
    """Let the bill be the customer's with the key `to`, or nobody's. For managers.

    Raises Missing, Refused (no reason; books that are closed), CannotMove, InsufficientAdvance.
    """
    reason = clean_text(reason, field="reason", most=500)
    if not reason:
        raise Refused("Say why.", "reason")
    found = Bill.objects.of(store).filter(pk=bill_id).first()
    if found is None:
        raise Missing("No such bill.", "bill")
    now = max(now, found.at)  # a till that had to wait had looked at its clock before
    check_dated(store, found.at, now)
    check_dated(store, now, now)
    customers = lock_customers(store, [found.customer_id, to])
    bill = Bill.objects.select_for_update(no_key=True, of=("self",)).get(pk=found.pk)
    if bill.customer_id != found.customer_id:
        raise StartAgain("The bill went to another customer just now. Try again.")
    bill.store = store
    source, target = customers.get(found.customer_id), customers.get(to)
    payments = list(bill.payments.select_related("deduction", "debt"))
    _check(bill, source, target, payments)
    told = _Told(store, reason, by, now)
    changed: dict[str, Any] = {}
    freed, used = _move_use(told, source, target, payments)
    if source and target:
        changed = _move_kept(told, bill, target)
    with correcting():
        for payment in payments:
            if payment.debt and source and target:
                _move_debt(payment.debt, source, target)
            if payment.deduction and used:
                Payment.objects.filter(pk=payment.pk).update(deduction=used)
        Bill.objects.filter(pk=bill.pk).update(**_names(bill, target), **changed)
    _move_purchase(bill, source, target)
    return BillMove.objects.create(
        store=store, bill=bill, from_customer=source, to_customer=target, reason=reason, by=by, at=now, created_at=now,
        from_number=bill.customer_number if source else "", to_number=target.number if target else "",
        freed=freed, used=used,
    )  # fmt: skip


def _check(bill: Bill, source: Customer | None, target: Customer | None, payments: list[Payment]) -> None:
    """Raises CannotMove, Refused."""
    if (source and source.pk) == (target and target.pk):
        raise Refused(
            f"{bill.number} is {source}'s already." if source else "The bill is nobody's already.", "customer"
        )
    tied = any(payment.deduction_id or payment.debt_id for payment in payments)
    if target is None and (tied or bill.debt_payment_id or bill.kept_advance_id):
        raise CannotMove("A bill with credit, an advance or money kept above it needs a customer.", "customer")
    if target and target.phone is None and not target.has_real_name:
        raise Refused("Who owes or has something ahead needs a phone or a name.", "customer")
    if RecordBill.objects.standing().filter(bill=bill).exists():
        raise CannotMove("This bill is of an appointment or a booking; it stays with who that is of.")
    if MoneyBack.objects.filter(goods_return__bill=bill, way__in=TIES).exists():
        raise CannotMove(f"Goods of {bill.number} came back into the books of {source}; it stays with them.")
    if any(payment.old_debt_id for payment in payments):
        raise CannotMove(f"The old books have a debt of {bill.number}; the bill stays with who owes that.")
    if any(payment.money_back_id for payment in payments):
        raise CannotMove(f"{bill.number} was paid with goods that {source or 'nobody'} brought back.")
    if any(payment.debt and payment.debt.allocations.exists() for payment in payments):
        raise CannotMove(f"{source} paid on the debt of {bill.number}. Move that payment first.")
    goods = Q(money_back__way=Way.OTHER_DEBT) | Q(credit_note_money__isnull=False)
    if DebtReduction.objects.filter(goods, debt__in=[payment.debt for payment in payments if payment.debt]).exists():
        raise CannotMove(
            f"Other goods that {source} brought back paid on the debt of {bill.number}; it stays with them."
        )
    if sum(1 for payment in payments if payment.deduction_id) > 1:
        raise CannotMove("The balance was used more than once for this bill. Void it and bill it anew.")


def _move_use(
    told: _Told, source: Customer | None, target: Customer | None, payments: list[Payment]
) -> tuple[Deduction | None, Deduction | None]:
    """What was used of the one's balance goes back, and as much of the other's is used."""
    freed = next((payment.deduction for payment in payments if payment.deduction), None)
    if freed is None or source is None or target is None:
        return None, None
    restore_advances(deduction=freed, amount=freed.amount, reason=told.reason, **told.who)
    used = deduct_from_locked(target, freed.amount, **told.who)
    source.refresh_from_db(fields=["advance_balance"])
    return freed, used


def _move_kept(told: _Told, bill: Bill, target: Customer) -> dict[str, Any]:
    """What was paid above the bill, taken anew for the other; the columns of the bill that change by it."""
    if bill.debt_payment_id:
        payment = DebtPayment.objects.get(pk=bill.debt_payment_id)
        return {"debt_payment": take_payment_for(told.store, payment, target, told.reason, **told.who)}
    if bill.kept_advance_id:
        advance = AdvancePayment.objects.get(pk=bill.kept_advance_id)
        return {"kept_advance": take_advance_for(told.store, advance, target, told.reason, **told.who)}
    return {}


def _move_debt(debt: Debt, source: Customer, target: Customer) -> None:
    """The debt with its date; what is left of it is the other's balance."""
    Debt.objects.filter(pk=debt.pk).update(customer=target)
    for customer, change in ((source, -debt.balance), (target, debt.balance)):
        customer.refresh_from_db(fields=["debt_balance"])
        customer.debt_balance += change
        customer.save(update_fields=["debt_balance"])


def _names(bill: Bill, target: Customer | None) -> dict[str, Any]:
    """What the bill says of its customer."""
    if target is None:
        empty = ("customer_number", "customer_name", "customer_phone", "for_name")
        return {"customer": None, **dict.fromkeys(empty, "")}
    return {
        "customer": target, "customer_number": target.number, "customer_name": target.name,
        "customer_phone": target.phone or "",
    }  # fmt: skip


def _move_purchase(bill: Bill, source: Customer | None, target: Customer | None) -> None:
    """The figures of both are those of their bills, less what came back."""
    back = bill.returns.aggregate(sum=Sum("total"))["sum"] or ZERO
    kept, counts = bill.total - back, 1 if any(line.left for line in bill.lines.all()) else 0
    for customer, sign in ((source, -1), (target, 1)):
        if customer is None:
            continue
        customer.refresh_from_db(fields=["total_purchases", "purchase_count"])
        customer.total_purchases += sign * kept
        customer.purchase_count += sign * counts
        if customer.total_purchases > MAX_MONEY:
            raise Refused(f"The purchases of {customer} would pass {MAX_MONEY}.", "customer")
        standing = Bill.objects.of(customer.store).filter(customer=customer).standing()
        customer.last_purchase_at = standing.order_by("-at").values_list("at", flat=True).first()
        customer.save(update_fields=["total_purchases", "purchase_count", "last_purchase_at"])
