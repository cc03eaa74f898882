"""The parts of a bill that are no money coming in: the customer's advance balance, and credit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from advances.models import Deduction
from advances.services import deduct_from_locked
from billing.models import PaymentMethod
from billing.models.payment import INSTRUMENTS
from billing.services.buyer import Identified
from billing.services.tender import Settled
from customers.models import Customer
from debts.models import Debt
from debts.services import DebtEntry, open_for_locked
from viveka.stores.errors import Refused
from viveka.stores.models import Store, User

NEEDS_CUSTOMER = "Advance and credit need a customer. Type a phone or a name."
UNSAVED_CUSTOMER = "The customer could not be saved, so nothing can go on credit or come from an advance."


@dataclass(frozen=True, slots=True)
class Instrument:
    """What stands behind one payment of a bill; both None for money."""

    deduction: Deduction | None = None
    debt: Debt | None = None


MONEY = Instrument()


def open_instruments(
    store: Store, who: Identified, settled: Sequence[Settled], *, by: User, now: datetime, at: datetime | None
) -> list[Instrument]:
    """For each part the deduction or debt behind it, under the customer's lock: advances first, then debts.

    Raises Refused where there is no customer, InsufficientAdvance, CreditStopped, CreditLimitPassed (judged on what
    would be owed after the sale, however much of it is paid now).
    """
    if not any(part.method in INSTRUMENTS for part in settled):
        return [MONEY] * len(settled)
    if who.customer is None:
        raise Refused(UNSAVED_CUSTOMER if who.warning else NEEDS_CUSTOMER, "payments")
    who.customer.store = store
    try:
        return _open(who.customer, who.for_name, settled, {"by": by, "now": now, "at": at})
    except Refused as refusal:
        refusal.errors = {"payments": [refusal.message]}  # the field of the sale
        raise


def _open(customer: Customer, for_name: str, settled: Sequence[Settled], told: dict[str, Any]) -> list[Instrument]:
    opened = {}
    for n, part in enumerate(settled):
        if part.method == PaymentMethod.ADVANCE:
            opened[n] = Instrument(deduction=deduct_from_locked(customer, part.amount, **told))
    for n, part in enumerate(settled):
        if part.method == PaymentMethod.CREDIT:
            entry = DebtEntry(due_on=part.due_on, for_name=part.for_name or for_name, permission=part.permission)
            opened[n] = Instrument(debt=open_for_locked(customer, part.amount, entry=entry, **told))
    return [opened.get(n, MONEY) for n in range(len(settled))]
