"""Customers' records and what they arranged, once or many times."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from advances.models import Appointment, Booking, Enquiry, Record
from advances.services import Line, Paid
from advances.services.record_changes import add_advance_for
from advances.tests.factories import appointment_of, booking_of
from customers.models import Customer, CustomerPhone, LikelyPair, Merge
from customers.tests.factories import CustomerFactory
from tests.growth.growing import Growing
from viveka.stores.models import User


def grow_diary(growing: Growing, clerks: Sequence[User], buyer: Customer) -> dict[str, Record]:
    """Many of each kind of record of Asha, all of one enquiry; of a buyer an appointment and a booking with many
    lines, the booking with many advances and changes."""
    store, by, at = growing.store, growing.cashier, growing.now
    enquiry = growing.shop.records["enquiry"]
    told = {"store": store, "customer": growing.asha, "by": by}
    slots = {"scheduled_at": at, "ends_at": at + timedelta(minutes=30), "enquiry": enquiry, "summary": "Tea", **told}
    served = [by] * growing.times + list(clerks)  # those of one person are all at once: they clash
    Appointment.objects.bulk_create(Appointment(served_by=one, **slots) for one in served)
    Booking.objects.bulk_create(Booking(enquiry=enquiry, summary="Tea", **told) for _ in growing.rows())
    Enquiry.objects.bulk_create(Enquiry(asked=f"Question {n}", **told) for n in growing.rows())
    lines = [Line(f"Item {n}", Decimal(n)) for n in growing.rows()]
    phone = str(buyer.phone)
    appointment = appointment_of(store, phone, at=at, served_by=by, lines=lines, by=by)
    booking = booking_of(store, phone, lines=lines, by=by)
    for number in growing.rows():
        booking.notes = f"Note {number}"
        booking.save(update_fields=["notes"])
        add_advance_for(**growing.deed(kind="booking", pk=booking.pk, paid=Paid(Decimal(number), "cash")))
    return {"appointment": appointment, "booking": booking, "enquiry": enquiry}


def grow_past(growing: Growing, buyers: Sequence[Customer]) -> None:
    """What was changed on Asha's record, whose records became part of hers, who may be she."""
    asha, store = Customer.objects.get(pk=growing.asha.pk), growing.store
    for number in growing.rows():
        asha.note = f"Remark {number}"
        asha.save(update_fields=["note"])
    gone = [CustomerFactory.build(store=store, number=f"CUST9{n:03d}", phone=None, name=f"Merged {n}", merged_into=asha)
            for n in growing.rows()]  # fmt: skip
    Customer.objects.bulk_create(gone)
    CustomerPhone.objects.bulk_create(
        CustomerPhone(store=store, customer=asha, phone=f"+9196{store.pk:05d}{n:03d}", former_since=growing.now)
        for n in growing.rows()
    )
    told = {"store": store, "survivor": asha, "by": growing.manager, "before": {}, "after": {}, "moved": {}}
    Merge.objects.bulk_create(Merge(loser=one, **told) for one in gone)
    LikelyPair.objects.bulk_create(
        LikelyPair(store=store, first=asha, second=one, bits=20, reasons="name") for one in buyers
    )
