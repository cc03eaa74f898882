"""Money above a bill, however it was paid, that is not given back: it pays old debts, or is kept as an advance."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from advances.models import AdvancePayment, ReferenceType
from advances.services import add_advance
from billing.models import PaymentMethod
from billing.services.buyer import Identified
from billing.services.tender import CHANGE, DEBTS, Settled
from debts.models import DebtPayment
from debts.services import Repayment, repay_debts
from viveka.stores.errors import Refused
from viveka.stores.models import Store, User


@dataclass(frozen=True, slots=True)
class Kept:
    """The payment of old debts, or the advance, that the money above a bill became."""

    debt_payment: DebtPayment | None = None
    advance: AdvancePayment | None = None


NOTHING = Kept()


def keep_above(
    store: Store,
    who: Identified,
    bill_id: UUID,
    settled: list[Settled],
    *,
    by: User,
    now: datetime,
    at: datetime | None,
) -> tuple[list[Settled], Kept]:
    """Put the money above the bill where it was said to go; the parts come back with what is left as change.

    Old debts take no more than is owed. Raises Refused where there is no customer to keep it for, where something of
    the bill goes on credit at the same time, or where something would be left of what only cash gives back. The
    customer's row is locked.
    """
    part = next((one for one in settled if one.above != CHANGE and one.change), None)
    if part is None:
        return [_without_change(one) for one in settled], NOTHING
    customer = who.customer
    if customer is None:
        raise Refused("Money above the bill is kept for a customer. Type a phone, or give it back.", "above")
    if any(one.method == PaymentMethod.CREDIT for one in settled):
        raise Refused("Nothing goes on credit while there is money above the bill.", "above")
    customer.store = store
    amount = min(part.change, customer.debt_balance) if part.above == DEBTS else part.change
    if amount < part.change and part.method != PaymentMethod.CASH:
        owed = f"only {amount} is owed" if amount else "nothing is owed"
        raise Refused(f"There is {part.change} above the bill and {owed}. Keep it as an advance.", "above")
    if not amount:
        return settled, NOTHING  # nothing is owed: all of it is change
    told: dict[str, Any] = {"customer": customer, "by": by, "now": now, "at": at}
    try:
        if part.above == DEBTS:
            kept = Kept(debt_payment=repay_debts(repayment=Repayment(amount, part.method), **told))
            customer.debt_balance -= amount
        else:
            as_advance: dict[str, Any] = {"reference_type": ReferenceType.OVERPAYMENT, "reference_id": bill_id}
            kept = Kept(advance=add_advance(amount=amount, mode=part.method, **as_advance, **told))
            customer.advance_balance += amount
    except Refused as refusal:
        refusal.errors = {"above": [refusal.message]}  # the field of the sale
        raise
    assert part.tendered is not None
    less = replace(part, tendered=part.tendered - amount)
    return [_without_change(less if one is part else one) for one in settled], kept


def _without_change(part: Settled) -> Settled:
    """What was handed over is kept of cash alone."""
    return part if part.method == PaymentMethod.CASH else replace(part, tendered=None)
