"""Who buys: new, found, somebody else for them, nobody; and a record that can't be written stops no sale."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.utils import timezone

from billing.models import Bill, Product
from billing.services.buyer import NO_CUSTOMER, Buyer
from billing.services.checkout import Sale
from billing.tests.factories import sell, stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.stores.errors import Missing, Refused
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def soap(store: Store) -> Product:
    return stocked_product(store, batches=[(1000, 80, 100)])


def sold_to(store: Store, by: User, product: Product, buyer: Buyer) -> Sale:
    return sell(store, by, [(product, 1)], buyer=buyer)


def test_a_new_phone_is_a_new_customer(store: Store, cashier: User, soap: Product) -> None:
    sale = sold_to(store, cashier, soap, Buyer(phone="98765 43210", email="john@EXAMPLE.com"))
    customer = Customer.objects.get()
    assert sale.is_new_customer
    assert (customer.number, customer.name, customer.email) == ("CUST0001", "Walk-in Customer", "john@example.com")
    assert (sale.bill.customer_number, sale.bill.customer_phone) == ("CUST0001", "+919876543210")


@pytest.mark.parametrize("typed", ["9876543210", "+91-98765-43210", "098765 43210", "0091 9876543210", "९८७६५४३२१०"])
def test_the_same_phone_typed_differently_is_the_same_customer(
    store: Store, cashier: User, soap: Product, typed: str
) -> None:
    first = sold_to(store, cashier, soap, Buyer(phone="98765 43210", name="John Doe"))
    again = sold_to(store, cashier, soap, Buyer(phone=typed))
    assert (first.is_new_customer, again.is_new_customer) == (True, False)
    assert again.bill.customer == first.bill.customer
    customer = Customer.objects.get()
    assert (customer.purchase_count, customer.total_purchases) == (2, D(200))


def test_another_name_is_kept_on_the_bill_and_renames_nobody(store: Store, cashier: User, soap: Product) -> None:
    sold_to(store, cashier, soap, Buyer(phone="9876543210", name="John Doe"))
    sale = sold_to(store, cashier, soap, Buyer(phone="9876543210", name="Jane Doe"))
    assert (sale.bill.customer_name, sale.bill.for_name) == ("John Doe", "Jane Doe")
    same = sold_to(store, cashier, soap, Buyer(phone="9876543210", name=" JOHN  doe "))
    assert (same.bill.customer_name, same.bill.for_name) == ("John Doe", "")
    assert Customer.objects.get().name == "John Doe"


def test_a_real_name_takes_the_place_of_a_placeholder(store: Store, cashier: User, soap: Product) -> None:
    sold_to(store, cashier, soap, Buyer(phone="9876543210"))
    sale = sold_to(store, cashier, soap, Buyer(phone="9876543210", name="John Doe"))
    assert (sale.bill.customer_name, sale.bill.for_name) == ("John Doe", "")


@pytest.mark.parametrize("name", ["J", "walk-in customer", "CLIENTCUSTOMER", "  "])
def test_a_placeholder_alone_makes_no_customer(store: Store, cashier: User, soap: Product, name: str) -> None:
    sale = sold_to(store, cashier, soap, Buyer(name=name))
    assert (sale.bill.customer, sale.bill.customer_name, sale.bill.for_name) == (None, "", "")
    assert not Customer.objects.exists()


def test_a_name_without_a_phone_is_found_or_made(store: Store, cashier: User, soap: Product) -> None:
    first = sold_to(store, cashier, soap, Buyer(name="John Doe"))
    again = sold_to(store, cashier, soap, Buyer(name="john doe"))
    assert (first.is_new_customer, again.is_new_customer) == (True, False)
    assert first.bill.customer == again.bill.customer
    assert (again.bill.customer_name, again.bill.customer_phone) == ("John Doe", "")


def test_nobody_leaves_every_customer_field_empty(store: Store, cashier: User, soap: Product) -> None:
    bill = Bill.objects.get(pk=sold_to(store, cashier, soap, Buyer()).bill.pk)
    copied = (bill.customer_number, bill.customer_name, bill.customer_phone, bill.for_name)
    assert (bill.customer, copied) == (None, ("", "", "", ""))


def test_a_picked_customer_wins_over_the_phone(store: Store, cashier: User, soap: Product) -> None:
    asha = CustomerFactory.create(store=store, name="Asha")
    sale = sold_to(store, cashier, soap, Buyer(customer_id=asha.pk, phone="98765 43210", name="Ravi"))
    assert (sale.bill.customer, sale.bill.for_name) == (asha, "Ravi")
    assert Customer.objects.count() == 1


def test_a_customer_of_another_store_is_missing(store: Store, other_store: Store, cashier: User, soap: Product) -> None:
    theirs = CustomerFactory.create(store=other_store)
    for pk in (theirs.pk, 0, 2**63):
        with pytest.raises(Missing, match="No such customer"):
            sold_to(store, cashier, soap, Buyer(customer_id=pk))
    assert not Bill.objects.exists()


@pytest.mark.parametrize(
    ("buyer", "field"),
    [
        (Buyer(phone="98765O3210"), "phone"),
        (Buyer(phone="12345", name="John Doe"), "phone"),
        (Buyer(phone="9876543210", email="john"), "email"),
        (Buyer(phone="9876543210", name="x" * 201), "name"),
        (Buyer(name="John\0Doe"), "name"),
    ],
    ids=["letter", "short", "mail", "long", "NUL"],
)
def test_a_bad_detail_is_refused_and_named(
    store: Store, cashier: User, soap: Product, buyer: Buyer, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        sold_to(store, cashier, soap, buyer)
    assert set(refusal.value.errors) == {field}
    assert not Bill.objects.exists() and not Customer.objects.exists()


def test_who_was_inactive_is_active_again(store: Store, cashier: User, soap: Product) -> None:
    gone = CustomerFactory.create(store=store, phone="+919876543210", is_active=False)
    assert sold_to(store, cashier, soap, Buyer(phone="9876543210")).bill.customer == gone
    gone.refresh_from_db()
    assert gone.is_active


def test_the_last_purchase_is_the_latest_not_the_one_entered_last(store: Store, cashier: User, soap: Product) -> None:
    now = timezone.now()
    buyer = Buyer(phone="9876543210")
    sell(store, cashier, [(soap, 1)], buyer=buyer, now=now, at=now - timedelta(days=2))
    sell(store, cashier, [(soap, 1)], buyer=buyer, now=now, at=now - timedelta(days=9))
    assert Customer.objects.get().last_purchase_at == now - timedelta(days=2)


def test_purchases_beyond_what_can_be_counted_are_refused(store: Store, cashier: User, soap: Product) -> None:
    customer = CustomerFactory.create(store=store, total_purchases=D("9999999900.00"))
    with pytest.raises(Refused, match="would pass"):
        sold_to(store, cashier, soap, Buyer(customer_id=customer.pk))


class TestRecordThatCannotBeWritten:
    """A rule that the record breaks is not the cashier's fault: the sale goes on without a customer."""

    @pytest.fixture(autouse=True)
    def no_bobs(self, store: Store) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            cursor.execute("ALTER TABLE customers_customer ADD CONSTRAINT no_bobs CHECK (name NOT LIKE 'Bob%')")

    def test_new(self, store: Store, cashier: User, soap: Product) -> None:
        sale = sold_to(store, cashier, soap, Buyer(phone="9876543210", name="Bob"))
        assert (sale.bill.customer, sale.warnings, sale.is_new_customer) == (None, [NO_CUSTOMER], False)
        assert not Customer.objects.exists()
        assert sold_to(store, cashier, soap, Buyer(phone="9876543210", name="Rob")).bill.customer_number == "CUST0001"

    def test_found(self, store: Store, cashier: User, soap: Product) -> None:
        CustomerFactory.create(store=store, phone="+919876543210", name="Walk-in Customer")
        sale = sold_to(store, cashier, soap, Buyer(phone="9876543210", name="Bob"))
        assert (sale.bill.customer, sale.warnings) == (None, [NO_CUSTOMER])
        customer = Customer.objects.get()
        assert (customer.name, customer.purchase_count) == ("Walk-in Customer", 0)

    def test_refused_by_a_trigger(self, store: Store, cashier: User, soap: Product) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'not today'; END $$;"
                "CREATE TRIGGER refuse BEFORE INSERT ON customers_customer FOR EACH ROW EXECUTE FUNCTION refuse()"
            )
        sale = sold_to(store, cashier, soap, Buyer(name="Rob"))
        assert (sale.bill.customer, sale.warnings) == (None, [NO_CUSTOMER])


def test_bills_of_the_small_hours_belong_to_the_stores_own_day(store: Store, cashier: User, soap: Product) -> None:
    at = datetime(2026, 6, 1, 18, 40, tzinfo=UTC)  # ten past midnight in India
    bill = sell(store, cashier, [(soap, 1)], at=at).bill
    assert (bill.at, bill.day.isoformat()) == (at, "2026-06-02")
