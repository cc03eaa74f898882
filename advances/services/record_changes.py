"""What becomes of an appointment, a booking or an enquiry: edited, moved to another time, done, cancelled, reopened.

Each locks the record first, then its customer.
"""

from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import transaction

from advances.models import AdvancePayment, Appointment, Booking, Enquiry, PaymentMode, RecordStatus
from advances.models.advance import AdvanceQuerySet
from advances.services.advance import add_advance
from advances.services.giving_back import refund_advance
from advances.services.process import Paid
from advances.services.record_parts import (
    Content,
    Slot,
    check_asked,
    check_lines,
    check_notes,
    check_slot,
    lines_of,
    summary_of,
    write_lines,
)
from advances.services.recording import AnyRecord, close
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.models import Store, User
from viveka.stores.text import clean_text
from viveka.stores.transactions import retry_when_entangled

KINDS: dict[str, type[AnyRecord]] = {"appointment": Appointment, "booking": Booking, "enquiry": Enquiry}
KEEP, REFUND = "keep", "refund"
CANCELLING = {"cancelled": "cancelled", "no_show": "a no-show"}


class AdvanceUndecided(Conflict):
    """The record has an advance of which something is left: what becomes of it has to be said."""


def lock_record(store: Store, kind: str, pk: UUID) -> AnyRecord:
    """The record as it is now, locked until commit. Raises Missing."""
    record = KINDS[kind].objects.of(store).filter(pk=pk).for_no_key_update().first()
    if record is None:
        raise Missing(f"No such {kind}.")
    record.store = store
    return cast(AnyRecord, record)


def advances_of(record: AnyRecord) -> AdvanceQuerySet:
    """The advances that the record brought, the oldest first."""
    rows: AdvanceQuerySet = AdvancePayment.objects.of(record.store).filter(reference_id=record.pk)
    return rows.oldest_first()


def clashes_with(appointment: Appointment) -> list[Appointment]:
    """Other open appointments of the same person at the same time, with their customers."""
    if appointment.served_by is None or not appointment.is_open:
        return []
    clashing = Appointment.objects.of(appointment.store).clashing(
        appointment.served_by, appointment.scheduled_at, appointment.ends_at
    )
    return list(clashing.exclude(pk=appointment.pk).select_related("customer")[:10])


@retry_when_entangled
@transaction.atomic
def edit_appointment(*, store: Store, pk: UUID, slot: Slot, content: Content) -> Appointment:
    """Write the time, the lines and the notes of an open appointment anew; its advance stays.

    Raises Missing, Conflict where it is closed, Refused (a field).
    """
    appointment = cast(Appointment, _lock_open(store, "appointment", pk))
    for field, value in check_slot(store, slot).items():
        setattr(appointment, field, value)
    _write_content(appointment, content)
    return appointment


@retry_when_entangled
@transaction.atomic
def edit_booking(*, store: Store, pk: UUID, content: Content) -> Booking:
    """Write the lines, the day and the notes of an open booking anew. Raises as `edit_appointment` does."""
    booking = cast(Booking, _lock_open(store, "booking", pk))
    booking.wanted_on = content.wanted_on
    _write_content(booking, content)
    return booking


@retry_when_entangled
@transaction.atomic
def edit_enquiry(*, store: Store, pk: UUID, asked: str, notes: str) -> Enquiry:
    """Write what was asked and the notes of an open enquiry anew. Raises as `edit_appointment` does."""
    enquiry = cast(Enquiry, _lock_open(store, "enquiry", pk))
    enquiry.asked, enquiry.notes = check_asked(asked), check_notes(notes)
    enquiry.save()
    return enquiry


@retry_when_entangled
@transaction.atomic
def reschedule_appointment(*, store: Store, pk: UUID, begins_at: datetime) -> Appointment:
    """Move an open appointment to another time, as long as it was, with the same person and the same advance.

    Raises Missing, Conflict where it is closed.
    """
    appointment = cast(Appointment, _lock_open(store, "appointment", pk))
    length = appointment.ends_at - appointment.scheduled_at
    appointment.scheduled_at, appointment.ends_at = begins_at, begins_at + length
    appointment.save()
    return appointment


