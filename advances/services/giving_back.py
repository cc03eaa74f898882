"""An advance that is not used up by buying: refunded, expired, or entered by mistake."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from advances.models import AdvancePayment, AdvanceStatus, PaymentMode, WalletCause
from advances.services.advance import check_mode
from advances.services.entering import change_balance, entered, set_status, wallet_entry, write_running
from customers.models import Customer
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.idempotency import KeyedRequest
from viveka.stores.models import Store, User
from viveka.stores.money import PAISA
from viveka.stores.tills import hold_till
from viveka.stores.transactions import retry_when_entangled


@retry_when_entangled
@transaction.atomic
def refund_advance(
    *,
    store: Store,
    advance_id: UUID,
    amount: Decimal | None,
    mode: str,
    reason: str,
    by: User,
    now: datetime,
    allowed_by: User | None = None,
    request: KeyedRequest | None = None,
) -> AdvancePayment:
    """Pay back what remains of one advance, or `amount` of it. For managers, or with the PIN of `allowed_by`.

    A `request` that was answered before pays nothing again. Raises Missing, Refused (a field), Conflict (more than
    remains).
    """
    if request and request.claim(advance_id):
        return AdvancePayment.objects.of(store).get(pk=advance_id)
    check_mode(mode, "mode")
    _check_reason(reason, "Say why it is refunded.")
    till = hold_till(store, is_needed=mode == PaymentMode.CASH)
    advance = _lock(store, advance_id)
    part = advance.remaining_amount if amount is None else amount
    if part < PAISA or part > advance.remaining_amount:
        raise Conflict(f"{advance.remaining_amount} is left of this advance.", "amount")
    told = {"reason": reason, "mode": mode, "allowed_by": allowed_by, "till_session_id": till}
    return _take_out(advance, part, WalletCause.REFUND, by, now, **told)


@retry_when_entangled
@transaction.atomic
def reverse_advance(
    *, store: Store, advance_id: UUID, reason: str, by: User, now: datetime, allowed_by: User | None = None
) -> AdvancePayment:
    """Undo an advance that was entered by mistake; it counts as refunded. Nothing of it may be gone. For managers, or
    with the PIN of `allowed_by`.

    Raises Missing, Refused, Conflict where some of it is gone, or where a payment or a return made it.
    """
    _check_reason(reason, "Say why it is reversed.")
    is_cash = AdvancePayment.objects.of(store).filter(pk=advance_id, mode=PaymentMode.CASH).exists()
    till = hold_till(store, is_needed=is_cash)
    advance = _lock(store, advance_id)
    if advance.is_left_over:
        raise Conflict("A payment or a return made this advance. Undo that instead.")
    return take_back_untouched(advance, reason, by, now, allowed_by=allowed_by, till=till)


def take_back_untouched(
    advance: AdvancePayment,
    reason: str,
    by: User,
    now: datetime,
    *,
    allowed_by: User | None = None,
    till: int | None = None,
) -> AdvancePayment:
    """Take the whole of a locked advance out again, its money out of the till session. Raises Conflict where some of
    it is gone."""
    if advance.remaining_amount != advance.amount:
        raise Conflict("Some of this advance is used or refunded already. Undo that first, or refund what remains.")
    told = {"reason": reason, "allowed_by": allowed_by, "till_session_id": till}
    return _take_out(advance, advance.amount, WalletCause.REVERSAL, by, now, **told)


def expire_advances(
    *, store: Store, days: int, now: datetime, by: User | None = None, dry_run: bool = False
) -> list[AdvancePayment]:
    """Let what remains of advances older than `days` of the store's days go, customer by customer.

    Returns those that went (with `dry_run`: that would go, and nothing is written), as they were before. Twice on one
    day changes nothing.
    """
    begins = store.start_of(store.day_of(now) - timedelta(days=days))
    found = list(AdvancePayment.objects.of(store).open().paid_before(begins).oldest_first().select_related("customer"))
    return [one for one in found if dry_run or _expire(one, f"Older than {days} days", now, by)]


@retry_when_entangled
@transaction.atomic
def _expire(found: AdvancePayment, reason: str, now: datetime, by: User | None) -> bool:
    advance = _lock(found.store, found.pk)
    if not advance.remaining_amount:
        return False  # used up a moment before
    _take_out(advance, advance.remaining_amount, WalletCause.EXPIRY, by, now, reason=reason)
    return True


def lock_advances(customer: Customer, ids: Iterable[UUID]) -> list[AdvancePayment]:
    """Advances of a locked customer as they are now, locked in turn."""
    advances = list(customer.advances.filter(pk__in=ids).order_by("pk").for_no_key_update())
    for advance in advances:
        advance.customer, advance.store = customer, customer.store
    return advances


def _lock(store: Store, advance_id: UUID) -> AdvancePayment:
    """The advance as it is now, locked after its customer. Raises Missing."""
    advance = AdvancePayment.objects.of(store).filter(pk=advance_id).first()
    if advance is None:
        raise Missing("No such advance.", "advance")
    return lock_advances(Customer.objects.lock(store, advance.customer_id), [advance.pk])[0]


def _check_reason(reason: str, message: str) -> None:
    if not reason.strip():
        raise Refused(message, "reason")


def _take_out(
    advance: AdvancePayment, part: Decimal, cause: str, by: User | None, now: datetime, **told: Any
) -> AdvancePayment:
    moment = entered(advance.customer, by, now)
    if cause == WalletCause.EXPIRY:
        advance.expired_amount += part
    else:
        advance.refunded_amount += part
    advance.remaining_amount -= part
    set_status(advance, AdvanceStatus.EXPIRED if cause == WalletCause.EXPIRY else AdvanceStatus.REFUNDED)
    write_running([advance])
    wallet_entry(advance.customer, advance, cause, -part, moment, **told).save()
    change_balance(advance.customer, -part)
    return advance
