"""Appointments, bookings and enquiries: taken down with customer and advance, moved, done, cancelled."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone

from advances.models import AdvancePayment, Appointment, Booking, Enquiry, RecordStatus
from advances.services import (
    Content,
    Line,
    Paid,
    Slot,
    Who,
    deduct_advance,
    earmarked,
    record_appointment,
    record_booking,
    record_enquiry,
)
from advances.services import record_changes as changes
from advances.services.record_changes import AdvanceUndecided
from advances.tests.factories import appointment_of, booking_of, enquiry_of, paid_ahead
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.ids import new_id
from viveka.stores.models import Store, User
from viveka.stores.tests.factories import staff

pytestmark = pytest.mark.django_db
MAY = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
PHONE = "98765 43210"


@pytest.fixture
def told(store: Store, cashier: User) -> dict[str, Any]:
    return {"store": store, "by": cashier, "now": timezone.now()}


def nothing_written() -> bool:
    models = (Appointment, Booking, Enquiry, Customer, AdvancePayment)
    return not any(model._default_manager.exists() for model in models)


class TestTakingDown:
    def test_with_lines_details_and_money(self, store: Store, cashier: User, told: dict[str, Any]) -> None:
        first = record_appointment(
            **told, who=Who(PHONE, details={"name": "Asha", "gender": "female"}), slot=Slot(MAY, 60, cashier),
            content=Content([Line("Bridal makeup", price=D(2500)), Line("Manicure", D(2))], "likes jasmine"),
            paid=Paid(D(500), "upi", "UTR 1"),
        )  # fmt: skip
        second = record_booking(**told, who=Who("9876543210", "+91"), paid=Paid(D(300), "cash"))
        assert (first.is_new, second.is_new, first.customer) == (True, False, second.customer)
        assert first.record.summary == "Bridal makeup at 2500.00, 2 × Manicure"
        kept = AdvancePayment.objects.get(reference_id=first.record.pk)
        assert (kept.reference_type, kept.amount, kept.mode, kept.payment_reference) == (
            "appointment", 500, "upi", "UTR 1",
        )  # fmt: skip
        assert second.advance is not None and second.advance.reference_id == second.record.pk
        customer = Customer.objects.get()
        assert (customer.name, customer.gender, customer.advance_balance) == ("Asha", "female", 800)

    @pytest.mark.parametrize("phone", ["", "   ", "12345", "98765O3210", "abc", "9" * 60])
    def test_without_a_phone_nothing_is_written(self, told: dict[str, Any], phone: str) -> None:
        paid, who = Paid(D(500), "cash"), Who(phone, details={"name": "Asha"})
        for take in (
            lambda: record_appointment(**told, who=who, slot=Slot(MAY), paid=paid),
            lambda: record_booking(**told, who=who, paid=paid),
            lambda: record_enquiry(**told, who=who, asked="Wedding rates?"),
        ):
            with pytest.raises(Refused, match="^Phone number information is required$"):
                take()
        assert nothing_written()

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"slot": Slot(MAY, 0)}, "minutes"),
            ({"slot": Slot(MAY, 1441)}, "minutes"),
            ({"content": Content([Line(" ")])}, "lines"),
            ({"content": Content([Line("Cut", D("0"))])}, "lines"),
            ({"content": Content([Line("Cut", D(1), D("1e11"))])}, "lines"),
            ({"content": Content([Line("Cut")] * 51)}, "lines"),
            ({"content": Content(notes="x" * 1001)}, "notes"),
            ({"who": Who(PHONE, details={"email": "no address"})}, "email"),
            ({"who": Who("9876543210", "+999")}, "phone"),
            ({"paid": Paid(D(500), "cheque")}, "paymentMode"),
            ({"paid": Paid(D(500), "")}, "paymentMode"),
        ],
        ids=str,
    )
    def test_what_is_wrong_names_its_field_and_leaves_nothing(
        self, told: dict[str, Any], wrong: dict[str, Any], field: str
    ) -> None:
        good: dict[str, Any] = {"who": Who(PHONE), "slot": Slot(MAY)}
        with pytest.raises(Refused) as refused:
            record_appointment(**{**told, **good, **wrong})
        assert list(refused.value.errors) == [field]
        assert nothing_written()

    def test_who_serves_works_in_the_store(self, told: dict[str, Any], other_store: Store) -> None:
        with pytest.raises(Refused, match="works in this store"):
            record_appointment(**told, who=Who(PHONE), slot=Slot(MAY, 30, staff(other_store)))
        assert nothing_written()

    def test_an_enquiry_never_brings_an_advance_and_details_fill_what_is_empty(self, told: dict[str, Any]) -> None:
        record_booking(**told, who=Who(PHONE, details={"name": "Asha"}))
        taken = record_enquiry(
            **told, who=Who(PHONE, details={"name": "Another", "email": "a@b.in", "address": "Pune"}), asked="Rates?"
        )
        assert (taken.advance, taken.is_new, taken.record.asked) == (None, False, "Rates?")
        customer = Customer.objects.get()
        assert (customer.name, customer.email, customer.address) == ("Asha", "a@b.in", "Pune")
        with pytest.raises(Refused, match="Write down what was asked"):
            record_enquiry(**told, who=Who(PHONE), asked="\u200b ")

    def test_a_form_sent_twice_takes_one_advance(self, told: dict[str, Any], other_store: Store) -> None:
        once = {"who": Who(PHONE), "paid": Paid(D(500), "cash"), "record_id": new_id()}
        first, again = record_booking(**told, **once), record_booking(**told, **once)
        assert (again.record, again.is_replay, first.is_replay) == (first.record, True, False)
        assert Customer.objects.get().advance_balance == 500
        with pytest.raises(Refused, match="too old"):  # the same id in another store tells nothing
            record_booking(**{**told, "store": other_store}, **once)
        assert Customer.objects.count() == 1


class TestTurningAnEnquiry:
    def test_into_a_booking_closes_it_and_stays_known(self, told: dict[str, Any]) -> None:
        enquiry = enquiry_of(told["store"], PHONE)
        taken = record_booking(**told, who=Who(PHONE), enquiry_id=enquiry.pk)
        enquiry.refresh_from_db()
        assert (enquiry.status, enquiry.closed_by, list(enquiry.bookings.all())) == ("done", told["by"], [taken.record])
        with pytest.raises(Conflict, match="done already"):
            record_appointment(**told, who=Who(PHONE), slot=Slot(MAY), enquiry_id=enquiry.pk)
        assert not Appointment.objects.exists()

    def test_another_stores_enquiry_is_not_there(self, told: dict[str, Any], other_store: Store) -> None:
        theirs = enquiry_of(other_store, PHONE)
        with pytest.raises(Missing, match="^No such enquiry.$"):
            record_booking(**told, who=Who(PHONE), enquiry_id=theirs.pk)
        theirs.refresh_from_db()
        assert theirs.is_open and not Customer.objects.filter(store=told["store"]).exists()


class TestChanging:
    def test_rescheduling_keeps_the_advance(self, store: Store) -> None:
        one = appointment_of(store, PHONE, at=MAY, minutes=45, advance=500)
        moved = changes.reschedule_appointment(store=store, pk=one.pk, begins_at=MAY + timedelta(days=2))
        assert (moved.scheduled_at, moved.minutes) == (MAY + timedelta(days=2), 45)
        assert changes.advances_of(moved).get().remaining_amount == 500

    def test_editing_writes_time_lines_and_notes_and_leaves_a_trace(self, store: Store, cashier: User) -> None:
        one = appointment_of(store, PHONE, lines=[Line("Cut")])
        content = Content([Line("Cut", price=D(250)), Line("Shave")], "window seat")
        changes.edit_appointment(store=store, pk=one.pk, slot=Slot(MAY, 90, cashier), content=content)
        one.refresh_from_db()
        assert (one.minutes, one.served_by, one.notes) == (90, cashier, "window seat")
        assert [line.name for line in one.lines.all()] == ["Cut", "Shave"]
        history = Appointment.pgh_event_model.objects.order_by("pgh_id")
        assert [event.summary for event in history] == ["Cut", "Cut at 250.00, Shave"]

    def test_a_clash_is_told_and_not_refused(self, store: Store, cashier: User, manager: User) -> None:
        ten = appointment_of(store, PHONE, at=MAY, minutes=60, served_by=cashier)
        half_past = appointment_of(store, PHONE, at=MAY + timedelta(minutes=30), served_by=cashier)
        appointment_of(store, PHONE, at=MAY + timedelta(minutes=60), served_by=cashier)  # begins when the first ends
        appointment_of(store, PHONE, at=MAY, served_by=manager)
        gone = appointment_of(store, PHONE, at=MAY, served_by=cashier)
        changes.cancel_record(store=store, kind="appointment", pk=gone.pk, by=cashier, now=timezone.now())
        assert changes.clashes_with(ten) == [half_past]
        assert changes.clashes_with(half_past) == [ten]

    def test_a_closed_one_is_not_edited(self, store: Store, cashier: User) -> None:
        now = timezone.now()
        for kind, one in (
            ("appointment", appointment_of(store, PHONE)),
            ("booking", booking_of(store, PHONE)),
            ("enquiry", enquiry_of(store, PHONE)),
        ):
            done = changes.finish_record(store=store, kind=kind, pk=one.pk, by=cashier, now=now)
            assert (done.status, done.closed_by, done.closed_at) == ("done", cashier, now)
            with pytest.raises(Conflict, match=f"This {kind} is done already"):
                changes.cancel_record(store=store, kind=kind, pk=one.pk, by=cashier, now=now)
        edits: list[Any] = [
            lambda: changes.edit_booking(store=store, pk=Booking.objects.get().pk, content=Content()),
            lambda: changes.edit_enquiry(store=store, pk=Enquiry.objects.get().pk, asked="x", notes=""),
            lambda: changes.reschedule_appointment(store=store, pk=Appointment.objects.get().pk, begins_at=MAY),
        ]
        for edit in edits:
            with pytest.raises(Conflict, match="done already"):
                edit()

    def test_another_stores_record_is_answered_as_one_that_is_not_there(self, store: Store, other_store: Store) -> None:
        theirs = booking_of(other_store, PHONE)
        for pk in (theirs.pk, new_id()):
            with pytest.raises(Missing, match="^No such booking.$"):
                changes.finish_record(store=store, kind="booking", pk=pk, by=staff(store), now=timezone.now())


class TestCancelling:
    def test_asks_what_becomes_of_the_advance(self, store: Store, manager: User) -> None:
        told = {"store": store, "by": manager, "now": timezone.now()}
        one = appointment_of(store, PHONE, advance=500)
        with pytest.raises(AdvanceUndecided, match="Say what becomes of the advance"):
            changes.cancel_record(**told, kind="appointment", pk=one.pk)
        one.refresh_from_db()
        assert one.is_open
        changes.cancel_record(**told, kind="appointment", pk=one.pk, advance="keep", no_show=True)
        one.refresh_from_db()
        assert (one.status, one.customer.advance_balance) == (RecordStatus.NO_SHOW, 500)

    def test_refunds_what_is_left_by_a_mode(self, store: Store, manager: User) -> None:
        told = {"store": store, "by": manager, "now": timezone.now(), "kind": "booking"}
        one = booking_of(store, PHONE, advance=500)
        deduct_advance(customer=one.customer, amount=D(100), by=manager, now=timezone.now())
        with pytest.raises(Refused, match="Say how it is paid back"):
            changes.cancel_record(**told, pk=one.pk, advance="refund")
        changes.cancel_record(**told, pk=one.pk, advance="refund", refund_mode="cash", reason="moved away")
        assert changes.advances_of(one).get().refunded_amount == 400
        entry = one.customer.wallet.last()
        assert (entry.mode, entry.reason) == ("cash", "The booking was cancelled: moved away")

    def test_nothing_is_asked_where_nothing_is_left(self, store: Store, cashier: User) -> None:
        told = {"store": store, "by": cashier, "now": timezone.now(), "kind": "booking"}
        one = booking_of(store, PHONE, advance=500)
        deduct_advance(customer=one.customer, amount=D(500), by=cashier, now=timezone.now())
        assert changes.cancel_record(**told, pk=one.pk).status == "cancelled"
        with pytest.raises(Refused, match="Nobody had to come"):
            changes.cancel_record(**{**told, "kind": "enquiry"}, pk=enquiry_of(store, PHONE).pk, no_show=True)


class TestEarmarks:
    def test_say_which_open_records_paid_for_what_would_be_used(self, store: Store, cashier: User) -> None:
        makeup = appointment_of(store, PHONE, advance=500)
        cake = booking_of(store, PHONE, advance=300)
        paid_ahead(makeup.customer, 1000)
        told = [(one.amount, one.record) for one in earmarked(makeup.customer, D(1000))]
        assert told == [(500, makeup), (300, cake)]
        assert [one.record for one in earmarked(makeup.customer, D(600), but=makeup.pk)] == [cake]
        assert earmarked(makeup.customer, D(400), but=makeup.pk) == []
        changes.finish_record(store=store, kind="booking", pk=cake.pk, by=cashier, now=timezone.now())
        assert [one.record for one in earmarked(makeup.customer, D(1000))] == [makeup]

    def test_take_three_queries_for_many(self, store: Store, django_assert_num_queries: Any) -> None:
        customer = CustomerFactory(store=store, phone="+919876543210")
        for _ in range(5):
            appointment_of(store, PHONE, advance=10)
            booking_of(store, PHONE, advance=10)
        with django_assert_num_queries(3):
            assert len(earmarked(customer, D(100))) == 10
