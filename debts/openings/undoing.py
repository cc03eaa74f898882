"""An opening balance that was entered by mistake is taken out again; the right one may follow."""

from datetime import datetime
from typing import Any

from django.db import transaction

from advances.models import WalletCause, WalletEntry
from advances.services import reverse_advance
from customers.models import Customer
from debts.models import DebtReduction, OpeningBalance, OpeningUndo, ReductionCause
from debts.services import reverse_debt
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.models import Store, User
from viveka.stores.text import clean_text
from viveka.stores.transactions import retry_when_entangled


@retry_when_entangled
@transaction.atomic
def undo_opening(*, store: Store, pk: int, reason: str, by: User, now: datetime) -> OpeningUndo:
    """Take out the debt and the advance that the opening became, as entered by mistake. For managers.

    What was taken out by itself before is left as it is. Raises Missing, Refused without a reason, Conflict where it
    is undone already or where something of it was paid, given up or used.
    """
    reason = clean_text(reason, field="reason", most=500)
    if not reason:
        raise Refused("Say why.", "reason")
    opening = OpeningBalance.objects.of(store).filter(pk=pk).first()
    if opening is None:
        raise Missing("No such opening balance.", "opening")
    Customer.objects.lock_any(store, opening.customer_id)
    opening = OpeningBalance.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
    if opening.is_undone:
        raise Conflict("This opening balance is undone already.")
    told: dict[str, Any] = {"store": store, "reason": reason, "by": by, "now": now}
    if opening.debt_id and not _is_debt_reversed(opening):
        reverse_debt(debt_id=opening.debt_id, **told)
    if opening.advance_id and not _is_advance_reversed(opening):
        reverse_advance(advance_id=opening.advance_id, **told)
    opening.is_undone = True
    opening.save(update_fields=["is_undone"])
    return OpeningUndo.objects.create(store=store, opening=opening, reason=reason, by=by, at=now, created_at=now)


def _is_debt_reversed(opening: OpeningBalance) -> bool:
    return DebtReduction.objects.filter(debt=opening.debt_id, cause=ReductionCause.REVERSAL).exists()


def _is_advance_reversed(opening: OpeningBalance) -> bool:
    return WalletEntry.objects.filter(advance=opening.advance_id, cause=WalletCause.REVERSAL).exists()