@retry_when_entangled
@transaction.atomic
def add_advance_for(*, store: Store, kind: str, pk: UUID, paid: Paid, by: User, now: datetime) -> AdvancePayment:
    """Another advance for an open appointment or booking. Raises Missing, Conflict, Refused (a field)."""
    if kind == "enquiry":
        raise Refused("An enquiry brings no advance.")
    record = _lock_open(store, kind, pk)
    record.customer.store = store
    return add_advance(
        customer=record.customer, amount=paid.amount, mode=paid.mode, payment_reference=paid.reference,
        notes=paid.notes, reference_type=kind, reference_id=record.pk, by=by, now=now,
    )  # fmt: skip


@retry_when_entangled
@transaction.atomic
def finish_record(*, store: Store, kind: str, pk: UUID, by: User, now: datetime) -> AnyRecord:
    """Mark an open record done, as it is. Raises Missing, Conflict."""
    record = _lock_open(store, kind, pk)
    close(record, RecordStatus.DONE, by, now)
    return record


@retry_when_entangled
@transaction.atomic
def cancel_record(
    *,
    store: Store,
    kind: str,
    pk: UUID,
    by: User,
    now: datetime,
    reason: str = "",
    no_show: bool = False,
    advance: str = "",
    refund_mode: str = "",
    allowed_by: User | None = None,
    allowed_why: str = "",
) -> AnyRecord:
    """Cancel an open record, or say that nobody came. Where something is left of its advance, `advance` says what
    becomes of it: "keep" as balance, or "refund" by a mode (for managers, or by the PIN of `allowed_by`, who says why).

    Raises Missing, Conflict where it is closed, AdvanceUndecided where nothing is said of the advance, Refused.
    """
    record = _lock_open(store, kind, pk)
    reason = clean_text(reason, field="reason", most=200)
    left = list(advances_of(record).open())
    if left and advance not in (KEEP, REFUND):
        raise AdvanceUndecided("Say what becomes of the advance: refund it, or keep it as balance.", "advance")
    if no_show and kind == "enquiry":
        raise Refused("Nobody had to come for an enquiry.", "no_show")
    status = RecordStatus.NO_SHOW if no_show else RecordStatus.CANCELLED
    if left and advance == REFUND:
        if refund_mode not in PaymentMode.values:
            raise Refused("Say how it is paid back.", "refund_mode")
        why = f"The {kind} was {CANCELLING[status]}{': ' if reason else ''}{reason}"
        why = f"{why}. {allowed_why}"[:500] if allowed_why else why
        for one in left:
            refund_advance(
                store=store, advance_id=one.pk, amount=None, mode=refund_mode, reason=why, by=by, now=now,
                allowed_by=allowed_by,
            )  # fmt: skip
    close(record, status, by, now, reason)
    return record


def reopen_locked(record: AnyRecord) -> None:
    """Let a locked record be open again: it was closed by mistake, or its bill no longer stands. The caller knows
    whether a bill stands."""
    if record.is_open:
        raise Conflict("This is open already.")
    record.status, record.closed_by, record.closed_at, record.closed_why = RecordStatus.OPEN, None, None, ""
    record.save(update_fields=["status", "closed_by", "closed_at", "closed_why", "updated_at"])


def _lock_open(store: Store, kind: str, pk: UUID) -> AnyRecord:
    record = lock_record(store, kind, pk)
    if not record.is_open:
        raise Conflict(f"This {kind} is {record.get_status_display().lower()} already.")
    return record


def _write_content(record: Appointment | Booking, content: Content) -> None:
    lines = check_lines(content.lines)
    record.notes, record.summary = check_notes(content.notes), summary_of(lines)
    record.save()
    if lines != lines_of(record):
        write_lines(record, lines)
