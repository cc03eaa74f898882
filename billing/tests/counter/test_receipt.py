"""The receipt, and the code for paying by UPI."""

from decimal import Decimal as D

import pytest
from django.test import Client
from django.urls import reverse

from advances.tests.factories import paid_ahead
from billing.models import Bill, Product
from billing.tests.counter.pressing import complete, pay, receipt, terms, text
from billing.tests.factories import filled_cart, sell, stocked_product
from billing.upi import upi_code, upi_link
from customers.models import Customer
from debts.tests.factories import pays
from viveka.stores.models import Store, User
from viveka.stores.tests.factories import StoreFactory, staff

pytestmark = pytest.mark.django_db


def test_an_auditor_may_read_a_receipt_but_starts_no_sale(auditor_client, store, cashier):
    bill = sell(store, cashier, [(stocked_product(store), 1)]).bill
    assert "Next sale" not in text(auditor_client.get(reverse("billing:receipt", args=[bill.pk])))


def test_the_receipt_names_store_customer_and_time_in_the_stores_zone(till, store, cashier):
    Store.objects.filter(pk=store.pk).update(receipt_header="12 MG Road\nGSTIN 27", receipt_footer="Come again.")
    cart = filled_cart(store, cashier, [(stocked_product(store, name="Neem Soap"), 2)])
    complete(till, terms(store, cart, phone="98765 43210", name="John Doe", method="upi", reference="77"))
    bill = Bill.objects.get()
    receipt = text(till.get(reverse("billing:receipt", args=[bill.pk])))
    for part in (
        store.name,
        "12 MG Road",
        bill.number,
        "Customer: CUST0001 - John Doe",
        "Phone: 98765 43210",
        f"{bill.at.astimezone(store.zone):%H:%M}",
        "Neem Soap 2 × ₹100.00 ₹200.00",
        "Subtotal ₹200.00 Total ₹200.00",
        "UPI 77 ₹200.00",
        "Come again.",
    ):
        assert part in receipt
    assert "Discount" not in receipt


def test_a_receipt_without_a_customer_says_nothing_of_one(till, store, cashier):
    bill = sell(store, cashier, [(stocked_product(store), 1)]).bill
    assert "Customer:" not in text(till.get(reverse("billing:receipt", args=[bill.pk])))


def test_another_stores_receipt_is_not_there(till):
    other = StoreFactory()
    bill = sell(other, staff(other), [(stocked_product(other), 1)]).bill
    assert till.get(reverse("billing:receipt", args=[bill.pk])).status_code == 404


class TestTheReceipt:
    def test_is_the_same_when_printed_again_later(
        self, till: Client, cashier: User, john: Customer, soap: Product
    ) -> None:
        cart = filled_cart(john.store, cashier, [(soap, 2)], customer=john)
        pay(till, cart, method="credit")
        first = receipt(till)
        assert "Previous due ₹0.00 This bill ₹200.00 Paid −₹0.00 Due now ₹200.00" in first
        pays(john, 150)
        paid_ahead(john, 70)
        assert receipt(till) == first

    def test_shows_a_upi_code_for_what_is_still_due_and_none_when_nothing_is(
        self, till: Client, store: Store, cashier: User, john: Customer, soap: Product
    ) -> None:
        """The trap: a code on a paid bill, or for the whole amount."""
        cart = filled_cart(john.store, cashier, [(soap, 2)], customer=john)
        pay(till, cart, method="credit", received="50", advance_of=john.pk)
        assert "by UPI" not in receipt(till)  # the store takes none
        Store.objects.filter(pk=store.pk).update(upi_id="shop@okbank")
        assert "Pay ₹150.00 by UPI" in receipt(till)
        pays(john, 100)
        assert "Pay ₹50.00 by UPI" in receipt(till)
        pays(john, 50)
        assert "by UPI" not in receipt(till)

    @pytest.mark.parametrize(
        ("amount", "currency", "link"),
        [
            ("150", "INR", "upi://pay?pa=shop@okbank&pn=A%20%26%20B&am=150.00&cu=INR&tn=BILL-2627-000001"),
            ("0", "INR", ""),
            ("150", "USD", ""),
        ],
    )
    def test_what_the_upi_code_says(self, amount: str, currency: str, link: str) -> None:
        shop = Store(name="A & B", upi_id="shop@okbank", currency=currency)
        assert upi_link(shop, D(amount), "BILL-2627-000001") == link
        assert upi_code(link).startswith("data:image/svg+xml") == bool(link)

    def test_says_nothing_of_balances_where_there_are_none(
        self, till: Client, cashier: User, john: Customer, soap: Product
    ) -> None:
        cart = filled_cart(john.store, cashier, [(soap, 2)], customer=john)
        pay(till, cart, phone="98765 43210", name="")
        assert "due" not in receipt(till).lower()
        assert "Advance" not in receipt(till)


class TestUpiCode:
    """The code before the payment: for the amount, none when nothing is due or the store takes no UPI."""

    def test_is_for_the_amount(self, till: Client, store: Store) -> None:
        Store.objects.filter(pk=store.pk).update(upi_id="shop@okbank")
        page = till.get(reverse("billing:counter-upi"), {"amount": "372.50"})
        assert "data:image/svg+xml" in page.content.decode() and "Scan to pay ₹372.50" in text(page)
        assert 'id="upi-code"' in till.get(reverse("billing:counter")).content.decode()

    @pytest.mark.parametrize("amount", ["0", "", "x", "-5", "1e3", "99999999999", "1.234"])
    def test_is_none_for_nothing(self, till: Client, store: Store, amount: str) -> None:
        Store.objects.filter(pk=store.pk).update(upi_id="shop@okbank")
        assert text(till.get(reverse("billing:counter-upi"), {"amount": amount})) == ""

    def test_is_none_without_an_address(self, till: Client) -> None:
        assert text(till.get(reverse("billing:counter-upi"), {"amount": "5"})) == ""
        assert 'id="upi-code"' not in till.get(reverse("billing:counter")).content.decode()
