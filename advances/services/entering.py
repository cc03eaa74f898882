"""What every change of the balance shares: who and when, the wallet's entry, the running amounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max

from advances.models import AdvancePayment, AdvanceStatus, WalletEntry
from customers.models import Customer
from viveka.stores.dating import check_dated
from viveka.stores.models import User
from viveka.stores.money import ZERO


@dataclass(frozen=True, slots=True)
class Entered:
    """Who enters it (None: the calendar), the moment it is about, and the moment it is entered."""

    by: User | None
    at: datetime
    now: datetime


def entered(customer: Customer, by: User | None, now: datetime, at: datetime | None = None) -> Entered:
    """What is to be written of who and when, for the locked customer. Raises Refused for a date that can't be.

    Without `at` it is about now, and never before what the balance has seen already: a till that had to wait carries
    a moment that has passed.
    """
    check_dated(customer.store, at or now, now)
    if at is None:
        last = customer.wallet.aggregate(last=Max("at"))["last"]
        now = max(now, last or now)
    return Entered(by, at or now, now)


def wallet_entry(
    customer: Customer, advance: AdvancePayment, cause: str, change: Decimal, entered: Entered, **more: Any
) -> WalletEntry:
    """The line of the history, not yet written."""
    return WalletEntry(
        store=customer.store, customer=customer, advance=advance, cause=cause, change=change,
        by=entered.by, at=entered.at, created_at=entered.now, **more,
    )  # fmt: skip


def set_status(advance: AdvancePayment, used_up: str) -> None:
    """Something left is active; otherwise the event that took the last of it names the status."""
    advance.status = AdvanceStatus.ACTIVE if advance.remaining_amount > ZERO else used_up


def write_running(advances: Iterable[AdvancePayment]) -> None:
    """Write the running amounts of all of them in one statement."""
    fields = ["utilized_amount", "refunded_amount", "expired_amount", "remaining_amount", "status"]
    AdvancePayment.objects.bulk_update(advances, fields)


def change_balance(customer: Customer, change: Decimal) -> None:
    """The customer's own balance, in the transaction that changed an advance; the row is locked."""
    customer.advance_balance += change
    customer.save(update_fields=["advance_balance"])
