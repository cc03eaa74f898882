"""A person asks for their data to be removed: what says who they were is replaced beyond recovery, sums stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Q

from advances.models import AdvancePayment, Appointment, Booking, Enquiry, WalletEntry
from billing.models import Bill, BillLine, BillMove, CreditNote, MethodChange, OldDebt, Reassignment, Return
from customers.kept_imports import forget
from customers.models import Customer, CustomerPhone, Merge, MergeUndo, RecordEvent, What
from customers.names import ERASED, is_real
from customers.records import NotDeleted, WasErased, lock_itself, note_event
from debts.models import Debt, DebtPayment, DebtReduction, OpeningBalance, OpeningUndo, PaymentPromise, PaymentReversal
from viveka.legacy.erasing import blank_old_books
from viveka.merge.erasing_carts import blank_carts, lock_carts
from viveka.stores.models import RequestKey, Store, User
from viveka.stores.passage import ERASED_WORD, erasing
from viveka.stores.transactions import retry_when_entangled

BLANK = {"phone": None, "name": ERASED, "email": "", "address": "", "gst_number": "", "gender": "", "note": ""}


@dataclass(frozen=True, slots=True)
class Copy:
    """Columns of a table that copied something of the customer, and are emptied.

    Where the table is append-only, its trigger has to let them pass (`append_only(blanked_by_erasure=[…])`).
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    fields: tuple[str, ...] = ("customer",)
    """The keys to the customer."""
    keep: Q | None = None
    """Rows that the law wants to stay as they are (a bill with the buyer's GST number)."""
    empty: object = ""

    def blank(self, customers: Sequence[int]) -> None:
        """Empty the columns in all rows of these customers."""
        of_them = Q(pk__in=[])
        for field in self.fields:
            of_them |= Q(**{f"{field}__in": customers})
        rows = self.model._default_manager.filter(of_them)
        if self.keep is not None:
            rows = rows.exclude(self.keep)
        rows.update(**dict.fromkeys(self.columns, self.empty))


def _noted(model: type[Any], *columns: str, empty: object = "") -> list[Copy]:
    """What is noted in a record, then in its history, which gets a last entry by that."""
    return [Copy(model, columns, empty=empty), Copy(model.pgh_event_model, columns, empty=empty)]


COPIES = [
    Copy(Bill, ("customer_name", "customer_phone", "for_name")),
    Copy(BillLine, ("allowed_why",), fields=("bill__customer",), keep=Q(allowed_why=""), empty=ERASED_WORD),
    Copy(OldDebt, ("name", "phone", "typed_phone", "note"), fields=("debt__customer",)),
    Copy(Return, ("reason",), fields=("bill__customer",), empty=ERASED_WORD),
    Copy(CreditNote, ("customer_name", "customer_phone")),
    Copy(CreditNote, ("reason",), empty=ERASED_WORD),
    Copy(BillMove, ("reason",), fields=("from_customer", "to_customer", "bill__customer"), empty=ERASED_WORD),
    Copy(
        MethodChange,
        ("reason",),
        fields=("payment__bill__customer", "debt_payment__customer", "advance__customer"),
        empty=ERASED_WORD,
    ),
    Copy(
        Reassignment,
        ("reason",),
        fields=(
            "debt_payment__customer",
            "instead_payment__customer",
            "advance__customer",
            "instead_advance__customer",
        ),
        empty=ERASED_WORD,
    ),  # fmt: skip
    Copy(AdvancePayment, ("notes",)),
    Copy(WalletEntry, ("reason",), keep=Q(reason=""), empty=ERASED_WORD),
    *_noted(Appointment, "notes", "closed_why"),
    *_noted(Booking, "notes", "closed_why"),
    *_noted(Enquiry, "notes", "closed_why"),
    *_noted(Enquiry, "asked", empty=ERASED_WORD),
    Copy(Debt, ("for_name", "note")),
    Copy(Debt, ("allowed_why",), keep=Q(allowed_why=""), empty=ERASED_WORD),
    Copy(DebtPayment, ("note",)),
    Copy(PaymentPromise, ("note",)),
    Copy(DebtReduction, ("reason",), fields=("debt__customer",), empty=ERASED_WORD),
    Copy(PaymentReversal, ("reason",), fields=("payment__customer",), empty=ERASED_WORD),
    Copy(OpeningBalance, ("row_key", "file")),
    Copy(OpeningUndo, ("reason",), fields=("opening__customer",), empty=ERASED_WORD),
    Copy(RecordEvent, ("phone", "reason")),
    Copy(Merge, ("before", "after"), fields=("survivor", "loser"), empty={}),
    Copy(Merge, ("reason",), fields=("survivor", "loser")),
    Copy(MergeUndo, ("reason",), fields=("merge__survivor", "merge__loser")),
]


@retry_when_entangled
@transaction.atomic
def erase_customer(*, store: Store, pk: int, by: User, now: datetime, reason: str = "") -> Customer:
    """Erase a deleted record and those merged into it, and every copy of what they said; amounts and numbers stay.

    There is no way back. Raises Missing, NotDeleted, WasErased, WasMerged.
    """
    ids = [pk, *Customer.objects.of(store).filter(merged_into=pk).values_list("pk", flat=True)]
    carts = lock_carts(store, ids)
    customer = lock_itself(store, pk)
    if customer.erased_at:
        raise WasErased(f"{customer.number} is erased already.")
    if not customer.deleted_at:
        raise NotDeleted(f"{customer} is not deleted. Delete the record first.")
    ids = [pk, *Customer.objects.of(store).filter(merged_into=pk).for_no_key_update().values_list("pk", flat=True)]
    _forget_files(store, ids)
    blank_carts(carts)
    with erasing():
        for copy in COPIES:
            copy.blank(ids)
        blank_old_books(store, ids)
    _blank_records(store, ids, now)
    _blank_traces(store, ids)
    customer.refresh_from_db()
    note_event(customer, What.ERASED, by=by, now=now, reason=reason)
    return customer


def _forget_files(store: Store, ids: Sequence[int]) -> None:
    """Files that wait to be brought in, or were just now, go once all else is done."""
    history = apps.get_model("customers", "CustomerChange")._default_manager.filter(store=store, pgh_obj__in=ids)
    said = list(history.values_list("name", "phone"))
    phones = {*CustomerPhone.objects.filter(store=store, customer__in=ids).values_list("phone", flat=True)}
    phones |= {phone for _, phone in said if phone}
    names = {name for name, _ in said if is_real(name)}
    transaction.on_commit(lambda: forget(store, customers=set(ids), phones=phones, names=names))


def _blank_records(store: Store, ids: Sequence[int], now: datetime) -> None:
    """The records with their phones, then the history, which got a last entry by that."""
    Customer.objects.of(store).filter(pk__in=ids).update(**BLANK, deleted_at=now, erased_at=now, updated_at=now)
    CustomerPhone.objects.filter(store=store, customer__in=ids).delete()
    history = apps.get_model("customers", "CustomerChange")
    history._default_manager.filter(store=store, pgh_obj__in=ids).update(**BLANK)


def _blank_traces(store: Store, ids: Sequence[int]) -> None:
    """The admin's log of the records, and the digests of the requests that made them."""
    kind = ContentType.objects.get_for_model(Customer)
    LogEntry.objects.filter(content_type=kind, object_id__in=[str(pk) for pk in ids]).update(
        object_repr=ERASED, change_message=""
    )
    made = RequestKey.objects.filter(store=store, path__contains="/customers", made_id__in=[str(pk) for pk in ids])
    made.update(body_digest="")
