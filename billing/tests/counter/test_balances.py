"""The counter's payment by the advance balance, on credit, and by any mix of them."""

import re
from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advances.services.record_changes import finish_record
from advances.tests.factories import appointment_of, booking_of, paid_ahead, used
from billing.models import Bill, Product
from billing.services.buyer_shown import meant_for
from billing.tests.counter.pressing import LIVE, offered, pay, payments, receipt, text
from billing.tests.factories import filled_cart
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import Debt
from debts.services import set_credit_account
from debts.tests.factories import owes
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db


class TestTheCustomersAnswer:
    def test_shows_both_balances_and_offers_the_advance(self, till: Client, john: Customer) -> None:
        paid_ahead(john, 500)
        owes(john, 900)
        response = till.post(reverse("billing:cart-buyer"), {"phone": "98765 43210", "look_up": "1"}, headers=LIVE)
        answer = text(response)
        assert "✓ CUST0001 - John Doe 98765 43210 Debt ₹900.00 Advance ₹500.00" in answer
        assert "Advance balance ₹500.00" in answer
        assert re.search(r'name="advance"\s+value="500.00"[^>]*checked', response.content.decode())

    def test_says_what_may_still_go_on_credit_and_until_when(self, till: Client, john: Customer, manager: User) -> None:
        set_credit_account(customer=john, by=manager, credit_limit=D(1000), terms_days=15)
        owes(john, 900)
        look_up = {"phone": "98765 43210", "look_up": "1"}
        response = till.post(reverse("billing:cart-buyer"), look_up, headers=LIVE)
        assert "₹100.00 may still go on credit." in text(response)
        due_on = john.store.day_of(timezone.now()) + timedelta(days=15)
        assert f'value="{due_on}"' in response.content.decode()
        set_credit_account(customer=john, by=manager, credit_limit=D(1000), terms_days=15, is_active=False)
        assert "is stopped" in text(till.post(reverse("billing:cart-buyer"), look_up, headers=LIVE))

    def test_says_what_of_the_advance_was_paid_for_something_still_open(
        self, till: Client, store: Store, cashier: User, django_assert_num_queries: Any
    ) -> None:
        appointment_of(store, "98765 43210", advance=300)
        booking_of(store, "98765 43210", advance=200)
        done = booking_of(store, "98765 43210", advance=100)
        finish_record(store=store, kind="booking", pk=done.pk, by=cashier, now=timezone.now())
        look_up = {"phone": "98765 43210", "look_up": "1"}
        answer = text(till.post(reverse("billing:cart-buyer"), look_up, headers=LIVE))
        assert "₹300.00 of it was paid for an appointment on" in answer
        assert "₹200.00 of it was paid for a booking" in answer
        assert "₹100.00 of it" not in answer
        customer = Customer.objects.get()
        with django_assert_num_queries(1):
            meant_for(store, customer, None)

    def test_of_a_name_alone_too(self, till: Client, john: Customer) -> None:
        paid_ahead(john, 500)
        answer = text(till.post(reverse("billing:cart-buyer"), {"phone": "", "name": "John Doe"}, headers=LIVE))
        assert "who is on record by this name" in answer
        assert "Advance balance ₹500.00" in answer

    def test_the_page_takes_three_queries_more_with_a_customer(
        self, till: Client, cashier: User, john: Customer, soap: Product, django_assert_max_num_queries: Any
    ) -> None:
        paid_ahead(john, 500)
        filled_cart(john.store, cashier, [(soap, 1)], customer=john)
        with django_assert_max_num_queries(13):
            till.get(reverse("billing:counter"))


class TestPayment:
    def test_part_advance_part_cash_part_credit(
        self, till: Client, cashier: User, john: Customer, soap: Product
    ) -> None:
        paid_ahead(john, 120)
        owes(john, 50)
        cart = filled_cart(john.store, cashier, [(soap, 5)], customer=john)
        due_on = john.store.day_of(timezone.now()) + timedelta(days=10)
        terms = {"method": "credit", "received": "200", "due_on": str(due_on), "credit_for": "his son"}
        response = pay(till, cart, **offered(john, "120.00"), **terms)
        assert "HX-Redirect" in response
        assert payments() == [("advance", D(120), None), ("cash", D(200), D(200)), ("credit", D(180), None)]
        debt = Bill.objects.get().payments.get(method="credit").debt
        assert (debt.amount, debt.due_on, debt.for_name) == (D(180), due_on, "his son")
        page = till.get(reverse("billing:receipt", args=[Bill.objects.get().pk])).content.decode()
        assert "₹180.00 was put on your account" in unquote(page) and "You owe ₹230.00 now." in unquote(page)
        told = receipt(till)
        assert f"On credit due on {due_on:%-d %b %Y} for his son ₹180.00" in told
        assert "Previous due ₹50.00 This bill ₹500.00 Paid −₹320.00 Due now ₹230.00 Advance left ₹0.00" in told

    def test_the_advance_goes_as_far_as_it_goes_and_the_rest_stays(
        self, till: Client, cashier: User, john: Customer, soap: Product
    ) -> None:
        paid_ahead(john, 500)
        cart = filled_cart(john.store, cashier, [(soap, 3)], customer=john)
        pay(till, cart, **offered(john, "500.00"))
        assert payments() == [("advance", D(300), None)]
        assert "Advance balance ₹300.00 Advance left ₹200.00" in receipt(till)

    def test_the_advance_is_left_out(self, till: Client, cashier: User, john: Customer, soap: Product) -> None:
        paid_ahead(john, 500)
        cart = filled_cart(john.store, cashier, [(soap, 3)], customer=john)
        pay(till, cart, **offered(john))
        assert payments() == [("cash", D(300), None)]
        assert "Advance left ₹500.00" in receipt(till)

    def test_a_part_of_the_advance_typed_is_all_that_is_used(
        self, till: Client, cashier: User, john: Customer, soap: Product
    ) -> None:
        paid_ahead(john, 500)
        cart = filled_cart(john.store, cashier, [(soap, 3)], customer=john)
        part = {"part_method": "advance", "part_amount": "100", "part_reference": ""}
        pay(till, cart, **offered(john, "500.00"), **part)
        assert payments() == [("advance", D(100), None), ("cash", D(200), None)]

    def test_a_part_on_credit_beside_a_card(self, till: Client, cashier: User, john: Customer, soap: Product) -> None:
        cart = filled_cart(john.store, cashier, [(soap, 3)], customer=john)
        part = {"part_method": "credit", "part_amount": "100", "part_reference": "", "due_on": "2099-01-01"}
        pay(till, cart, method="card", **part)
        assert payments() == [("credit", D(100), None), ("card", D(200), None)]
        assert str(Debt.objects.get().due_on) == "2099-01-01"

    def test_cash_that_covers_all_leaves_nothing_on_credit(
        self, till: Client, cashier: User, john: Customer, soap: Product
    ) -> None:
        cart = filled_cart(john.store, cashier, [(soap, 1)], customer=john)
        pay(till, cart, method="credit", received="500")
        assert payments() == [("cash", D(100), D(500))]
        assert not Debt.objects.exists()

    def test_a_new_customer_may_owe(self, till: Client, store: Store, cashier: User, soap: Product) -> None:
        cart = filled_cart(store, cashier, [(soap, 1)])
        pay(till, cart, method="credit", phone="98765 43210", name="John Doe")
        assert Debt.objects.get().customer.phone == "+919876543210"


