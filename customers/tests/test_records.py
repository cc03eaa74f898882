"""Deleting and restoring a record, coming back, required fields."""

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from customers.models import Customer, RecordEvent, What
from customers.models.finding import IsDeleted
from customers.records import (
    AlreadyDeleted,
    HasBalance,
    NotDeleted,
    delete_customer,
    restore_customer,
)
from customers.services import FieldsRequired, edit_customer, rename_customer, save_customer
from customers.tests.factories import CustomerFactory
from viveka.stores.errors import Missing, Refused, RefusedFields
from viveka.stores.models import Counter

pytestmark = pytest.mark.django_db
PHONE = "+919876543210"


@pytest.fixture
def asha(store):
    return Customer.objects.find_or_create(store=store, phone=PHONE, details={"name": "Asha"}).customer


@pytest.fixture
def gone(store, manager, asha):
    return delete_customer(store=store, pk=asha.pk, by=manager, now=timezone.now(), reason="twice on record")


def run(sql, **values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


class TestDelete:
    def test_takes_the_record_out_of_the_lists(self, store, manager, asha, gone):
        assert not Customer.objects.on_record().exists()
        assert list(Customer.objects.deleted()) == [asha]
        assert Customer.objects.with_phone(store, PHONE) is None
        event = RecordEvent.objects.get()
        assert (event.customer, event.what, event.by) == (asha, What.DELETED, manager)
        assert event.reason == "twice on record"

    @pytest.mark.parametrize(
        ("balances", "said"),
        [
            ({"debt_balance": "1234567.5"}, "owes ₹12,34,567.50."),
            ({"advance_balance": 20}, "has ₹20.00 in advance."),
            ({"debt_balance": 1, "advance_balance": 2}, "owes ₹1.00 and has ₹2.00 in advance."),
        ],
    )
    def test_is_refused_while_money_is_open_and_says_how_much(self, store, manager, balances, said):
        customer = CustomerFactory(store=store, **balances)
        with pytest.raises(HasBalance) as refusal:
            delete_customer(store=store, pk=customer.pk, by=manager, now=timezone.now())
        assert said in refusal.value.message
        customer.refresh_from_db()
        assert customer.deleted_at is None
        assert not RecordEvent.objects.exists()
        with pytest.raises(Error):
            run("UPDATE customers_customer SET deleted_at = now() WHERE id = %(id)s", id=customer.pk)

    def test_whoever_is_deleted_cannot_get_a_debt(self, gone):
        for column in ("debt_balance", "advance_balance"):
            with pytest.raises(Error):
                run(f"UPDATE customers_customer SET {column} = 1 WHERE id = %(id)s", id=gone.pk)

    def test_twice_or_elsewhere_is_refused(self, store, other_store, manager, gone):
        with pytest.raises(AlreadyDeleted):
            delete_customer(store=store, pk=gone.pk, by=manager, now=timezone.now())
        with pytest.raises(Missing):
            delete_customer(store=other_store, pk=gone.pk, by=manager, now=timezone.now())
        assert RecordEvent.objects.count() == 1

    def test_a_deleted_record_takes_no_changes_and_no_sales(self, store, gone):
        for change in (
            lambda: Customer.objects.lock(store, gone.pk),
            lambda: edit_customer(store=store, pk=gone.pk, details={"name": "Ravi"}),
            lambda: rename_customer(store=store, pk=gone.pk, name="Ravi"),
        ):
            with pytest.raises(IsDeleted) as refusal:
                change()
            assert refusal.value.customer == gone

    def test_the_row_itself_cannot_be_deleted(self, asha):
        with pytest.raises(Error):
            run("DELETE FROM customers_customer")

    def test_what_was_done_stays(self, gone):
        for sql in (
            "DELETE FROM customers_recordevent",
            "UPDATE customers_recordevent SET reason = ''",
            "UPDATE customers_recordevent SET what = 'restored'",
        ):
            with pytest.raises(Error):
                run(sql)


class TestRestore:
    def test_brings_it_back(self, store, manager, gone):
        restore_customer(store=store, pk=gone.pk, by=manager, now=timezone.now())
        assert list(Customer.objects.on_record()) == [gone]
        assert [event.what for event in RecordEvent.objects.order_by("id")] == [What.DELETED, What.RESTORED]

    def test_refuses_what_is_not_deleted(self, store, manager, asha):
        with pytest.raises(NotDeleted):
            restore_customer(store=store, pk=asha.pk, by=manager, now=timezone.now())


class TestComingBack:
    def test_by_phone_with_the_same_number(self, store, gone):
        found = Customer.objects.find_or_create(store=store, phone="98765 43210", details={"email": "a@b.example"})
        assert (found.customer, found.is_new, found.came_back) == (gone, False, True)
        assert (found.customer.number, found.customer.email) == (gone.number, "a@b.example")
        event = RecordEvent.objects.get(what=What.CAME_BACK)
        assert (event.customer, event.by) == (gone, None)
        assert not Customer.objects.find_or_create(store=store, phone=PHONE).came_back

    def test_by_a_former_phone_too(self, store, manager, asha):
        edit_customer(store=store, pk=asha.pk, details={}, phone="98765 43211")
        delete_customer(store=store, pk=asha.pk, by=manager, now=timezone.now())
        assert Customer.objects.with_phone(store, PHONE) is None
        assert Customer.objects.find_or_create(store=store, phone=PHONE).customer == asha

    def test_by_name_only_where_there_is_no_phone(self, store, manager, gone):
        assert Customer.objects.find_or_create(store=store, details={"name": "Asha"}).is_new
        ravi = Customer.objects.find_or_create(store=store, details={"name": "Ravi"}).customer
        delete_customer(store=store, pk=ravi.pk, by=manager, now=timezone.now())
        found = Customer.objects.find_or_create(store=store, details={"name": "ravi"})
        assert (found.customer, found.came_back) == (ravi, True)


class TestRequiredFields:
    @pytest.fixture(autouse=True)
    def asks(self, store):
        store.requires_address = store.requires_gst_number = True
        store.save()

    def test_a_form_without_them_is_refused_and_leaves_no_trace(self, store):
        with pytest.raises(FieldsRequired) as refusal:
            save_customer(store=store, phone=PHONE, details={"name": "Asha", "address": "Pune"})
        assert refusal.value.fields == ["gst_number"]
        assert refusal.value.errors == {"gst_number": ["This store asks every customer for a GST number."]}
        assert not Customer.objects.exists()
        assert not Counter.objects.exists()

    def test_judged_on_the_record_as_it_would_be(self, store):
        details = {"name": "Asha", "address": "Pune", "gst_number": "27AAPFU0939F1ZV"}
        customer = save_customer(store=store, phone=PHONE, details=details).customer
        assert save_customer(store=store, phone=PHONE, details={"name": "Asha R"}).customer.name == "Asha R"
        assert edit_customer(store=store, pk=customer.pk, details={"email": "a@b.example"}).email == "a@b.example"
        with pytest.raises(FieldsRequired):
            edit_customer(store=store, pk=customer.pk, details={"address": "", "name": "Ravi"})
        customer.refresh_from_db()
        assert (customer.address, customer.name) == ("Pune", "Asha R")

    def test_every_other_path_takes_what_it_has(self, store):
        customer = Customer.objects.find_or_create(store=store, phone=PHONE, details={"name": "Asha"}).customer
        assert customer.lacks(store.required_customer_fields) == ["address", "gst_number"]
        assert list(Customer.objects.incomplete(store)) == [customer]
        rename_customer(store=store, pk=customer.pk, name="Asha Rao")

    def test_a_store_that_asks_for_nothing_has_nobody_incomplete(self, store, asha):
        store.requires_address = store.requires_gst_number = False
        assert not Customer.objects.incomplete(store).exists()
        assert not asha.lacks(store.required_customer_fields)

    def test_the_setting_leaves_a_trace(self, store):
        store.requires_email = True
        store.save()
        assert list(type(store).pgh_event_models["update"].objects.values_list("requires_email", flat=True))[-1]


def test_a_form_without_a_name_is_refused(store):
    for name in ("", "  ", "\u200b"):
        with pytest.raises(RefusedFields) as refusal:
            save_customer(store=store, phone=PHONE, details={"name": name})
        assert list(refusal.value.errors) == ["name"]
    with pytest.raises(Refused):
        save_customer(store=store, phone="12", details={"name": "Asha"})
    assert not Customer.objects.exists()
