"""Appointments, bookings and enquiries: what other systems send, and the whole of each answer."""

import pytest

from advances.models import AdvancePayment, Appointment, Booking, Enquiry
from advances.tests.factories import paid_ahead
from billing.tests.factories import stocked_product
from customers.models import Customer
from tests.api.whole import PHONE, iso, said_of, said_of_advance
from viveka.stores.models import Store
from viveka.stores.tests.callers import Caller

pytestmark = pytest.mark.django_db


def test_an_appointment_with_a_new_customer_and_an_advance(till: Caller) -> None:
    sent = {
        "phoneNumber": "+919876543210",
        "customerName": "John Doe",
        "gender": "male",
        "advanceAmount": 500.00,
        "paymentMode": "upi",
        "scheduledAt": "2026-12-24T10:30:00+05:30",
        "services": [{"name": "Haircut"}, {"name": "Shave", "quantity": 2, "price": "80"}],
    }
    answer = till.post(f"/appointments/store/{till.store.slug}", sent, key="k")
    appointment, advance = Appointment.objects.get(), AdvancePayment.objects.get()
    shown = {
        "id": str(appointment.pk),
        "customerId": appointment.customer_id,
        "status": "open",
        "notes": None,
        "createdAt": iso(appointment.created_at),
        "updatedAt": iso(appointment.updated_at),
        "scheduledAt": "2026-12-24T05:00:00Z",
        "minutes": 30,
        "servedBy": None,
        "services": [
            {"productId": None, "name": "Haircut", "quantity": "1", "price": None},
            {"productId": None, "name": "Shave", "quantity": "2", "price": "80.00"},
        ],
    }
    assert (answer.status, answer.body) == (
        201,
        {
            "success": True,
            "appointment": shown,
            "customer": said_of(appointment.customer, gender="male", advanceBalance="500.00"),
            "isNewCustomer": True,
            "advancePayment": said_of_advance(
                advance, referenceType="appointment", referenceId=str(appointment.pk), amount="500.00"
            ),
        },
    )
    assert till.post(f"/appointments/store/{till.store.slug}", sent, key="k").body == answer.body
    assert Appointment.objects.count() == 1
    assert till.get(f"/appointments/{appointment.pk}").body == {"success": True, "appointment": shown}
    listed = till.get(f"/appointments/store/{till.store.pk}", status="open").body
    assert listed == {"success": True, "appointments": [shown], "nextCursor": None}


def test_a_booking_of_a_customer_on_record(till: Caller, john: Customer) -> None:
    paid_ahead(john, 500)
    sent = {
        "country_code": "+91",
        "contact_no": "9876543210",
        "customer_name": "Jane Smith",
        "gender": "female",
        "email": "jane@example.com",
        "advance_amount": 300.00,
        "payment_mode": "cash",
        "items": [{"name": "Cake", "quantity": 1.5}],
        "notes": "Eggless",
    }
    answer = till.post(f"/bookings/store/{till.store.pk}", sent)
    booking = Booking.objects.get()
    shown = {
        "id": str(booking.pk),
        "customerId": john.pk,
        "status": "open",
        "notes": "Eggless",
        "createdAt": iso(booking.created_at),
        "updatedAt": iso(booking.updated_at),
        "wantedOn": None,
        "items": [{"productId": None, "name": "Cake", "quantity": "1.5", "price": None}],
    }
    advance = AdvancePayment.objects.get(reference_type="booking")
    assert (answer.status, answer.body) == (
        201,
        {
            "success": True,
            "booking": shown,
            "customer": said_of(
                john, gender="female", email="jane@example.com", emailId="jane@example.com", advanceBalance="800.00"
            ),
            "isNewCustomer": False,
            "advancePayment": said_of_advance(
                advance, referenceType="booking", referenceId=str(booking.pk), paymentMode="cash"
            ),
        },
    )
    assert till.get(f"/bookings/{booking.pk}").body == {"success": True, "booking": shown}
    listed = {"success": True, "bookings": [shown], "nextCursor": None}
    assert till.get(f"/bookings/store/{till.store.slug}").body == listed


@pytest.mark.parametrize("amount", [0, "0.00", None])
def test_an_advance_of_nothing_is_none(till: Caller, amount: object) -> None:
    sent = {"phoneNumber": PHONE, "customerName": "John Doe", "advanceAmount": amount}
    for kind in ("appointments", "bookings"):
        answer = till.post(f"/{kind}/store/{till.store.slug}", sent)
        assert (answer.status, answer.body["advancePayment"]) == (201, None)
        assert answer.body["customer"]["advanceBalance"] == "0.00"


