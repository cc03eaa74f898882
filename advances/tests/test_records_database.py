"""What the services of appointments, bookings and enquiries refuse, the database refuses too."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, InternalError, transaction
from django.utils import timezone

from advances.models import Appointment
from advances.services import Line
from advances.services.record_changes import finish_record
from advances.tests.factories import appointment_of, booking_of, enquiry_of, paid_ahead
from advances.tests.test_database import refused, run
from customers.tests.factories import CustomerFactory
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db
PHONE = "98765 43210"


@pytest.fixture
def one(store: Store) -> Appointment:
    return appointment_of(store, PHONE, lines=[Line("Cut")], enquiry_id=enquiry_of(store, PHONE).pk)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("ends_at = scheduled_at", "appointment_lasts_up_to_a_day"),
        ("ends_at = scheduled_at + interval '25 hours'", "appointment_lasts_up_to_a_day"),
        ("status = 'lost', closed_at = now(), closed_by_id = by_id", "appointment_status_known"),
        ("status = 'done'", "appointment_closed_by_somebody"),
        ("closed_at = now()", "appointment_closed_by_somebody"),
        ("closed_why = 'because'", "appointment_closed_by_somebody"),
        ("enquiry_id = gen_random_uuid()", "enquiry_store_key"),
    ],
)
def test_no_appointment_breaks_a_rule(one: Appointment, change: str, rule: str) -> None:
    with refused(IntegrityError, rule):
        run(f"UPDATE advances_appointment SET {change}")


@pytest.mark.parametrize("table", ["appointment", "booking", "enquiry"])
def test_a_record_stays_its_customers_and_is_never_deleted(store: Store, one: Appointment, table: str) -> None:
    booking_of(store, PHONE)
    other = CustomerFactory(store=store).pk
    for sql, words in (
        (f"UPDATE advances_{table} SET customer_id = {other}", "only a merge moves them"),
        (f"UPDATE advances_{table} SET created_at = now()", "Cannot update"),
        (f"DELETE FROM advances_{table}", "Cannot delete"),
    ):
        with refused(DatabaseError, words):
            run(sql)


def test_an_enquiry_asks_something_and_nobody_had_to_come_for_it(store: Store) -> None:
    enquiry_of(store, PHONE)
    with refused(IntegrityError, "enquiry_asks_something"):
        run("UPDATE advances_enquiry SET asked = ''")
    with refused(IntegrityError, "enquiry_has_no_no_show"):
        run("UPDATE advances_enquiry SET status = 'no_show', closed_at = now(), closed_by_id = by_id")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("quantity = 0", "line_has_a_quantity"),
        ("quantity = 'NaN'", "check constraint"),
        ("price = -1", "check constraint"),
        ("price = 'NaN'", "check constraint"),
        ("name = ''", "line_has_a_name"),
    ],
)
def test_no_line_breaks_a_rule(store: Store, one: Appointment, change: str, rule: str) -> None:
    booking_of(store, PHONE, lines=[Line("Cake")])
    for table in ("appointment", "booking"):
        with refused(IntegrityError, rule):
            run(f"UPDATE advances_{table}line SET {change}")


def test_lines_of_what_is_closed_stay(store: Store, one: Appointment, cashier: User) -> None:
    finish_record(store=store, kind="appointment", pk=one.pk, by=cashier, now=timezone.now())
    for sql in (
        "UPDATE advances_appointmentline SET price = 1",
        "DELETE FROM advances_appointmentline",
        "INSERT INTO advances_appointmentline (store_id, appointment_id, position, name, quantity)"
        " SELECT store_id, id, 2, 'Shave', 1 FROM advances_appointment",
    ):
        with refused(IntegrityError, "stay as they are"):
            run(sql)


def test_no_row_ties_two_stores(store: Store, other_store: Store, one: Appointment) -> None:
    theirs = appointment_of(other_store, PHONE, lines=[Line("Cut")])
    ours = f"WHERE store_id = {store.pk}"
    for sql, rule in (
        (f"UPDATE advances_appointmentline SET position = 2, appointment_id = '{theirs.pk}' {ours}", "_appointment_"),
        (f"UPDATE advances_appointment SET enquiry_id = '{one.enquiry_id}' WHERE id = '{theirs.pk}'", "_enquiry_"),
    ):
        with refused(IntegrityError, rule):
            run(sql)


@pytest.mark.parametrize("kind", ["appointment", "booking"])
def test_an_advance_is_for_a_record_of_its_own_customer(store: Store, one: Appointment, kind: str) -> None:
    asha, other = one.customer, CustomerFactory(store=store)
    theirs = booking_of(store, PHONE)
    reference = {"appointment": one.pk, "booking": theirs.pk}[kind]
    takes: list[dict[str, Any]] = [{"reference_id": uuid4()}, {"reference_id": reference, "customer": other}]
    for wrong in takes:
        told = {"customer": asha, "reference_type": kind, **wrong}
        with refused(IntegrityError, "that this customer has not"):
            paid_ahead(told.pop("customer"), 100, **told)
    with transaction.atomic():
        paid_ahead(asha, 100, reference_type=kind, reference_id=reference)
        run("SET CONSTRAINTS ALL IMMEDIATE")


def test_emptying_is_refused(one: Appointment) -> None:
    with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
        run("TRUNCATE advances_appointment CASCADE")
