"""How a bill is settled: the parts must add up to the total exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.models import PaymentMethod
from debts.services import Permission
from viveka.stores.errors import Refused
from viveka.stores.money import MAX_MONEY, ZERO


@dataclass(frozen=True, slots=True)
class Tender:
    """A part of the payment. Without an amount it settles what the others leave; `received` is cash handed over.

    `due_on` and a manager's `permission` to pass the limit belong to credit.
    """

    method: str
    amount: Decimal | None = None
    reference: str = ""
    received: Decimal | None = None
    due_on: date | None = None
    permission: Permission | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A tender with its amount known."""

    method: str
    amount: Decimal
    reference: str
    tendered: Decimal | None
    due_on: date | None = None
    permission: Permission | None = None

    @property
    def change(self) -> Decimal:
        return (self.tendered or self.amount) - self.amount


def settle(tenders: Sequence[Tender], total: Decimal) -> list[Settled]:
    """Match the tenders to the total. Raises Refused where they do not add up or cash does not cover its part."""
    open_ended = [tender for tender in tenders if tender.amount is None]
    given = sum((tender.amount for tender in tenders if tender.amount is not None), ZERO)
    if len(open_ended) > 1:
        raise Refused("Only one payment can take what is left.", "payments")
    if given > total or (given < total and not open_ended):
        raise Refused(f"The payments add up to {given}, the bill is {total}.", "payments")
    settled = []
    for tender in tenders:
        amount = total - given if tender.amount is None else tender.amount
        _check(tender, amount)
        if amount:
            settled.append(
                Settled(tender.method, amount, tender.reference, tender.received, tender.due_on, tender.permission)
            )
    if sum((part.change for part in settled), ZERO) > MAX_MONEY:
        raise Refused("Nobody hands over that much cash.", "cashReceived")
    return settled


def _check(tender: Tender, amount: Decimal) -> None:
    if tender.method not in PaymentMethod.values:
        raise Refused(f"Pay by one of {', '.join(PaymentMethod.values)}.", "payments")
    if amount < 0:
        raise Refused("A payment is at least 0.01.", "payments")
    if (tender.due_on or tender.permission) and tender.method != PaymentMethod.CREDIT:
        raise Refused("Only credit has a due date or a limit.", "payments")
    if tender.received is None:
        return
    if tender.method != PaymentMethod.CASH:
        raise Refused("Only cash gives change.", "cashReceived")
    if tender.received < amount:
        raise Refused(f"Cash taken is {tender.received}, to pay is {amount}.", "cashReceived")
