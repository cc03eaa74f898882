"""Payments of debts: the oldest first, unless debts are picked; and a payment that was a mistake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Sum

from advances.models import ReferenceType
from advances.services import (
    add_advance,
    deduct_from_locked,
    lock_advances,
    restore_advances,
    take_back_untouched,
)
from customers.models import Customer
from debts.models import TAKEN_BY, Allocation, Debt, DebtPayment, DebtStatus, PaymentReversal, RepaymentMode
from debts.services.debt import change_debt_balance, later_than, settle_status
from viveka.stores.dating import check_dated
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.fifo import Taken, take_oldest_first
from viveka.stores.models import Store, User
from viveka.stores.money import PAISA, ZERO, show_amount
from viveka.stores.tills import hold_till
from viveka.stores.transactions import retry_when_entangled


class MoreThanOwed(Conflict):
    """More would be paid than there is to pay; nothing changed."""


@dataclass(frozen=True, slots=True)
class Repayment:
    """What is paid and how. `debt_ids` picks debts; `keep_rest` keeps what is above them as an advance."""

    amount: Decimal
    mode: str
    reference: str = ""
    note: str = ""
    debt_ids: Sequence[UUID] = ()
    keep_rest: bool = False

    @property
    def from_balance(self) -> bool:
        return self.mode == RepaymentMode.ADVANCE


@retry_when_entangled
@transaction.atomic
def repay_debts(
    *, customer: Customer, repayment: Repayment, by: User, now: datetime, at: datetime | None = None
) -> DebtPayment:
    """Settle debts, the oldest first or those picked; part payments are normal. A payment about an earlier day settles
    what stood open then.

    Raises Refused (a field), Missing (a picked debt is not open for this customer), MoreThanOwed, InsufficientAdvance
    (paid from a balance that is too small).
    """
    if repayment.amount < PAISA:
        raise Refused("A payment is at least 0.01.", "amount")
    if repayment.mode not in TAKEN_BY:
        raise Refused(f"The mode is one of {', '.join(TAKEN_BY)}.", "mode")
    moves_money = at is None and not repayment.from_balance
    till = hold_till(customer.store, is_needed=repayment.mode == RepaymentMode.CASH) if moves_money else None
    customer = Customer.objects.lock(customer.store, customer.pk)
    check_dated(customer.store, at or now, now)
    must_fit = repayment.from_balance or not repayment.keep_rest
    if must_fit and repayment.amount > customer.debt_balance:
        raise MoreThanOwed(_too_much(customer.debt_balance, repayment, customer.store.currency), "amount")
    payment = DebtPayment(
        store=customer.store, customer=customer, amount=repayment.amount, mode=repayment.mode,
        reference=repayment.reference, note=repayment.note, till_session_id=till, by=by,
    )  # fmt: skip
    if repayment.from_balance:  # advances are locked before debts
        payment.deduction = deduct_from_locked(customer, repayment.amount, by=by, now=now, at=at)
    taken, moment = _take(customer, repayment, now, at)
    if taken.missing and must_fit:
        left = repayment.amount - taken.missing
        raise MoreThanOwed(_too_much(left, repayment, customer.store.currency), "amount")
    payment.at, payment.created_at = moment, max(moment, now)
    if taken.missing:
        _keep(payment, taken.missing, now, at)
    _settle(customer, payment, taken)
    return payment


def _too_much(owed: Decimal, repayment: Repayment, currency: str) -> str:
    advice = "Take less." if repayment.from_balance else "Take less, or keep the rest as an advance."
    return f"Only {show_amount(owed, currency)} is owed. {advice}"


def _take(customer: Customer, repayment: Repayment, now: datetime, at: datetime | None) -> tuple[Taken[Debt], datetime]:
    debts = list(customer.debts.open().oldest_first().for_no_key_update())
    return share_out(debts, repayment, now, at)


def share_out(
    debts: Sequence[Debt], repayment: Repayment, now: datetime, at: datetime | None = None
) -> tuple[Taken[Debt], datetime]:
    """How much of which of the customer's open debts, oldest first, is settled, and the moment of it; writes nothing.

    A till that had to wait carries a moment that has passed: the payment is then later than what it settles. One that
    is meant to be earlier leaves alone what came later: younger debts, and what a reversal opened again.
    """
    if repayment.debt_ids:
        picked = set(repayment.debt_ids)
        debts = [debt for debt in debts if debt.pk in picked]
        if len(debts) != len(picked):
            raise Missing("One of these debts is not open for this customer.", "debtIds")
    reopened = _reopened_since(debts, at or now)
    if at is None:
        moment = later_than([*(debt.at for debt in debts), *(last for _, last in reopened.values())], now)
        lots = [(debt, debt.balance) for debt in debts]
    else:
        moment = at
        nothing = (ZERO, at)
        lots = [(debt, debt.balance - reopened.get(debt.pk, nothing)[0]) for debt in debts if debt.at <= at]
    return take_oldest_first(lots, repayment.amount), moment


def _reopened_since(debts: Sequence[Debt], moment: datetime) -> dict[UUID, tuple[Decimal, datetime]]:
    """What reversals opened again from the moment on, by debt: how much, and when last."""
    later = Allocation.objects.filter(debt__in=[debt.pk for debt in debts], payment__reversal__at__gte=moment)
    sums = later.order_by().values_list("debt_id").annotate(Sum("amount"), Max("payment__reversal__at"))
    return {debt_id: (amount, last) for debt_id, amount, last in sums}


def _keep(payment: DebtPayment, rest: Decimal, now: datetime, at: datetime | None) -> None:
    """Keep what is above the debts as an advance."""
    payment.kept_amount = rest
    payment.kept_advance = add_advance(
        customer=payment.customer, amount=rest, mode=payment.mode, by=payment.by, now=now, at=at,
        reference_type=ReferenceType.OVERPAYMENT, reference_id=payment.pk, payment_reference=payment.reference,
    )  # fmt: skip
    payment.customer.advance_balance += rest


def _settle(customer: Customer, payment: DebtPayment, taken: Taken[Debt]) -> None:
    """Lower the debts; allocations first, the payment last: with what was kept they must make its amount."""
    for debt, part in taken.parts:
        debt.paid += part
        debt.balance -= part
        settle_status(debt, DebtStatus.SETTLED)
    Debt.objects.bulk_update([debt for debt, _ in taken.parts], ["paid", "balance", "status"])
    Allocation.objects.bulk_create(
        Allocation(store=customer.store, payment=payment, debt=debt, amount=part, at=payment.at)
        for debt, part in taken.parts
    )
    payment.save(force_insert=True)
    change_debt_balance(customer, payment.kept_amount - payment.amount)


@retry_when_entangled
@transaction.atomic
def reverse_payment(*, store: Store, payment_id: UUID, reason: str, by: User, now: datetime) -> PaymentReversal:
    """Undo a debt payment that was a mistake: its debts are open again, its advance is taken back or given back.

    Raises Missing, Refused; Conflict where it was reversed before or the advance it left is used.
    """
    if not reason.strip():
        raise Refused("Say why it is reversed.", "reason")
    payment = DebtPayment.objects.filter(store=store, pk=payment_id).first()
    if payment is None:
        raise Missing("No such payment.", "payment")
    till = hold_till(store, is_needed=payment.mode == RepaymentMode.CASH)
    customer = Customer.objects.lock(store, payment.customer_id)
    check_dated(store, now, now)
    if PaymentReversal.objects.filter(payment=payment).exists():
        raise Conflict("This payment is reversed already.")
    if payment.deduction:  # advances are locked before debts
        restore_advances(deduction=payment.deduction, amount=payment.amount, by=by, now=now, reason=reason)
    if payment.kept_advance_id:
        (kept,) = lock_advances(customer, [payment.kept_advance_id])
        take_back_untouched(kept, reason, by, now)
    _open_again(customer, payment)
    now = later_than([payment.at], now)
    return PaymentReversal.objects.create(
        store=store, payment=payment, reason=reason, till_session_id=till, by=by, at=now, created_at=now
    )


def _open_again(customer: Customer, payment: DebtPayment) -> None:
    parts = dict(payment.allocations.values_list("debt_id", "amount"))
    debts = list(Debt.objects.filter(pk__in=parts).oldest_first().for_no_key_update())
    for debt in debts:
        debt.paid -= parts[debt.pk]
        debt.balance += parts[debt.pk]
        debt.status = DebtStatus.OPEN
    Debt.objects.bulk_update(debts, ["paid", "balance", "status"])
    change_debt_balance(customer, payment.amount - payment.kept_amount)
