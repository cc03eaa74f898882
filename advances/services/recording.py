"""Taking down an appointment, a booking or an enquiry: record, customer and advance in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db import IntegrityError, transaction

from advances.models import AdvancePayment, Appointment, Booking, Enquiry, RecordStatus
from advances.services.process import Brought, Paid, process_customer_and_advance
from advances.services.record_parts import (
    Content,
    Slot,
    Who,
    check_asked,
    check_lines,
    check_notes,
    check_slot,
    summary_of,
    write_lines,
)
from customers.models import Customer
from viveka.stores.errors import Conflict, Missing, Refused, broken_rule
from viveka.stores.ids import new_id
from viveka.stores.models import Store, User
from viveka.stores.transactions import retry_when_entangled

AnyRecord = Appointment | Booking | Enquiry
Operation = TypeVar("Operation", bound=Callable[..., "Taken"])


@dataclass(frozen=True, slots=True)
class Taken:
    """The record, and who and what came with it. `is_replay`: it was there already, nothing was written."""

    record: AnyRecord
    customer: Customer
    is_new: bool = False
    advance: AdvancePayment | None = None
    is_replay: bool = False


def _once(model: type[Any]) -> Callable[[Operation], Operation]:
    """With a `record_id` that is there already nothing is done: a form sent twice takes one record and one advance."""

    def earlier(store: Store, record_id: UUID | None) -> Taken | None:
        rows = model.objects.of(store).select_related("customer").filter(pk=record_id)
        record = rows.first() if record_id else None
        return Taken(record, record.customer, is_replay=True) if record else None

    def decorate(operation: Operation) -> Operation:
        @wraps(operation)
        def run(*, store: Store, record_id: UUID | None = None, **rest: Any) -> Taken:
            if found := earlier(store, record_id):
                return found
            try:
                return operation(store=store, record_id=record_id or new_id(), **rest)
            except IntegrityError as error:
                if broken_rule(error) != f"{model._meta.db_table}_pkey":
                    raise
                if found := earlier(store, record_id):
                    return found
                raise Refused("This form is too old. Load the page again.") from None

        return cast(Operation, run)

    return decorate


@_once(Appointment)
@retry_when_entangled
@transaction.atomic
def record_appointment(
    *,
    store: Store,
    by: User,
    now: datetime,
    who: Who,
    slot: Slot,
    content: Content = Content(),  # noqa: B008  (frozen)
    paid: Paid = Paid(),  # noqa: B008  (frozen)
    enquiry_id: UUID | None = None,
    record_id: UUID | None = None,
) -> Taken:
    """Note an appointment with its customer and, where money came, the advance. It turns an open enquiry into it.

    Raises Refused (a field; `Phone number information is required`), Missing or Conflict about the enquiry; nothing is
    written then. With a `record_id` known already, that record is the answer.
    """
    when, lines, notes = check_slot(store, slot), check_lines(content.lines), check_notes(content.notes)
    enquiry = _take_up(store, enquiry_id, by, now)
    brought = _bring(store, "appointment", record_id, who, paid, by, now)
    appointment = Appointment(
        id=record_id, store=store, customer=brought.customer, notes=notes, summary=summary_of(lines), by=by,
        created_at=now, enquiry=enquiry, **when,
    )  # fmt: skip
    appointment.save(force_insert=True)
    write_lines(appointment, lines)
    return Taken(appointment, brought.customer, brought.is_new, brought.advance)


@_once(Booking)
@retry_when_entangled
@transaction.atomic
def record_booking(
    *,
    store: Store,
    by: User,
    now: datetime,
    who: Who,
    content: Content = Content(),  # noqa: B008  (frozen)
    paid: Paid = Paid(),  # noqa: B008  (frozen)
    enquiry_id: UUID | None = None,
    record_id: UUID | None = None,
) -> Taken:
    """Note a booking, as `record_appointment` does."""
    lines, notes = check_lines(content.lines), check_notes(content.notes)
    enquiry = _take_up(store, enquiry_id, by, now)
    brought = _bring(store, "booking", record_id, who, paid, by, now)
    booking = Booking(
        id=record_id, store=store, customer=brought.customer, wanted_on=content.wanted_on, notes=notes,
        summary=summary_of(lines), by=by, created_at=now, enquiry=enquiry,
    )  # fmt: skip
    booking.save(force_insert=True)
    write_lines(booking, lines)
    return Taken(booking, brought.customer, brought.is_new, brought.advance)


@_once(Enquiry)
@retry_when_entangled
@transaction.atomic
def record_enquiry(
    *,
    store: Store,
    by: User,
    now: datetime,
    who: Who,
    asked: str,
    notes: str = "",
    record_id: UUID | None = None,
) -> Taken:
    """Note what somebody asked for. It brings no advance. Raises as `record_appointment` does."""
    asked, notes = check_asked(asked), check_notes(notes)
    brought = _bring(store, "enquiry", record_id, who, Paid(), by, now)
    enquiry = Enquiry(
        id=record_id, store=store, customer=brought.customer, asked=asked, notes=notes, by=by, created_at=now
    )
    enquiry.save(force_insert=True)
    return Taken(enquiry, brought.customer, brought.is_new)


def _bring(store: Store, kind: str, record_id: Any, who: Who, paid: Paid, by: User, now: datetime) -> Brought:
    return process_customer_and_advance(
        store=store, reference_type=kind, reference_id=record_id, phone=who.phone, country_code=who.country_code,
        details=who.details, paid=paid, by=by, now=now,
    )  # fmt: skip


def _take_up(store: Store, enquiry_id: UUID | None, by: User, now: datetime) -> Enquiry | None:
    """The open enquiry that the new record answers, done by it. Raises Missing, Conflict."""
    if enquiry_id is None:
        return None
    enquiry = Enquiry.objects.of(store).filter(pk=enquiry_id).for_no_key_update().first()
    if enquiry is None:
        raise Missing("No such enquiry.", "enquiry")
    if not enquiry.is_open:
        raise Conflict(f"This enquiry is {enquiry.get_status_display().lower()} already.", "enquiry")
    close(enquiry, RecordStatus.DONE, by, now)
    return cast(Enquiry, enquiry)


def close(record: AnyRecord, status: str, by: User, now: datetime, why: str = "") -> None:
    """Write how a locked record ended."""
    record.status, record.closed_by, record.closed_at, record.closed_why = status, by, now, why
    record.save(update_fields=["status", "closed_by", "closed_at", "closed_why", "updated_at"])
