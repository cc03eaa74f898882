"""The phones that find a customer: one customer each, the former ones too, and the database sees to it."""

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.utils import timezone

from customers.models import CUST, Customer, CustomerPhone, RecordEvent, What
from customers.records import free_former_phone
from customers.services import PhoneTaken, edit_customer, save_customer
from customers.tests.factories import CustomerFactory
from viveka.stores.errors import Missing, Refused
from viveka.stores.models import Counter

pytestmark = pytest.mark.django_db
OLD, NEW = "+919876543210", "+919876543211"


def find(store, phone, **details):
    return Customer.objects.find_or_create(store=store, phone=phone, details=details)


def phones(customer):
    return {row.phone: row.former_since is not None for row in customer.phones.all()}


@pytest.fixture
def asha(store):
    return find(store, OLD, name="Asha Rao").customer


@pytest.fixture
def moved(store, asha):
    """Asha has another phone now."""
    return edit_customer(store=store, pk=asha.pk, details={}, phone=NEW)


def refused_by_the_database(sql, **values):
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestFormerPhones:
    def test_the_old_phone_still_finds_the_record(self, store, asha, moved):
        assert phones(asha) == {OLD: True, NEW: False}
        for phone in (OLD, NEW, "98765 43210"):
            found = find(store, phone)
            assert (found.customer, found.is_new) == (asha, False)
            assert Customer.objects.with_phone(store, phone) == asha
        assert Customer.objects.count() == 1

    def test_a_look_up_through_it_only_fills(self, store, asha, moved):
        found = save_customer(store=store, phone=OLD, details={"name": "Ravi", "address": "Pune"})
        assert (found.customer.name, found.customer.address, found.customer.phone) == ("Asha Rao", "Pune", NEW)
        assert save_customer(store=store, phone=NEW, details={"name": "Ravi"}).customer.name == "Ravi"

    def test_the_record_can_take_it_back(self, store, asha, moved):
        edit_customer(store=store, pk=asha.pk, details={}, phone=OLD)
        assert phones(asha) == {OLD: False, NEW: True}

    def test_a_phone_that_is_taken_away_stays_a_former_one(self, store, asha):
        edit_customer(store=store, pk=asha.pk, details={}, phone="")
        assert phones(asha) == {OLD: True}
        assert find(store, OLD).customer == asha

    def test_a_manager_frees_it_for_a_new_person(self, store, manager, asha, moved):
        free_former_phone(store=store, pk=asha.pk, phone="98765 43210", by=manager, now=timezone.now(), reason="sold")
        found = find(store, OLD)
        assert found.is_new
        assert phones(asha) == {NEW: False}
        event = RecordEvent.objects.get()
        assert (event.what, event.phone, event.by, event.reason) == (What.PHONE_FREED, OLD, manager, "sold")

    def test_only_a_former_phone_of_the_record_is_freed(self, store, other_store, manager, asha, moved):
        other = CustomerFactory(store=store)
        for where, pk, phone in ((store, asha.pk, NEW), (store, other.pk, OLD), (other_store, asha.pk, OLD)):
            with pytest.raises(Missing):
                free_former_phone(store=where, pk=pk, phone=phone, by=manager, now=timezone.now())
        with pytest.raises(Refused):
            free_former_phone(store=store, pk=asha.pk, phone="12", by=manager, now=timezone.now())
        assert phones(asha) == {OLD: True, NEW: False}
        assert not RecordEvent.objects.exists()


class TestTaken:
    @pytest.mark.parametrize("phone", [OLD, NEW])
    def test_a_phone_of_another_record_offers_that_record(self, store, asha, moved, phone):
        ravi = CustomerFactory(store=store, name="Ravi", phone="+919876500000")
        with pytest.raises(PhoneTaken) as refusal:
            edit_customer(store=store, pk=ravi.pk, details={"name": "Ravi Rao"}, phone=phone)
        assert refusal.value.customer == asha
        assert list(refusal.value.errors) == ["phone"]
        ravi.refresh_from_db()
        assert (ravi.name, ravi.phone) == ("Ravi", "+919876500000")
        assert phones(ravi) == {"+919876500000": False}

    def test_the_same_phone_in_another_store_is_free(self, other_store, asha, moved):
        for phone in (OLD, NEW):
            assert find(other_store, phone).is_new


class TestDatabase:
    def test_a_loader_cannot_forget_the_phone(self, store, asha):
        sql = """
            INSERT INTO customers_customer (store_id, number, phone, name, email, address, gst_number, gender, note,
                is_active, created_at, updated_at, advance_balance, debt_balance, total_purchases, purchase_count)
            SELECT %(store)s, 'X' || n, '+9198765' || n, 'x', '', '', '', '', '', true, now(), now(), 0, 0, 0, 0
              FROM generate_series(10000, 10010) AS n
        """
        with connection.cursor() as cursor:
            cursor.execute(sql, {"store": store.pk})
        assert CustomerPhone.objects.count() == 12
        assert find(store, "+919876510005").customer.number == "X10005"

    @pytest.mark.parametrize("phone", [OLD, NEW])
    def test_no_way_gives_one_phone_two_customers(self, store, asha, moved, phone):
        other = CustomerFactory(store=store, phone="+919876500000")
        refused_by_the_database("UPDATE customers_customer SET phone = %(p)s WHERE id = %(id)s", p=phone, id=other.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            Customer.objects.bulk_create([Customer(store=store, number="X1", name="x", phone=phone)])
        assert phones(other) == {"+919876500000": False}

    @pytest.mark.parametrize(
        "sql",
        [
            "DELETE FROM customers_customerphone WHERE phone = %(new)s",
            "UPDATE customers_customerphone SET phone = '+919876500009' WHERE phone = %(new)s",
            "UPDATE customers_customerphone SET customer_id = %(other)s WHERE phone = %(new)s",
            "UPDATE customers_customerphone SET store_id = %(store)s WHERE phone = %(new)s",
            "INSERT INTO customers_customerphone (store_id, phone, customer_id) VALUES (%(mine)s, %(old)s, %(other)s)",
            "INSERT INTO customers_customerphone (store_id, phone, customer_id)"
            " VALUES (%(store)s, '+919876500008', %(other)s)",
        ],
    )
    def test_nobody_else_writes_there(self, store, other_store, asha, moved, sql):
        other = CustomerFactory(store=store)
        values = {"other": other.pk, "old": OLD, "new": NEW, "store": other_store.pk, "mine": store.pk}
        refused_by_the_database(sql, **values)
        assert phones(asha) == {OLD: True, NEW: False}


def test_finding_takes_one_query(store, asha, moved, django_assert_num_queries):
    for phone in (NEW, OLD):
        with django_assert_num_queries(1):
            Customer.objects.find_or_create(store=store, phone=phone)


def test_a_new_customer_takes_five(store, django_assert_num_queries):
    Counter.objects.next(store, CUST)
    with django_assert_num_queries(5):  # look, savepoint, number, insert, savepoint
        Customer.objects.find_or_create(store=store, phone=NEW)