class TestRefused:
    def test_over_the_limit_with_limit_owed_and_left(
        self, till: Client, cashier: User, manager: User, john: Customer, soap: Product
    ) -> None:
        set_credit_account(customer=john, by=manager, credit_limit=D(1000), terms_days=None)
        owes(john, 900)
        cart = filled_cart(john.store, cashier, [(soap, 5)], customer=john)
        response = pay(till, cart, method="credit", received="1", credit_for="his son")
        assert "The credit limit is ₹1,000.00, ₹900.00 is owed, ₹100.00 is left." in text(response)
        page = response.content.decode()
        assert 'value="his son"' in page
        assert re.search(r'id="method-credit"[^>]*checked', page)
        assert not Bill.objects.exists()

    def test_without_a_customer(self, till: Client, store: Store, cashier: User, soap: Product) -> None:
        cart = filled_cart(store, cashier, [(soap, 1)])
        assert "need a customer" in text(pay(till, cart, method="credit", phone="", name=""))

    def test_a_balance_that_shrank_meanwhile(self, till: Client, cashier: User, john: Customer, soap: Product) -> None:
        paid_ahead(john, 500)
        cart = filled_cart(john.store, cashier, [(soap, 3)], customer=john)
        used(john, 400)
        response = pay(till, cart, **offered(john, "500.00"))
        assert "Insufficient advance balance" in text(response)
        assert "Advance balance ₹100.00" in text(response)
        assert not Bill.objects.exists()

    def test_a_balance_is_offered_before_money_is_asked_for(
        self, till: Client, cashier: User, john: Customer, soap: Product
    ) -> None:
        """The phone was typed and the payment completed before the answer came."""
        paid_ahead(john, 500)
        cart = filled_cart(john.store, cashier, [(soap, 3)])
        response = pay(till, cart, phone="98765 43210", name="")
        assert "CUST0001 - John Doe has ₹500.00 paid ahead. Use it, or leave it out" in text(response)
        assert re.search(r'name="advance"\s+value="500.00"[^>]*checked', response.content.decode())
        assert not Bill.objects.exists()

    def test_nobody_elses_balance_is_used(self, till: Client, cashier: User, john: Customer, soap: Product) -> None:
        asha = CustomerFactory(store=john.store, phone="+919876500000", number="CUST0002")
        paid_ahead(john, 500)
        cart = filled_cart(john.store, cashier, [(soap, 3)], customer=john)
        response = pay(till, cart, **offered(john, "500.00"), phone="98765 00000", name="")
        assert "The customer has changed." in text(response)
        paid_ahead(asha, 100)
        assert "has ₹100.00 paid ahead" in text(
            pay(till, cart, **offered(john, "500.00"), phone="98765 00000", name="")
        )
        assert not Bill.objects.exists()

    @pytest.mark.parametrize(
        ("sent", "sentence"),
        [
            ({"method": "credit", "due_on": "soon"}, "Enter a valid date."),
            ({"method": "credit", "due_on": "1066-10-14"}, "A day between 1950"),
            ({"method": "credit", "due_on": "2020-01-01"}, "before the debt"),
            ({"method": "credit", "credit_for": "a\x00"}, "control characters"),
            ({"method": "credit", "received": "1e3"}, "Cash received takes digits"),
            ({"advance": "all"}, "Advance balance takes digits"),
            ({"advance": "9e9"}, "Advance balance takes digits"),
        ],
    )
    def test_what_makes_no_sense(
        self, till: Client, cashier: User, john: Customer, soap: Product, sent: dict, sentence: str
    ) -> None:
        cart = filled_cart(john.store, cashier, [(soap, 1)], customer=john)
        assert sentence in text(pay(till, cart, **offered(john), **sent))
        assert not Bill.objects.exists()
