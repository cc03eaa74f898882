"""Taking an advance, using the balance oldest first, and giving a use back."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from advances.models import (
    AdvancePayment,
    AdvanceStatus,
    Deduction,
    PaymentMode,
    ReferenceType,
    Utilization,
    WalletCause,
    WalletEntry,
)
from advances.models.advance import NO_MONEY
from advances.services.entering import Entered, change_balance, entered, set_status, wallet_entry, write_running
from customers.models import Customer
from viveka.stores.errors import Conflict, Refused
from viveka.stores.fifo import Taken, take_oldest_first
from viveka.stores.idempotency import KeyedRequest
from viveka.stores.ids import new_id
from viveka.stores.models import User
from viveka.stores.money import MAX_MONEY, PAISA, ZERO
from viveka.stores.tills import hold_till
from viveka.stores.transactions import retry_when_entangled

NO_PHONE = "Phone number information is required"


class InsufficientAdvance(Conflict):
    """Less is left than was asked for; nothing changed."""


@retry_when_entangled
@transaction.atomic
def add_advance(
    *,
    customer: Customer,
    amount: Decimal,
    mode: str,
    by: User,
    now: datetime,
    at: datetime | None = None,
    reference_type: str = ReferenceType.DIRECT,
    reference_id: UUID | None = None,
    payment_reference: str = "",
    notes: str = "",
    request: KeyedRequest | None = None,
) -> AdvancePayment:
    """Money paid ahead. Several for one customer are normal. Raises Refused naming the field.

    A `request` that was answered before is answered with the advance that it made.
    """
    advance_id = new_id()
    if request and (earlier := request.claim(advance_id)):
        return AdvancePayment.objects.of(customer.store).get(pk=earlier.made_id)
    if amount < PAISA:
        raise Refused("An advance is at least 0.01.", "amount")
    check_mode(mode, "paymentMode", may_be_none=reference_type in NO_MONEY)
    till = hold_till(customer.store, is_needed=mode == PaymentMode.CASH) if mode and at is None else None
    customer = Customer.objects.lock(customer.store, customer.pk)
    if customer.phone is None and not customer.has_real_name:
        raise Refused(NO_PHONE, "phone")
    if customer.advance_balance + amount > MAX_MONEY:
        raise Refused(f"The balance would pass {MAX_MONEY}.", "amount")
    moment = entered(customer, by, now, at)
    advance = AdvancePayment.objects.create(
        pk=advance_id, store=customer.store, customer=customer, reference_type=reference_type,
        reference_id=reference_id, amount=amount, remaining_amount=amount, mode=mode,
        payment_reference=payment_reference, notes=notes, till_session_id=till, by=by, at=moment.at,
        created_at=moment.now,
    )  # fmt: skip
    wallet_entry(customer, advance, WalletCause.ADVANCE, amount, moment).save()
    change_balance(customer, amount)
    return advance


@retry_when_entangled
@transaction.atomic
def deduct_advance(
    *, customer: Customer, amount: Decimal, by: User, now: datetime, at: datetime | None = None
) -> Deduction:
    """Use the customer's advances, oldest first: all of the amount, or none of it.

    Raises InsufficientAdvance where less than `amount` is left (of what was there `at` that moment, where it is about
    an earlier one), Refused for a date that can't be.
    """
    customer = Customer.objects.lock(customer.store, customer.pk)
    return deduct_from_locked(customer, amount, by=by, now=now, at=at)


def deduct_from_locked(
    customer: Customer, amount: Decimal, *, by: User, now: datetime, at: datetime | None = None
) -> Deduction:
    """The same, for a caller that holds the customer's lock; `customer` carries the new balance afterwards."""
    if amount < PAISA:
        raise Refused("What is used is at least 0.01.", "amount")
    if amount > customer.advance_balance:
        raise InsufficientAdvance("Insufficient advance balance", "amount")
    moment = entered(customer, by, now, at)
    advances = customer.advances.open().filter(at__lte=moment.at).oldest_first().for_no_key_update()
    given_back_later = _given_back_after(customer, moment.at) if at else {}
    taken = take_oldest_first(
        ((one, one.remaining_amount - given_back_later.get(one.pk, ZERO)) for one in advances), amount
    )
    if taken.missing:
        raise InsufficientAdvance("Insufficient advance balance", "amount")
    return _write_deduction(customer, amount, taken, moment)


def _given_back_after(customer: Customer, moment: datetime) -> dict[UUID, Decimal]:
    """What came back to each advance after the moment: a use dated then can't have had it, or the balance of some day
    in between would be below zero."""
    later = customer.wallet.filter(cause=WalletCause.RESTORATION, at__gt=moment)
    return dict(later.values_list("advance_id").annotate(sum=Sum("change")).order_by())


def _write_deduction(customer: Customer, amount: Decimal, taken: Taken[AdvancePayment], moment: Entered) -> Deduction:
    """Parts first, the deduction last: it must be their sum when it is written."""
    when = {"at": moment.at, "created_at": moment.now}
    deduction = Deduction(store=customer.store, customer=customer, amount=amount, by=moment.by, **when)
    utilizations, entries = [], []
    for advance, part in taken.parts:
        advance.utilized_amount += part
        advance.remaining_amount -= part
        set_status(advance, AdvanceStatus.UTILIZED)
        utilizations.append(
            Utilization(store=customer.store, deduction=deduction, advance=advance, amount=part, **when)
        )
        entries.append(wallet_entry(customer, advance, WalletCause.DEDUCTION, -part, moment, deduction=deduction))
    write_running([advance for advance, _ in taken.parts])
    Utilization.objects.bulk_create(utilizations)
    WalletEntry.objects.bulk_create(entries)
    deduction.save(force_insert=True)
    change_balance(customer, -amount)
    return deduction


@retry_when_entangled
@transaction.atomic
def restore_advances(*, deduction: Deduction, amount: Decimal, by: User, now: datetime, reason: str) -> None:
    """Give back a part of what a deduction used, to the same advances, the one used last first.

    Raises Refused where more is given back than was used and not yet given back.
    """
    if not reason.strip():
        raise Refused("Say why it is given back.", "reason")
    customer = Customer.objects.lock(deduction.store, deduction.customer_id)
    utilizations = list(
        deduction.utilizations.select_related("advance")
        .select_for_update(no_key=True, of=("self", "advance"))
        .order_by("-id")
    )
    taken = take_oldest_first(((one, one.amount - one.restored_amount) for one in utilizations), amount)
    if taken.missing or amount < PAISA:
        raise Refused("More would be given back than was used.", "amount")
    moment = entered(customer, by, now)
    entries = []
    for utilization, part in taken.parts:
        utilization.restored_amount += part
        advance = utilization.advance
        advance.utilized_amount -= part
        advance.remaining_amount += part
        set_status(advance, AdvanceStatus.ACTIVE)
        entries.append(
            wallet_entry(customer, advance, WalletCause.RESTORATION, part, moment, deduction=deduction, reason=reason)
        )
    Utilization.objects.bulk_update([one for one, _ in taken.parts], ["restored_amount"])
    write_running([utilization.advance for utilization, _ in taken.parts])
    WalletEntry.objects.bulk_create(entries)
    change_balance(customer, amount)


def check_mode(mode: str, field: str, *, may_be_none: bool = False) -> None:
    """Raises Refused naming `field`."""
    if mode not in PaymentMode.values and not (may_be_none and mode == ""):
        raise Refused(f"The mode is one of {', '.join(PaymentMode.values)}.", field)
