"""A debt payment, or an advance, that was another person's: reversed at the one, taken at the other, in one deed."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from advances.models import AdvancePayment, PaymentMode, ReferenceType
from advances.services import add_advance, lock_advances, take_back_untouched
from billing.models import Bill, Reassignment
from billing.services.method_changes import method_now
from customers.models import Customer
from customers.models.finding import IsDeleted
from debts.models import DebtPayment, RepaymentMode
from debts.services import Repayment, repay_debts, reverse_payment
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.models import Store, User
from viveka.stores.text import clean_text
from viveka.stores.tills import hold_till
from viveka.stores.transactions import StartAgain, retry_when_entangled


def lock_customers(store: Store, keys: Iterable[int | None]) -> dict[int | None, Customer]:
    """These customers by their keys, locked in the order of the house. Raises Missing, IsDeleted."""
    wanted = {key for key in keys if key is not None}
    found = {row.pk: row for row in Customer.objects.of(store).filter(pk__in=wanted).for_no_key_update()}
    if set(found) != wanted:
        raise Missing("No such customer.", "customer")
    for customer in found.values():
        customer.store = store
        if customer.merged_into_id:
            raise StartAgain("The customer was merged into another record just now. Try again.")
        if customer.deleted_at:
            raise IsDeleted(customer)
    return dict(found)


@retry_when_entangled
@transaction.atomic
def reassign_payment(*, store: Store, payment_id: UUID, to: int, reason: str, by: User, now: datetime) -> DebtPayment:
    """A debt payment that was the customer's with the key `to`: reversed, and taken of them; what is above their debts
    is kept as their advance. For managers. Raises Missing, Refused, Conflict where it can't be reversed."""
    reason = _clean(reason)
    payment = DebtPayment.objects.filter(store=store, pk=payment_id).first()
    if payment is None:
        raise Missing("No such payment.", "payment")
    target = _lock_pair(store, payment.customer_id, to)
    if Bill.objects.of(store).filter(debt_payment=payment).exists():
        raise Conflict("This payment was made with a bill. Move the bill to the other customer.")
    return take_payment_for(store, payment, target, reason, by=by, now=now)


@retry_when_entangled
@transaction.atomic
def reassign_advance(
    *, store: Store, advance_id: UUID, to: int, reason: str, by: User, now: datetime
) -> AdvancePayment:
    """An advance that was the customer's with the key `to`: reversed, and taken of them. For managers.

    Raises Missing, Refused, Conflict where some of it is gone, or where something else brought it.
    """
    reason = _clean(reason)
    advance = AdvancePayment.objects.of(store).filter(pk=advance_id).first()
    if advance is None:
        raise Missing("No such advance.", "advance")
    target = _lock_pair(store, advance.customer_id, to)
    if advance.reference_type != ReferenceType.DIRECT:
        raise Conflict("This advance came with something else, which stays with its customer.")
    return take_advance_for(store, advance, target, reason, by=by, now=now)


def take_payment_for(
    store: Store, payment: DebtPayment, target: Customer, reason: str, *, by: User, now: datetime
) -> DebtPayment:
    """The body of it, for a caller that holds both customers' locks."""
    if payment.mode == RepaymentMode.ADVANCE:
        raise Conflict("It was paid from the customer's own balance. Reverse it instead.")
    mode = method_now(payment)
    reverse_payment(store=store, payment_id=payment.pk, reason=reason, by=by, now=now)
    repayment = Repayment(payment.amount, mode, reference=payment.reference, keep_rest=True)
    taken = repay_debts(customer=target, repayment=repayment, by=by, now=now)
    Reassignment.objects.create(
        store=store, debt_payment=payment, instead_payment=taken, reason=reason, by=by, at=now, created_at=now
    )
    return taken


def take_advance_for(
    store: Store, advance: AdvancePayment, target: Customer, reason: str, *, by: User, now: datetime
) -> AdvancePayment:
    """The same for an advance."""
    mode = method_now(advance)
    till = hold_till(store, is_needed=mode == PaymentMode.CASH)  # out of it and into it: no cash moves
    source = Customer.objects.lock_any(store, advance.customer_id)
    (locked,) = lock_advances(source, [advance.pk])
    take_back_untouched(locked, reason, by, now, till=till)
    taken = add_advance(
        customer=target, amount=advance.amount, mode=mode, by=by, now=now, reference_type=advance.reference_type,
        reference_id=advance.reference_id, payment_reference=advance.payment_reference,
    )  # fmt: skip
    Reassignment.objects.create(
        store=store, advance=advance, instead_advance=taken, reason=reason, by=by, at=now, created_at=now
    )
    return taken


def _lock_pair(store: Store, source: int, to: int) -> Customer:
    if source == to:
        raise Refused("It is this customer's already.", "customer")
    return lock_customers(store, [source, to])[to]


def _clean(reason: str) -> str:
    reason = clean_text(reason, field="reason", most=500)
    if not reason:
        raise Refused("Say why.", "reason")
    return reason
