"""The bill of an appointment or a booking: at most one that stands."""

from datetime import datetime
from uuid import UUID

from advances.models import Enquiry, RecordStatus
from advances.services.record_changes import lock_record, reopen_locked
from advances.services.recording import AnyRecord, close
from billing.models import Bill, RecordBill
from viveka.stores.errors import Conflict
from viveka.stores.models import Store, User


class AlreadyBilled(Conflict):
    """The record has a bill that stands."""


def standing_bill(record: AnyRecord) -> Bill | None:
    """The bill that the record made, unless it was voided. An enquiry makes none."""
    if isinstance(record, Enquiry):
        return None
    tie = RecordBill.objects.standing().of_record(record).select_related("bill").first()
    return tie.bill if tie else None


def refuse_billed(record: AnyRecord) -> None:
    """Raises AlreadyBilled where a bill of the record stands."""
    if bill := standing_bill(record):
        raise AlreadyBilled(f"This {record.kind} has a bill already: {bill.number}.")


def bill_record(store: Store, key: tuple[str, UUID], bill_id: UUID, *, by: User, now: datetime) -> None:
    """Tie the bill that is about to be made to its record, which is done by it. The cart is locked.

    Raises AlreadyBilled, Conflict where the record was cancelled meanwhile.
    """
    record = lock_record(store, *key)
    refuse_billed(record)
    if record.status not in (RecordStatus.OPEN, RecordStatus.DONE):
        raise Conflict(f"This {record.kind} was cancelled. Open it again, or clear the cart.")
    if record.is_open:
        close(record, RecordStatus.DONE, by, now)
    tie(record, bill_id, now)


def tie(record: AnyRecord, bill_id: UUID, now: datetime) -> None:
    """Note whose bill it is; the record is locked. The bill may be written afterwards."""
    RecordBill.objects.create(store_id=record.store_id, bill_id=bill_id, made_at=now, **{record.kind: record})


def release_record(bill: Bill, now: datetime) -> None:
    """A voided bill lets go of its record, which is open again; for the transaction that voids it."""
    made = RecordBill.objects.standing().filter(bill=bill).first()
    if made is None:
        return
    kind, pk = ("appointment", made.appointment_id) if made.appointment_id else ("booking", made.booking_id)
    assert pk is not None, "record_bill_is_of_one_record"
    record = lock_record(bill.store, kind, pk)
    made.released_at = now
    made.save(update_fields=["released_at"])
    if record.status == RecordStatus.DONE:  # one that was cancelled for a fee stays cancelled
        reopen_locked(record)
