"""Appointments, bookings and enquiries for programs: taken down, looked at."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from advances.api.shown import advance_out
from advances.models import AdvancePayment, Appointment, Booking, Enquiry
from advances.reading import with_uses
from advances.services import Content, Slot, Taken, record_appointment, record_booking, record_enquiry
from billing.api.record_answers import (
    AppointmentFound,
    AppointmentList,
    AppointmentMade,
    BookingFound,
    BookingList,
    BookingMade,
    EnquiryFound,
    EnquiryList,
    EnquiryMade,
    Status,
    appointment_out,
    booking_out,
    enquiry_out,
)
from billing.api.record_bodies import AppointmentIn, BookingIn, EnquiryIn, PersonIn, lines_of
from customers.api.shown import client_customer
from viveka.stores.api.answers import answer, once, says, traced
from viveka.stores.api.auth import ANYONE, SELLERS
from viveka.stores.api.errors import naming
from viveka.stores.api.fields import Cursor, Key, Limit, StoreId
from viveka.stores.api.paging import A_PAGE, page_of
from viveka.stores.errors import Missing
from viveka.stores.middleware import StoreRequest

router = Router(tags=["Appointments, bookings, enquiries"])


def _appointments(request: StoreRequest) -> Any:
    return Appointment.objects.of(request.store).select_related("customer").prefetch_related("lines")


def _bookings(request: StoreRequest) -> Any:
    return Booking.objects.of(request.store).select_related("customer").prefetch_related("lines")


def _enquiries(request: StoreRequest) -> Any:
    return Enquiry.objects.of(request.store).select_related("customer")


def _made(request: StoreRequest, take: Callable[[], Taken], rows: Any, body: PersonIn, lines: str) -> dict[str, Any]:
    """The record, its customer, whether that one was new (the status kept with a key says it), and the advance."""

    def make() -> tuple[Any, int]:
        taken = take()
        return taken.record, 201 if taken.is_new else 200

    with naming({**body.names(), "lines": lines, "asked": "enquiry_details"}):
        record, status = once(request, make, rows)
    record = rows.get(pk=record.pk)
    came = {"record": record, "customer": client_customer(record.customer), "is_new_customer": status == 201}
    if getattr(body, "advance_amount", None):
        advances = with_uses(AdvancePayment.objects.of(request.store)).oldest_first()
        came["advance_payment"] = advance_out(advances.filter(reference_id=record.pk)[0])
    return came


@router.post(
    "/appointments/store/{store_id}", auth=SELLERS, summary="Note an appointment",
    **says((201, AppointmentMade), writes=True),
)  # fmt: skip
@traced
def add_appointment(request: StoreRequest, store_id: StoreId, body: AppointmentIn) -> HttpResponse:
    """The customer is found by the phone, or made; money that comes with it is an advance."""
    now = timezone.now()

    def take() -> Taken:
        content = Content(lines_of(request, body.services, "services"), body.notes)
        return record_appointment(
            store=request.store, by=request.user, now=now, who=body.who, slot=Slot(body.begins_at(now), body.minutes),
            content=content, paid=body.paid,
        )  # fmt: skip

    came = _made(request, take, _appointments(request), body, "services")
    made = AppointmentMade(
        appointment=appointment_out(came["record"]),
        customer=came["customer"],
        is_new_customer=came["is_new_customer"],
        advance_payment=came.get("advance_payment"),
    )
    return answer(made, 201)


@router.post(
    "/bookings/store/{store_id}", auth=SELLERS, summary="Note a booking", **says((201, BookingMade), writes=True)
)
@traced
def add_booking(request: StoreRequest, store_id: StoreId, body: BookingIn) -> HttpResponse:
    """The customer is found by the phone, or made; money that comes with it is an advance."""

    def take() -> Taken:
        content = Content(lines_of(request, body.items, "items"), body.notes, body.wanted_on)
        return record_booking(
            store=request.store, by=request.user, now=timezone.now(), who=body.who, content=content, paid=body.paid
        )

    came = _made(request, take, _bookings(request), body, "items")
    made = BookingMade(
        booking=booking_out(came["record"]),
        customer=came["customer"],
        is_new_customer=came["is_new_customer"],
        advance_payment=came.get("advance_payment"),
    )
    return answer(made, 201)


@router.post(
    "/enquiries/store/{store_id}", auth=SELLERS, summary="Note an enquiry", **says((201, EnquiryMade), writes=True)
)
@traced
def add_enquiry(request: StoreRequest, store_id: StoreId, body: EnquiryIn) -> HttpResponse:
    """The customer is found by the phone, or made."""

    def take() -> Taken:
        return record_enquiry(
            store=request.store, by=request.user, now=timezone.now(), who=body.who, asked=body.asked(),
            notes=body.notes,
        )  # fmt: skip

    came = _made(request, take, _enquiries(request), body, "enquiry_details")
    made = EnquiryMade(
        enquiry=enquiry_out(came["record"]), customer=came["customer"], is_new_customer=came["is_new_customer"]
    )
    return answer(made, 201)


def _page(rows: Any, status: str | None, limit: int, cursor: str) -> tuple[list[Any], str | None]:
    return page_of(rows.filter(status=status) if status else rows, cursor, limit=limit, by="created_at")


def _one(rows: Any, pk: UUID, kind: str) -> Any:
    record = rows.filter(pk=pk).first()
    if record is None:
        raise Missing(f"No such {kind}.")
    return record


OfStatus = Annotated[Status | None, Query(None, description="open, done, cancelled or no_show")]
ALimit = Annotated[Limit, Query(A_PAGE)]
ACursor = Annotated[Cursor, Query("")]


@router.get(
    "/appointments/store/{store_id}", auth=ANYONE, summary="Appointments, newest first", **says((200, AppointmentList))
)
def list_appointments(
    request: StoreRequest, store_id: StoreId, status: OfStatus, limit: ALimit, cursor: ACursor
) -> HttpResponse:
    rows, onward = _page(_appointments(request), status, limit, cursor)
    return answer(AppointmentList(appointments=[appointment_out(row) for row in rows], next_cursor=onward))


@router.get("/bookings/store/{store_id}", auth=ANYONE, summary="Bookings, newest first", **says((200, BookingList)))
def list_bookings(
    request: StoreRequest, store_id: StoreId, status: OfStatus, limit: ALimit, cursor: ACursor
) -> HttpResponse:
    rows, onward = _page(_bookings(request), status, limit, cursor)
    return answer(BookingList(bookings=[booking_out(row) for row in rows], next_cursor=onward))


@router.get("/enquiries/store/{store_id}", auth=ANYONE, summary="Enquiries, newest first", **says((200, EnquiryList)))
def list_enquiries(
    request: StoreRequest, store_id: StoreId, status: OfStatus, limit: ALimit, cursor: ACursor
) -> HttpResponse:
    rows, onward = _page(_enquiries(request), status, limit, cursor)
    return answer(EnquiryList(enquiries=[enquiry_out(row) for row in rows], next_cursor=onward))


@router.get("/appointments/{appointment_id}", auth=ANYONE, summary="One appointment", **says((200, AppointmentFound)))
def get_appointment(request: StoreRequest, appointment_id: Key) -> HttpResponse:
    one = _one(_appointments(request), appointment_id, "appointment")
    return answer(AppointmentFound(appointment=appointment_out(one)))


@router.get("/bookings/{booking_id}", auth=ANYONE, summary="One booking", **says((200, BookingFound)))
def get_booking(request: StoreRequest, booking_id: Key) -> HttpResponse:
    return answer(BookingFound(booking=booking_out(_one(_bookings(request), booking_id, "booking"))))


@router.get("/enquiries/{enquiry_id}", auth=ANYONE, summary="One enquiry", **says((200, EnquiryFound)))
def get_enquiry(request: StoreRequest, enquiry_id: Key) -> HttpResponse:
    return answer(EnquiryFound(enquiry=enquiry_out(_one(_enquiries(request), enquiry_id, "enquiry"))))
