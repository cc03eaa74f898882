"""The customer of a cart: found by a phone, made when it is confirmed, picked by name."""

import pytest
from django.utils import timezone

from billing.models import Cart
from billing.services import carts
from billing.services.buyer_shown import match_buyers, show_buyer
from billing.services.checkout import complete_cart
from billing.services.tender import Tender
from billing.tests.factories import filled_cart, stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.stores.errors import Missing, Refused
from viveka.stores.tests.factories import StoreFactory

pytestmark = pytest.mark.django_db


def test_a_known_phone_finds_its_customer_however_it_is_typed(store, cashier):
    john = CustomerFactory(store=store, phone="+919876543210", name="John Doe")
    for typed in ("98765 43210", "+91-98765-43210", "098765 43210", "९८७६५४३२१०"):
        noted = carts.set_buyer(store=store, by=cashier, phone=typed, name="", commit=False)
        assert noted.cart.customer == john


def test_a_new_phone_becomes_a_customer_only_when_it_is_confirmed(store, cashier):
    who = {"store": store, "by": cashier, "name": ""}
    assert carts.set_buyer(**who, phone="98765 43211", commit=False).cart.customer is None
    assert not Customer.objects.exists()
    noted = carts.set_buyer(**who, phone="98765 43210", commit=True)
    assert noted.is_new
    assert (noted.cart.customer.number, noted.cart.customer.name) == ("CUST0001", "Walk-in Customer")
    assert Customer.objects.get().phone == "+919876543210"


def test_the_name_beside_a_new_number_is_the_records_name(store, cashier):
    who = {"store": store, "by": cashier, "phone": "98765 43210", "commit": True}
    carts.set_buyer(**who, name="")
    noted = carts.set_buyer(**who, name=" John   Doe ")
    assert (str(noted.cart.customer), noted.cart.customer_name) == ("CUST0001 - John Doe", "")


def test_another_name_never_renames_the_record_but_correcting_it_does(store, cashier):
    john = CustomerFactory(store=store, phone="+919876543210", name="John Doe")
    noted = carts.set_buyer(store=store, by=cashier, phone="98765 43210", name="Ravi", commit=True)
    john.refresh_from_db()
    assert (john.name, show_buyer(store, noted.cart).for_name) == ("John Doe", "Ravi")
    carts.correct_buyer_name(store=store, by=cashier)
    john.refresh_from_db()
    assert john.name == "Ravi"
    assert show_buyer(store, Cart.objects.current(store, cashier)).for_name == ""


def test_correcting_without_a_customer_is_refused(store, cashier):
    with pytest.raises(Refused, match="Find the customer first"):
        carts.correct_buyer_name(store=store, by=cashier)


def test_a_bad_phone_is_kept_as_typed_and_finds_nobody(store, cashier):
    noted = carts.set_buyer(store=store, by=cashier, phone="98765", name="", commit=True)
    shown = show_buyer(store, noted.cart)
    assert (shown.phone, shown.customer) == ("98765", None)
    assert "not a valid phone number" in shown.bad_phone
    assert not Customer.objects.exists()
    assert show_buyer(store, carts.clear_buyer(store=store, by=cashier).cart).bad_phone == ""


def test_an_inactive_customer_comes_back_and_it_is_said(store, cashier):
    CustomerFactory(store=store, phone="+919876543210", name="John Doe", is_active=False)
    who = {"store": store, "by": cashier, "phone": "98765 43210", "name": ""}
    assert not carts.set_buyer(**who, commit=False).cart.customer.is_active
    noted = carts.set_buyer(**who, commit=True)
    assert noted.came_back
    assert noted.cart.customer.is_active


def test_an_inactive_customer_comes_back_with_the_sale(store, cashier):
    john = CustomerFactory(store=store, phone="+919876543210", name="John Doe", is_active=False)
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    carts.set_buyer(store=store, by=cashier, phone="98765 43210", name="", commit=False)
    complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=[Tender("cash")], now=timezone.now())
    john.refresh_from_db()
    assert (john.is_active, john.purchase_count) == (True, 1)


def test_a_name_offers_active_customers_seen_last_first(store, cashier):
    never = CustomerFactory(store=store, name="Asha Jones")
    seen = CustomerFactory(store=store, name="Jonas Rao", last_purchase_at=timezone.now())
    CustomerFactory(store=store, name="Jonathan", is_active=False)
    CustomerFactory(store=StoreFactory(), name="Jonas of elsewhere")
    CustomerFactory(store=store, name="Walk-in Customer")
    assert match_buyers(store, "jon") == [seen, never]
    assert match_buyers(store, "j") == []
    assert match_buyers(store, "walk") == []


def test_a_picked_customer_without_a_phone_stays_until_a_phone_is_typed(store, cashier):
    asha = CustomerFactory(store=store, phone=None, name="Asha")
    carts.pick_buyer(store=store, by=cashier, customer_id=asha.pk)
    noted = carts.set_buyer(store=store, by=cashier, phone="", name="Ravi", commit=True)
    assert noted.cart.customer == asha
    noted = carts.set_buyer(store=store, by=cashier, phone="98765 43210", name="", commit=False)
    assert noted.cart.customer is None


def test_taking_the_phone_away_takes_the_customer_away(store, cashier):
    CustomerFactory(store=store, phone="+919876543210")
    carts.set_buyer(store=store, by=cashier, phone="98765 43210", name="", commit=True)
    noted = carts.set_buyer(store=store, by=cashier, phone="", name="", commit=False)
    assert noted.cart.customer is None


def test_another_stores_customer_cannot_be_picked(store, cashier):
    other = CustomerFactory()
    with pytest.raises(Missing):
        carts.pick_buyer(store=store, by=cashier, customer_id=other.pk)


def test_a_name_alone_says_whom_it_stands_for(store, cashier):
    john = CustomerFactory(store=store, name="John Doe")
    noted = carts.set_buyer(store=store, by=cashier, phone="", name="john doe", commit=True)
    assert show_buyer(store, noted.cart).named == john
    noted = carts.set_buyer(store=store, by=cashier, phone="", name="Somebody Else", commit=True)
    assert show_buyer(store, noted.cart).named is None


def test_nothing_typed_makes_no_cart(store, cashier):
    assert carts.set_buyer(store=store, by=cashier, phone=" ", name="", commit=True).cart is None
    assert carts.clear_buyer(store=store, by=cashier).cart is None
    assert not Cart.objects.exists()


def test_a_finished_cart_keeps_its_buyer_when_the_payment_is_sent_again(store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=[Tender("cash")], now=timezone.now())
    carts.note_typed_buyer(store=store, cart_id=cart.pk, phone="98765 43210", name="")
    cart.refresh_from_db()
    assert cart.phone == ""
