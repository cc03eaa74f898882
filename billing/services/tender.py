"""How a bill is settled: the parts must add up to the total exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.models import PaymentMethod
from billing.models.payment import INSTRUMENTS, METHODS
from debts.services import Permission
from viveka.stores.errors import Refused
from viveka.stores.money import MAX_MONEY, ZERO

CHANGE, DEBTS, ADVANCE = "change", "debts", "advance"
ABOVE = (CHANGE, DEBTS, ADVANCE)
"""Where money above the bill goes: back (cash alone), against the customer's old debts, or into their advance."""


@dataclass(frozen=True, slots=True)
class Tender:
    """A part of the payment; `received` is what was handed over, and `above` says where what is too much goes.

    With `up_to` it takes what the fixed parts leave, as far as it goes; without either amount what is left then.
    `due_on`, `for_name` and a manager's `permission` to pass the limit belong to credit.
    """

    method: str
    amount: Decimal | None = None
    reference: str = ""
    received: Decimal | None = None
    due_on: date | None = None
    permission: Permission | None = None
    up_to: Decimal | None = None
    for_name: str = ""
    above: str = CHANGE


@dataclass(frozen=True, slots=True)
class Settled:
    """A tender with its amount known."""

    method: str
    amount: Decimal
    reference: str
    tendered: Decimal | None
    due_on: date | None = None
    permission: Permission | None = None
    for_name: str = ""
    above: str = CHANGE

    @property
    def change(self) -> Decimal:
        return (self.tendered or self.amount) - self.amount


def settle(tenders: Sequence[Tender], total: Decimal) -> list[Settled]:
    """Match the tenders to the total. Raises Refused where they do not add up or cash does not cover its part."""
    settled = []
    for tender, amount in zip(tenders, _amounts(tenders, total), strict=True):
        _check(tender, amount)
        if amount:
            settled.append(_settled(tender, amount))
    if sum((part.change for part in settled), ZERO) > MAX_MONEY:
        raise Refused("Nobody hands over that much cash.", "cashReceived")
    return settled


def _amounts(tenders: Sequence[Tender], total: Decimal) -> list[Decimal]:
    """What each pays: fixed parts first, then those that go as far as they go, then the one that takes the rest."""
    amounts = [tender.amount or ZERO for tender in tenders]
    left, last = total - sum(amounts, ZERO), None
    for n, tender in enumerate(tenders):
        if tender.amount is not None:
            continue
        if tender.up_to is not None:
            amounts[n] = min(tender.up_to, max(left, ZERO))
            left -= amounts[n]
        elif last is None:
            last = n
        else:
            raise Refused("Only one payment can take what is left.", "payments")
    if left < 0 or (left and last is None):
        raise Refused(f"The payments add up to {total - left}, the bill is {total}.", "payments")
    if last is not None:
        amounts[last] = left
    return amounts


def _settled(tender: Tender, amount: Decimal) -> Settled:
    return Settled(
        tender.method, amount, tender.reference, tender.received, tender.due_on, tender.permission, tender.for_name,
        tender.above,
    )  # fmt: skip


def _check(tender: Tender, amount: Decimal) -> None:
    if tender.method not in METHODS:
        raise Refused(f"Pay by one of {', '.join(METHODS)}.", "payments")
    if amount < 0:
        raise Refused("A payment is at least 0.01.", "payments")
    if (tender.due_on or tender.permission or tender.for_name) and tender.method != PaymentMethod.CREDIT:
        raise Refused("Only credit has a due date or a limit.", "payments")
    if tender.above not in ABOVE:
        raise Refused(f"What is above the bill goes to one of {', '.join(ABOVE)}.", "above")
    if tender.received is None:
        return
    if tender.method in INSTRUMENTS or (tender.method != PaymentMethod.CASH and tender.above == CHANGE):
        raise Refused("Only cash gives change.", "cashReceived")
    if tender.received < amount:
        what = "Cash taken" if tender.method == PaymentMethod.CASH else "What was paid"
        raise Refused(f"{what} is {tender.received}, to pay is {amount}.", "cashReceived")
    if tender.above != CHANGE and tender.received and not amount:
        raise Refused("The bill takes no cash. Take this money on the customer's page.", "above")
