"""What the database itself refuses of customers, whoever asks."""

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from customers.models import Customer
from customers.names import ONE_LETTER, WALK_IN
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(store):
    return CustomerFactory(store=store)


def refused(rule, sql, *values):
    """Run the statement, which must break the rule of this name."""
    with pytest.raises(DatabaseError) as fault, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert rule in str(fault.value)


@pytest.mark.parametrize(
    "phone",
    [
        "9876543210",
        "98765 43210",
        "+98 765",
        "",
        "+",
        "+0123456789",
        "+12345678901234a",
        "+91９８７６５４３２１０",
        "+91\n",
    ],
)
def test_a_phone_is_in_e164(customer, phone):
    refused("customer_phone_is_e164", "UPDATE customers_customer SET phone = %s", phone)


def test_a_phone_is_one_customer_of_a_store(customer, other_store):
    CustomerFactory(store=other_store, phone=customer.phone)
    with pytest.raises(IntegrityError, match="customer_phone_once"):
        CustomerFactory(store=customer.store, phone=customer.phone)


def test_a_number_is_one_customer_of_a_store(customer, other_store):
    CustomerFactory(store=other_store, number=customer.number)
    with pytest.raises(IntegrityError, match="customer_number_once"):
        CustomerFactory(store=customer.store, number=customer.number)


def test_a_customer_has_a_name(customer):
    refused("customer_has_a_name", "UPDATE customers_customer SET name = ''")


def test_two_without_a_phone_have_two_names(store, other_store):
    CustomerFactory(store=store, phone=None, name="Asha Rao")
    CustomerFactory(store=store, name="Asha Rao")
    CustomerFactory(store=other_store, phone=None, name="Asha Rao")
    with pytest.raises(IntegrityError, match="customer_name_without_phone_once"):
        CustomerFactory(store=store, phone=None, name="ASHA RAO")


@pytest.mark.parametrize("placeholder", [WALK_IN, ONE_LETTER])
def test_many_may_have_no_name(store, placeholder):
    CustomerFactory.create_batch(2, store=store, phone=None, name=placeholder)


@pytest.mark.parametrize("column", ["debt_balance", "advance_balance"])
def test_who_has_neither_phone_nor_name_owes_nothing(store, column):
    CustomerFactory(store=store, phone=None, name=WALK_IN)
    refused("placeholder_without_phone_owes_nothing", f"UPDATE customers_customer SET {column} = 1")


@pytest.mark.parametrize("column", ["advance_balance", "debt_balance", "total_purchases"])
@pytest.mark.parametrize("amount", ["-0.01", "NaN", "Infinity", "10000000000"])
def test_balances_stay_within_bounds(customer, column, amount):
    rule = f"customers_customer_{column}_check" if amount in {"-0.01", "NaN"} else ""
    refused(rule, f"UPDATE customers_customer SET {column} = %s::numeric", amount)


def test_purchases_are_counted_from_zero(customer):
    refused("customers_customer_purchase_count_check", "UPDATE customers_customer SET purchase_count = -1")


def test_a_customer_is_never_deleted(customer):
    refused("Cannot delete rows from customers_customer", "DELETE FROM customers_customer")
    with pytest.raises(DatabaseError), transaction.atomic():
        customer.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Customer.objects.all().delete()
    assert Customer.objects.filter(pk=customer.pk).exists()


class TestChangeHistory:
    def test_every_named_field_leaves_a_trace_with_what_was(self, customer):
        customer.name, customer.note = "Another", "VIP"
        customer.save()
        first, last = changes(customer)
        assert (first.pgh_label, last.pgh_label) == ("insert", "update")
        assert (first.name != "Another", last.name, last.note) == (True, "Another", "VIP")

    def test_raw_sql_leaves_a_trace_too(self, customer):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE customers_customer SET phone = '+919111111111'")
        assert [change.phone for change in changes(customer)][1:] == ["+919111111111"]

    def test_running_balances_leave_none(self, customer):
        Customer.objects.filter(pk=customer.pk).update(total_purchases=5, purchase_count=1)
        assert len(changes(customer)) == 1


def changes(customer):
    return list(apps.get_model("customers", "CustomerChange").objects.filter(pgh_obj=customer).order_by("pgh_id"))
