"""How every call shows an appointment, a booking, an enquiry, and who and what came with it."""

from typing import Any, Literal

from pydantic import Field

from advances.api.shown import AdvancePaymentOut
from advances.models import Appointment, Booking, Enquiry
from customers.api.shown import ClientCustomer
from viveka.stores.api.fields import (
    CountOut,
    DayOut,
    IdOut,
    KeyOut,
    MomentOut,
    MoneyOut,
    Outgoing,
    QuantityOut,
    TextOut200,
    TextOut1000,
    TextOut2000,
)
from viveka.stores.api.paging import NEXT

Status = Literal["open", "done", "cancelled", "no_show"]


class LineOut(Outgoing):
    """A service or an item as it was arranged."""

    product_id: IdOut | None
    name: TextOut200 = Field(examples=["Bridal makeup"])
    quantity: QuantityOut
    price: MoneyOut | None = Field(description="The price agreed; null: the shop's of the day.")


class RecordOut(Outgoing):
    id: KeyOut
    customer_id: IdOut
    status: Status
    notes: TextOut1000 | None = Field(examples=["First visit"])
    created_at: MomentOut
    updated_at: MomentOut


class AppointmentOut(RecordOut):
    """A time at which a customer comes, for services."""

    scheduled_at: MomentOut
    minutes: CountOut = Field(examples=[30])
    served_by: IdOut | None = Field(description="The id of who serves.")
    services: list[LineOut]


class BookingOut(RecordOut):
    """Items that a customer wants kept, made or ordered."""

    wanted_on: DayOut | None
    items: list[LineOut]


class EnquiryOut(RecordOut):
    """What somebody asked for."""

    enquiry_details: TextOut2000 = Field(examples=["Bridal makeup on a Sunday?"])


class _Came(Outgoing):
    success: Literal[True] = True
    customer: ClientCustomer
    is_new_customer: bool


class _CameWithAdvance(_Came):
    advance_payment: AdvancePaymentOut | None = Field(description="The advance that came with it.")


class AppointmentMade(_CameWithAdvance):
    appointment: AppointmentOut


class BookingMade(_CameWithAdvance):
    booking: BookingOut


class EnquiryMade(_Came):
    enquiry: EnquiryOut


class AppointmentFound(Outgoing):
    success: Literal[True] = True
    appointment: AppointmentOut


class BookingFound(Outgoing):
    success: Literal[True] = True
    booking: BookingOut


class EnquiryFound(Outgoing):
    success: Literal[True] = True
    enquiry: EnquiryOut


class AppointmentList(Outgoing):
    success: Literal[True] = True
    appointments: list[AppointmentOut]
    next_cursor: str | None = NEXT


class BookingList(Outgoing):
    success: Literal[True] = True
    bookings: list[BookingOut]
    next_cursor: str | None = NEXT


class EnquiryList(Outgoing):
    success: Literal[True] = True
    enquiries: list[EnquiryOut]
    next_cursor: str | None = NEXT


def _record(record: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": record.pk,
        "customer_id": record.customer_id,
        "status": record.status,
        "notes": record.notes or None,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        **more,
    }


def _lines(record: Appointment | Booking) -> list[LineOut]:
    return [
        LineOut(product_id=one.product_id, name=one.name, quantity=one.quantity, price=one.price)
        for one in record.lines.all()
    ]


def appointment_out(one: Appointment) -> AppointmentOut:
    when = {"scheduled_at": one.scheduled_at, "minutes": one.minutes, "served_by": one.served_by_id}
    return AppointmentOut.model_validate(_record(one, services=_lines(one), **when))


def booking_out(one: Booking) -> BookingOut:
    return BookingOut.model_validate(_record(one, items=_lines(one), wanted_on=one.wanted_on))


def enquiry_out(one: Enquiry) -> EnquiryOut:
    return EnquiryOut.model_validate(_record(one, enquiry_details=one.asked))
