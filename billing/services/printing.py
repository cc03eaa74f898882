"""Receipts that leave the counter: each is noted, and every one after the first is a duplicate."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from advances.models import AdvancePayment
from billing.models import Bill, CreditNote, ReceiptPrint, Return
from debts.models import DebtPayment
from viveka.stores.errors import Missing
from viveka.stores.models import Store, User

MODELS: dict[str, Any] = {
    "bill": Bill, "goods_return": Return, "credit_note": CreditNote, "advance": AdvancePayment,
    "debt_payment": DebtPayment,
}  # fmt: skip


@transaction.atomic
def note_print(*, store: Store, kind: str, pk: UUID, way: str, by: User, now: datetime) -> bool:
    """Note that a receipt was printed or sent; whether it is a duplicate. Two at once are an original and a duplicate.

    `kind` is what the receipt is of (a key of `MODELS`). Raises Missing.
    """
    of_it = MODELS[kind].objects.filter(store=store, pk=pk)
    if not of_it.select_for_update(no_key=True, of=("self",)).values_list("pk").first():
        raise Missing("There is no such receipt.")
    is_duplicate = was_printed(kind, pk)
    ReceiptPrint.objects.create(store=store, way=way, by=by, at=now, **{f"{kind}_id": pk})
    return is_duplicate


def was_printed(kind: str, pk: UUID) -> bool:
    """Whether one was given out before, so that the next is a duplicate."""
    return ReceiptPrint.objects.filter(**{kind: pk}).exists()
