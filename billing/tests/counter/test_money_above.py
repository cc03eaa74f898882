"""Money above the bill: change, old debts paid, or kept as an advance."""

from decimal import Decimal as D

import pytest
from django.test import Client

from billing.models import Bill, Product
from billing.services import checkout as checkout_module
from billing.tests.counter.pressing import offered, pay, payments, receipt, text
from billing.tests.factories import filled_cart
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import DebtPayment
from debts.tests.factories import left, owes
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db


class TestMoneyAbove:
    def test_goes_back_as_change(self, till: Client, cashier: User, john: Customer, soap: Product) -> None:
        owes(john, 250)
        cart = filled_cart(john.store, cashier, [(soap, 6)], customer=john)
        pay(till, cart, received="1000", above="change")
        assert payments() == [("cash", D(600), D(1000))]
        assert Bill.objects.get().change == D(400)

    def test_pays_old_debts_and_what_is_more_is_change(
        self, till: Client, cashier: User, john: Customer, soap: Product
    ) -> None:
        old = owes(john, 250)
        cart = filled_cart(john.store, cashier, [(soap, 6)], customer=john)
        pay(till, cart, received="1000", above="debts", **offered(john))
        bill = Bill.objects.get()
        assert payments() == [("cash", D(600), D(750))]
        assert (bill.change, bill.debt_payment.amount, bill.debt_payment.mode) == (D(150), D(250), "cash")
        assert left(old) == [D(0)]
        told = receipt(till)
        assert "Cash ₹600.00 Cash taken ₹1,000.00 Old debts paid ₹250.00 Change ₹150.00" in told
        assert "Previous due ₹250.00 This bill ₹600.00 Paid −₹850.00 Due now ₹0.00" in told

    def test_is_kept_as_an_advance(self, till: Client, cashier: User, john: Customer, soap: Product) -> None:
        cart = filled_cart(john.store, cashier, [(soap, 6)], customer=john)
        pay(till, cart, received="1000", above="advance", **offered(john))
        bill = Bill.objects.get()
        john.refresh_from_db()
        assert (bill.change, bill.kept_advance.amount, john.advance_balance) == (D(0), D(400), D(400))
        assert (john.total_purchases, john.purchase_count) == (D(600), 1)
        assert "Cash taken ₹1,000.00 Kept as advance ₹400.00 Advance left ₹400.00" in receipt(till)

    @pytest.mark.parametrize("method", ["upi", "card", "bank_transfer"])
    def test_of_a_card_and_upi_too_but_never_as_change(
        self, till: Client, cashier: User, john: Customer, soap: Product, method: str
    ) -> None:
        old = owes(john, 250)
        cart = filled_cart(john.store, cashier, [(soap, 6)], customer=john)
        more = {"method": method, "received": "1000", **offered(john)}
        assert "Only cash gives change." in text(pay(till, cart, above="change", **more))
        sentence = "There is 400.00 above the bill and only 250.00 is owed. Keep it as an advance."
        assert sentence in text(pay(till, cart, above="debts", **more))
        assert not Bill.objects.exists() and left(old) == [D(250)]
        pay(till, cart, above="debts", **{**more, "received": "850"})
        bill = Bill.objects.get()
        assert payments() == [(method, D(600), None)]
        assert (bill.change, bill.debt_payment.amount, bill.debt_payment.mode) == (D(0), D(250), method)
        label = {"upi": "UPI", "card": "Card", "bank_transfer": "Bank transfer"}[method]
        assert f"{label} taken ₹850.00 Old debts paid ₹250.00" in receipt(till)

    def test_by_upi_into_advance(self, till: Client, cashier: User, john: Customer, soap: Product) -> None:
        cart = filled_cart(john.store, cashier, [(soap, 6)], customer=john)
        pay(till, cart, method="upi", received="1000", above="advance", **offered(john))
        assert (Bill.objects.get().kept_advance.amount, Bill.objects.get().kept_advance.mode) == (D(400), "upi")

    def test_of_a_new_customer_too(self, till: Client, store: Store, cashier: User, soap: Product) -> None:
        cart = filled_cart(store, cashier, [(soap, 1)])
        pay(till, cart, received="150", above="advance", phone="98765 43210", name="John Doe")
        assert Customer.objects.get().advance_balance == D(50)

    def test_never_into_a_debt_of_the_same_bill(
        self, till: Client, cashier: User, john: Customer, soap: Product
    ) -> None:
        cart = filled_cart(john.store, cashier, [(soap, 6)], customer=john)
        part = {"part_method": "credit", "part_amount": "100", "part_reference": ""}
        owes(john, 50)
        response = pay(till, cart, received="1000", above="debts", **offered(john), **part)
        assert "Nothing goes on credit while there is money above the bill." in text(response)
        assert not Bill.objects.exists()

    @pytest.mark.parametrize(
        ("sent", "sentence"),
        [
            ({"above": "charity"}, "goes to one of change, debts, advance"),
            ({"above": "advance", "phone": "", "name": ""}, "is kept for a customer"),
            ({"above": "advance", "phone": "98765 00000", "name": ""}, "The customer has changed"),
        ],
    )
    def test_refused(
        self, till: Client, cashier: User, john: Customer, soap: Product, sent: dict, sentence: str
    ) -> None:
        CustomerFactory(store=john.store, phone="+919876500000", number="CUST0002")
        cart = filled_cart(john.store, cashier, [(soap, 6)])
        assert sentence in text(pay(till, cart, received="1000", **sent))
        assert not Bill.objects.exists()

    def test_a_refusal_leaves_nothing(
        self, till: Client, cashier: User, john: Customer, soap: Product, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        owes(john, 250)
        cart = filled_cart(john.store, cashier, [(soap, 6)], customer=john)
        monkeypatch.setattr(checkout_module, "_write_bill", lambda *rest: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            pay(till, cart, received="1000", above="debts", **offered(john))
        assert (Bill.objects.count(), DebtPayment.objects.count()) == (0, 0)
        john.refresh_from_db()
        assert john.debt_balance == D(250)
