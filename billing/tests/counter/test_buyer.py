"""The customer at the counter: looked up, made, picked, named."""

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.models import Bill
from billing.tests.counter.pressing import LIVE, complete, terms, text
from billing.tests.factories import filled_cart, stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def test_the_look_up_shows_the_customer_and_makes_none(till, store):
    CustomerFactory(store=store, phone="+919876543210", name="John Doe", number="CUST0001")
    url = reverse("billing:cart-buyer")
    response = till.post(url, {"phone": "+91-98765-43210", "name": "", "look_up": "1"}, headers=LIVE)
    assert "✓ CUST0001 - John Doe 98765 43210" in text(response)
    response = till.post(url, {"phone": "98765 43211", "name": "", "look_up": "1"}, headers=LIVE)
    assert "98765 43211 is not on record yet" in text(response)
    assert Customer.objects.count() == 1


def test_enter_in_the_phone_box_makes_the_customer_and_the_name_names_it(till, store):
    url = reverse("billing:cart-buyer")
    assert "✓ CUST0001 - Walk-in Customer new" in text(till.post(url, {"phone": "9876543210", "name": ""}))
    response = till.post(url, {"phone": "9876543210", "name": "John Doe"}, headers=LIVE)
    assert "✓ CUST0001 - John Doe" in text(response)


def test_another_stores_customer_is_not_found(till, store):
    other = CustomerFactory(phone="+919876543210", name="Stranger")
    url = reverse("billing:cart-buyer")
    assert "not on record" in text(till.post(url, {"phone": "9876543210", "look_up": "1"}, headers=LIVE))
    assert "No such customer" in text(till.post(url, {"customer": str(other.pk)}, headers=LIVE))
    assert "Stranger" not in text(till.get(reverse("billing:buyer-matches"), {"name": "Stra"}))


def test_a_bad_phone_is_said_and_the_sale_goes_on_without_a_customer(till, store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    response = till.post(reverse("billing:cart-buyer"), {"phone": "12345", "name": ""}, headers=LIVE)
    assert "not a valid phone number" in text(response)
    response = complete(till, terms(store, cart, phone="12345", name=""), headers=LIVE)
    assert "not a valid phone number" in text(response)
    assert "Sell without a customer" in text(response)
    assert 'value="12345"' in response.content.decode()
    assert not Bill.objects.exists()
    till.post(reverse("billing:buyer-clear"), headers=LIVE)
    complete(till, terms(store, cart, phone="", name=""))
    bill = Bill.objects.get()
    assert (bill.customer, bill.customer_number, bill.customer_name, bill.customer_phone) == (None, "", "", "")


@pytest.mark.parametrize("field", ["phone", "name"])
def test_text_that_is_none_is_refused_in_the_customer_boxes(till, store, cashier, field):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    sent = {"phone": "", "name": "", field: "a\x00b"}
    assert "control characters" in text(till.post(reverse("billing:cart-buyer"), sent, headers=LIVE))
    assert "control characters" in text(complete(till, terms(store, cart, **sent), headers=LIVE))
    assert not Bill.objects.exists()


def test_names_are_offered_with_the_end_of_the_phone_and_the_last_visit(till, store):
    CustomerFactory(
        store=store, phone="+919876543210", name="John Doe", number="CUST0001", last_purchase_at=timezone.now()
    )
    found = text(till.get(reverse("billing:buyer-matches"), {"name": "jo do"}))
    assert found.startswith("John Doe CUST0001 last visit")
    assert found.endswith("···· 3210")
    assert "98765" not in found


def test_a_picked_customer_is_on_the_bill(till, store, cashier):
    asha = CustomerFactory(store=store, phone=None, name="Asha")
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    assert "✓" in text(till.post(reverse("billing:cart-buyer"), {"customer": str(asha.pk)}, headers=LIVE))
    complete(till, terms(store, cart, phone="", name=""))
    assert Bill.objects.get().customer == asha


def test_a_name_alone_makes_a_customer_when_the_payment_completes(till, store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    till.post(reverse("billing:cart-buyer"), {"phone": "", "name": "Asha Rao"}, headers=LIVE)
    assert not Customer.objects.exists()
    complete(till, terms(store, cart, phone="", name="Asha Rao"))
    assert Bill.objects.get().customer_name == "Asha Rao"


def test_a_number_still_typed_when_the_payment_completes_becomes_a_customer(till, store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    complete(till, terms(store, cart, phone="98765 43210", name="John Doe"))
    bill = Bill.objects.get()
    assert (bill.customer_number, bill.customer_name, bill.customer_phone) == ("CUST0001", "John Doe", "+919876543210")
    assert bill.for_name == ""


def test_whom_a_bill_is_for_stands_on_it_and_does_not_rename_the_record(till, store, cashier):
    CustomerFactory(store=store, phone="+919876543210", name="John Doe", number="CUST0001")
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    sent = {"phone": "98765 43210", "name": "Ravi"}
    assert "Correct the name to Ravi" in text(till.post(reverse("billing:cart-buyer"), sent, headers=LIVE))
    complete(till, terms(store, cart, **sent))
    bill = Bill.objects.get()
    assert (bill.customer_name, bill.for_name) == ("John Doe", "Ravi")


def test_the_name_is_corrected_by_one_tap(till, store, cashier):
    CustomerFactory(store=store, phone="+919876543210", name="Jon Doe", number="CUST0001")
    till.post(reverse("billing:cart-buyer"), {"phone": "98765 43210", "name": "John Doe"}, headers=LIVE)
    response = till.post(reverse("billing:buyer-correct-name"), headers=LIVE)
    assert "✓ CUST0001 - John Doe" in text(response)
