"""Money that was paid in another way than entered: an entry takes it out of the one and puts it into the other."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from advances.models import AdvancePayment
from billing.models import CreditNoteMoney, MethodChange, MoneyBack, Payment
from billing.models.correction import METHODS
from debts.models import DebtPayment
from viveka.stores.dating import check_dated
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.models import Store, User
from viveka.stores.text import clean_text
from viveka.stores.transactions import retry_when_entangled

Paid = Payment | DebtPayment | AdvancePayment | MoneyBack | CreditNoteMoney
KINDS: dict[str, Any] = {
    "payment": Payment, "debt_payment": DebtPayment, "advance": AdvancePayment, "money_back": MoneyBack,
    "note_money": CreditNoteMoney,
}  # fmt: skip
_HOLD = "SELECT id FROM stores_tillsession WHERE id = %s AND closed_at IS NULL FOR SHARE"


def method_now(paid: Paid) -> str:
    """The way it was really paid, as far as is known; of changes fetched before where there are many payments."""
    last = max(paid.method_changes.all(), key=lambda change: change.pk, default=None)
    return last.to_method if last else str(_entered(paid))


def _entered(paid: Paid) -> str:
    if isinstance(paid, Payment):
        return paid.method
    return paid.way if isinstance(paid, MoneyBack | CreditNoteMoney) else paid.mode


@retry_when_entangled
@transaction.atomic
def change_method(
    *, store: Store, kind: str, pk: UUID | int, method: str, reason: str, by: User, now: datetime, reference: str = ""
) -> MethodChange:
    """Note that a payment of a bill, a debt payment, an advance, or money that went back for goods (`kind`) was paid by
    `method`. For managers.

    In the till session of the payment while that is open; a count that was made stays. Raises Missing, Refused.
    """
    reason = clean_text(reason, field="reason", most=500)
    reference = clean_text(reference, field="reference", most=80)
    if not reason:
        raise Refused("Say why.", "reason")
    if method not in METHODS:
        raise Refused(f"The way is one of {', '.join(METHODS)}.", "method")
    check_dated(store, now, now)
    rows = KINDS[kind].objects.filter(store=store, pk=pk)
    found = rows.first()
    if found is None:
        raise Missing("No such payment.", "payment")
    till = _hold(found.till_session_id)  # before the row itself, in the order of the house
    paid = rows.select_for_update(no_key=True, of=("self",)).get()
    before = method_now(paid)
    _check(paid, before, method)
    return MethodChange.objects.create(
        store=store, amount=paid.amount, from_method=before, to_method=method, reference=reference, reason=reason,
        till_session_id=till, by=by, at=now, created_at=now, **{kind: paid},
    )  # fmt: skip


def _hold(session_id: int | None) -> int | None:
    if session_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [session_id])
        return session_id if cursor.fetchone() else None


def _check(paid: Any, before: str, method: str) -> None:
    if before not in METHODS and not (isinstance(paid, AdvancePayment) and before == "wallet"):
        raise Conflict("No money was paid by this: it was the balance, credit or goods.", "method")
    if before == method:
        raise Refused("It is entered as paid in this way already.", "method")
    if isinstance(paid, DebtPayment) and hasattr(paid, "reversal"):
        raise Conflict("This payment was reversed.", "method")
    if isinstance(paid, AdvancePayment) and hasattr(paid, "debt_payment"):
        raise Conflict("A payment of debts left this advance. Change how that was paid.", "method")
    if isinstance(paid, AdvancePayment) and paid.refunded_amount:
        raise Conflict("Some of this advance was paid back or reversed already.", "method")