def test_an_enquiry_brings_a_customer_and_no_advance(till: Caller) -> None:
    sent = {
        "country_code": "+91",
        "contact_no": "8765432109",
        "name": "Mike Wilson",
        "gender": "male",
        "enquiry_details": ["Party lights", {"name": "Speakers", "quantity": 2, "price": 900}],
        "advance_amount": 100,
    }
    answer = till.post(f"/enquiries/store/{till.store.slug}", sent)
    enquiry = Enquiry.objects.get()
    shown = {
        "id": str(enquiry.pk),
        "customerId": enquiry.customer_id,
        "status": "open",
        "notes": None,
        "createdAt": iso(enquiry.created_at),
        "updatedAt": iso(enquiry.updated_at),
        "enquiryDetails": "Party lights\n2 × Speakers at 900.00",
    }
    customer = said_of(enquiry.customer, name="Mike Wilson", phone="+918765432109", gender="male")
    assert (answer.status, answer.body) == (
        201,
        {"success": True, "enquiry": shown, "customer": customer, "isNewCustomer": True},
    )
    assert not AdvancePayment.objects.exists()
    assert till.get(f"/enquiries/{enquiry.pk}").body == {"success": True, "enquiry": shown}
    listed = {"success": True, "enquiries": [shown], "nextCursor": None}
    assert till.get(f"/enquiries/store/{till.store.slug}").body == listed
    assert till.get(f"/enquiries/store/{till.store.slug}", status="done").body == {**listed, "enquiries": []}


@pytest.mark.parametrize("kind", ["appointments", "bookings", "enquiries"])
def test_a_record_without_a_phone_is_refused(till: Caller, kind: str) -> None:
    sent = {"name": "John Doe", "advanceAmount": 5, "paymentMode": "cash", "enquiryDetails": "Lights?"}
    for phone in ({}, {"phone": "98765O3210"}, {"country_code": "+91", "contact_no": "12"}):
        answer = till.post(f"/{kind}/store/{till.store.slug}", {**sent, **phone})
        assert (answer.status, answer.body["message"]) == (422, "Phone number information is required")
    assert not Customer.objects.exists()


def test_the_lines_of_a_record_stand_for_products_of_the_store(till: Caller, other_store: Store) -> None:
    ours, theirs = stocked_product(till.store, name="Facial"), stocked_product(other_store)
    path = f"/bookings/store/{till.store.slug}"
    made = till.post(path, {"phone": PHONE, "items": [{"productId": ours.pk}]}).body["booking"]
    assert made["items"] == [{"productId": ours.pk, "name": "Facial", "quantity": "1", "price": None}]
    refused = till.post(path, {"phone": PHONE, "items": [{"productId": ours.pk}, {"productId": theirs.pk}]})
    assert (refused.status, list(refused.errors)) == (404, ["items.1.productId"])
    half = till.post(path, {"phone": PHONE, "items": [{"name": "Cake"}, {"productId": ours.pk, "quantity": 0.5}]})
    assert (half.status, list(half.errors)) == (422, ["items.1.quantity"])
    nameless = till.post(path, {"phone": PHONE, "items": [{"quantity": 2}]})
    assert (nameless.status, list(nameless.errors)) == (422, ["items.0.name"])
    assert Booking.objects.count() == 1


def test_what_is_wrong_in_a_list_is_named_by_its_place(till: Caller) -> None:
    """In camelCase, whichever way it was sent."""
    good, store = {"phone": PHONE}, till.store.slug
    asked = ["Lights?", {"name": "Speakers", "price": "x"}, {"quantity": 0, "price": 1}, 3]
    for body, path, places in (
        ({"enquiry_details": asked}, "enquiries", ["1.price", "2.quantity", "3"]),
        ({"services": [{"name": "Cut"}, {"name": "Wash", "price": -1}]}, "appointments", ["1.price"]),
        ({"items": [{"product_id": "x"}, "Cake"]}, "bookings", ["0.productId", "1"]),
        ({"items": [{"name": "Cake"}] * 51}, "bookings", []),
    ):
        answer = till.post(f"/{path}/store/{store}", {**good, **body})
        (field,) = body
        field = "enquiryDetails" if field == "enquiry_details" else field
        assert (answer.status, sorted(answer.errors)) == (422, [f"{field}.{one}" for one in places] or [field])
    assert not Customer.objects.exists()
