"""The counter's payment: the advance balance, credit, any mix of them, and what the receipt says of it."""

import re
from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advances.services.record_changes import finish_record
from advances.tests.factories import appointment_of, booking_of, paid_ahead, used
from billing.models import Bill, Cart, Product
from billing.services import checkout as checkout_module
from billing.services.buyer_shown import meant_for
from billing.services.priced_cart import read_cart
from billing.tests.factories import filled_cart, sell, stocked_product
from billing.upi import upi_code, upi_link
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import Debt, DebtPayment
from debts.services import set_credit_account
from debts.tests.factories import left, owes, pays
from viveka.stores.models import Membership, Store, User

pytestmark = pytest.mark.django_db
LIVE = {"HX-Request": "true"}


@pytest.fixture
def till(cashier_client: Client) -> Client:
    return cashier_client


@pytest.fixture
def soap(store: Store) -> Product:
    return stocked_product(store, batches=[(1000, 80, 100)])


@pytest.fixture
def john(store: Store) -> Customer:
    return CustomerFactory(store=store, phone="+919876543210", name="John Doe", number="CUST0001")


def complete(till: Client, cart: Cart, **sent: Any) -> Any:
    """Press *Complete payment* on the cart as it stands."""
    priced = read_cart(cart.store, cart, cart.store.day_of(timezone.now()))
    data = {"cart": str(cart.pk), "seen": priced.quote.digest(), "method": "cash", **sent}
    return till.post(reverse("billing:cart-complete"), data, headers=LIVE)


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def paid() -> list[tuple[str, D, D | None]]:
    return list(Bill.objects.get().payments.values_list("method", "amount", "tendered"))


def receipt(till: Client) -> str:
    page = text(till.get(reverse("billing:receipt", args=[Bill.objects.latest("sequence").pk])))
    return page[page.index("Bill BILL") :]


def offered(customer: Customer, balance: str = "") -> dict[str, Any]:
    """What the form sends of the balance: as it was shown, or left out."""
    return {"advance_of": customer.pk} | ({"advance": balance} if balance else {})


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
        response = complete(till, cart, **offered(john, "120.00"), **terms)
        assert "HX-Redirect" in response
        assert paid() == [("advance", D(120), None), ("cash", D(200), D(200)), ("credit", D(180), None)]
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
        complete(till, cart, **offered(john, "500.00"))
        assert paid() == [("advance", D(300), None)]
        assert "Advance balance ₹300.00 Advance left ₹200.00" in receipt(till)

    def test_the_advance_is_left_out(self, till: Client, cashier: User, john: Customer, soap: Product) -> None:
        paid_ahead(john, 500)
        cart = filled_cart(john.store, cashier, [(soap, 3)], customer=john)
        complete(till, cart, **offered(john))
        assert paid() == [("cash", D(300), None)]
        assert "Advance left ₹500.00" in receipt(till)

    def test_a_part_of_the_advance_typed_is_all_that_is_used(
        self, till: Client, cashier: User, john: Customer, soap: Product
    ) -> None:
        paid_ahead(john, 500)
        cart = filled_cart(john.store, cashier, [(soap, 3)], customer=john)
        part = {"part_method": "advance", "part_amount": "100", "part_reference": ""}
        complete(till, cart, **offered(john, "500.00"), **part)
        assert paid() == [("advance", D(100), None), ("cash", D(200), None)]

    def test_a_part_on_credit_beside_a_card(self, till: Client, cashier: User, john: Customer, soap: Product) -> None:
        cart = filled_cart(john.store, cashier, [(soap, 3)], customer=john)
        part = {"part_method": "credit", "part_amount": "100", "part_reference": "", "due_on": "2099-01-01"}
        complete(till, cart, method="card", **part)
        assert paid() == [("credit", D(100), None), ("card", D(200), None)]
        assert str(Debt.objects.get().due_on) == "2099-01-01"

    def test_cash_that_covers_all_leaves_nothing_on_credit(
        self, till: Client, cashier: User, john: Customer, soap: Product
    ) -> None:
        cart = filled_cart(john.store, cashier, [(soap, 1)], customer=john)
        complete(till, cart, method="credit", received="500")
        assert paid() == [("cash", D(100), D(500))]
        assert not Debt.objects.exists()

    def test_a_new_customer_may_owe(self, till: Client, store: Store, cashier: User, soap: Product) -> None:
        cart = filled_cart(store, cashier, [(soap, 1)])
        complete(till, cart, method="credit", phone="98765 43210", name="John Doe")
        assert Debt.objects.get().customer.phone == "+919876543210"


class TestRefused:
    def test_over_the_limit_with_limit_owed_and_left(
        self, till: Client, cashier: User, manager: User, john: Customer, soap: Product
    ) -> None:
        set_credit_account(customer=john, by=manager, credit_limit=D(1000), terms_days=None)
        owes(john, 900)
        cart = filled_cart(john.store, cashier, [(soap, 5)], customer=john)
        response = complete(till, cart, method="credit", received="1", credit_for="his son")
        assert "The credit limit is ₹1,000.00, ₹900.00 is owed, ₹100.00 is left." in text(response)
        page = response.content.decode()
        assert 'value="his son"' in page
        assert re.search(r'id="method-credit"[^>]*checked', page)
        assert not Bill.objects.exists()

    def test_without_a_customer(self, till: Client, store: Store, cashier: User, soap: Product) -> None:
        cart = filled_cart(store, cashier, [(soap, 1)])
        assert "need a customer" in text(complete(till, cart, method="credit", phone="", name=""))

    def test_a_balance_that_shrank_meanwhile(self, till: Client, cashier: User, john: Customer, soap: Product) -> None:
        paid_ahead(john, 500)
        cart = filled_cart(john.store, cashier, [(soap, 3)], customer=john)
        used(john, 400)
        response = complete(till, cart, **offered(john, "500.00"))
        assert "Insufficient advance balance" in text(response)
        assert "Advance balance ₹100.00" in text(response)
        assert not Bill.objects.exists()

    def test_a_balance_is_offered_before_money_is_asked_for(
        self, till: Client, cashier: User, john: Customer, soap: Product
    ) -> None:
        """The phone was typed and the payment completed before the answer came."""
        paid_ahead(john, 500)
        cart = filled_cart(john.store, cashier, [(soap, 3)])
        response = complete(till, cart, phone="98765 43210", name="")
        assert "CUST0001 - John Doe has ₹500.00 paid ahead. Use it, or leave it out" in text(response)
        assert re.search(r'name="advance"\s+value="500.00"[^>]*checked', response.content.decode())
        assert not Bill.objects.exists()

    def test_nobody_elses_balance_is_used(self, till: Client, cashier: User, john: Customer, soap: Product) -> None:
        asha = CustomerFactory(store=john.store, phone="+919876500000", number="CUST0002")
        paid_ahead(john, 500)
        cart = filled_cart(john.store, cashier, [(soap, 3)], customer=john)
        response = complete(till, cart, **offered(john, "500.00"), phone="98765 00000", name="")
        assert "The customer has changed." in text(response)
        paid_ahead(asha, 100)
        assert "has ₹100.00 paid ahead" in text(
            complete(till, cart, **offered(john, "500.00"), phone="98765 00000", name="")
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
        assert sentence in text(complete(till, cart, **offered(john), **sent))
        assert not Bill.objects.exists()


class TestMoneyAbove:
    def test_goes_back_as_change(self, till: Client, cashier: User, john: Customer, soap: Product) -> None:
        owes(john, 250)
        cart = filled_cart(john.store, cashier, [(soap, 6)], customer=john)
        complete(till, cart, received="1000", above="change")
        assert paid() == [("cash", D(600), D(1000))]
        assert Bill.objects.get().change == D(400)

    def test_pays_old_debts_and_what_is_more_is_change(
        self, till: Client, cashier: User, john: Customer, soap: Product
    ) -> None:
        old = owes(john, 250)
        cart = filled_cart(john.store, cashier, [(soap, 6)], customer=john)
        complete(till, cart, received="1000", above="debts", **offered(john))
        bill = Bill.objects.get()
        assert paid() == [("cash", D(600), D(750))]
        assert (bill.change, bill.debt_payment.amount, bill.debt_payment.mode) == (D(150), D(250), "cash")
        assert left(old) == [D(0)]
        told = receipt(till)
        assert "Cash ₹600.00 Cash taken ₹1,000.00 Old debts paid ₹250.00 Change ₹150.00" in told
        assert "Previous due ₹250.00 This bill ₹600.00 Paid −₹850.00 Due now ₹0.00" in told

    def test_is_kept_as_an_advance(self, till: Client, cashier: User, john: Customer, soap: Product) -> None:
        cart = filled_cart(john.store, cashier, [(soap, 6)], customer=john)
        complete(till, cart, received="1000", above="advance", **offered(john))
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
        assert "Only cash gives change." in text(complete(till, cart, above="change", **more))
        sentence = "There is 400.00 above the bill and only 250.00 is owed. Keep it as an advance."
        assert sentence in text(complete(till, cart, above="debts", **more))
        assert not Bill.objects.exists() and left(old) == [D(250)]
        complete(till, cart, above="debts", **{**more, "received": "850"})
        bill = Bill.objects.get()
        assert paid() == [(method, D(600), None)]
        assert (bill.change, bill.debt_payment.amount, bill.debt_payment.mode) == (D(0), D(250), method)
        label = {"upi": "UPI", "card": "Card", "bank_transfer": "Bank transfer"}[method]
        assert f"{label} taken ₹850.00 Old debts paid ₹250.00" in receipt(till)

    def test_by_upi_into_advance(self, till: Client, cashier: User, john: Customer, soap: Product) -> None:
        cart = filled_cart(john.store, cashier, [(soap, 6)], customer=john)
        complete(till, cart, method="upi", received="1000", above="advance", **offered(john))
        assert (Bill.objects.get().kept_advance.amount, Bill.objects.get().kept_advance.mode) == (D(400), "upi")

    def test_of_a_new_customer_too(self, till: Client, store: Store, cashier: User, soap: Product) -> None:
        cart = filled_cart(store, cashier, [(soap, 1)])
        complete(till, cart, received="150", above="advance", phone="98765 43210", name="John Doe")
        assert Customer.objects.get().advance_balance == D(50)

    def test_never_into_a_debt_of_the_same_bill(
        self, till: Client, cashier: User, john: Customer, soap: Product
    ) -> None:
        cart = filled_cart(john.store, cashier, [(soap, 6)], customer=john)
        part = {"part_method": "credit", "part_amount": "100", "part_reference": ""}
        owes(john, 50)
        response = complete(till, cart, received="1000", above="debts", **offered(john), **part)
        assert "Nothing goes on credit while there is money above the bill." in text(response)
        assert paid_or_not() == []

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
        assert sentence in text(complete(till, cart, received="1000", **sent))
        assert paid_or_not() == []

    def test_a_refusal_leaves_nothing(
        self, till: Client, cashier: User, john: Customer, soap: Product, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        owes(john, 250)
        cart = filled_cart(john.store, cashier, [(soap, 6)], customer=john)
        monkeypatch.setattr(checkout_module, "_write_bill", lambda *rest: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            complete(till, cart, received="1000", above="debts", **offered(john))
        assert (paid_or_not(), DebtPayment.objects.count()) == ([], 0)
        john.refresh_from_db()
        assert john.debt_balance == D(250)


def paid_or_not() -> list[Bill]:
    return list(Bill.objects.all())


class TestTheReceipt:
    def test_is_the_same_when_printed_again_later(
        self, till: Client, cashier: User, john: Customer, soap: Product
    ) -> None:
        cart = filled_cart(john.store, cashier, [(soap, 2)], customer=john)
        complete(till, cart, method="credit")
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
        complete(till, cart, method="credit", received="50", advance_of=john.pk)
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
        complete(till, cart, phone="98765 43210", name="")
        assert "due" not in receipt(till).lower()
        assert "Advance" not in receipt(till)

    @pytest.mark.parametrize("debts", [1, 40])
    def test_takes_as_many_queries_for_one_debt_as_for_forty(
        self, till: Client, cashier: User, john: Customer, soap: Product, debts: int, django_assert_num_queries: Any
    ) -> None:
        for _ in range(debts):
            owes(john, 10)
        bill = sell(john.store, cashier, [(soap, 1)]).bill
        cart = filled_cart(john.store, cashier, [(soap, 1)], customer=john)
        complete(till, cart, method="credit")
        bill = Bill.objects.latest("sequence")
        with django_assert_num_queries(9):
            till.get(reverse("billing:receipt", args=[bill.pk]))


class TestAManagersPin:
    """Owes 900 of 1,000 and buys for 500: refused, and allowed by a manager at the cashier's screen."""

    @pytest.fixture
    def cart(self, cashier: User, manager: User, john: Customer, soap: Product) -> Cart:
        set_credit_account(customer=john, by=manager, credit_limit=D(1000), terms_days=None)
        owes(john, 900)
        Membership.objects.filter(user=manager).update(pin_hash=make_password("2580"))
        return filled_cart(john.store, cashier, [(soap, 5)], customer=john)

    def sent(self, cart: Cart, manager: User, **more: str) -> dict[str, Any]:
        allowed = {"pin_manager": manager.memberships.get().pk, "pin": "2580", "pin_why": "A wedding"}
        return {"method": "credit", **offered(cart.customer), **allowed, **more}

    def test_is_asked_for_and_records_both_names(self, till: Client, cart: Cart, cashier: User, manager: User) -> None:
        refused = text(complete(till, cart, method="credit"))
        assert "A manager allows it" in refused
        assert manager.username in refused
        assert "HX-Redirect" in complete(till, cart, **self.sent(cart, manager))
        debt = Bill.objects.get().payments.get().debt
        assert (debt.by, debt.allowed_by, debt.allowed_why) == (cashier, manager, "A wedding")

    def test_wrong_nothing_is_billed_and_what_was_typed_stays(self, till: Client, cart: Cart, manager: User) -> None:
        response = complete(till, cart, **self.sent(cart, manager, pin="2581"))
        assert "This PIN is not right." in text(response)
        assert 'value="A wedding"' in response.content.decode()
        assert "2581" not in response.content.decode()
        assert paid_or_not() == []

    def test_not_needed_leaves_no_name_on_the_debt(self, till: Client, cart: Cart, manager: User) -> None:
        complete(till, cart, **self.sent(cart, manager, received="400"))
        assert Bill.objects.get().payments.get(method="credit").debt.allowed_by is None

    def test_a_manager_at_her_own_counter_says_why(
        self, manager_client: Client, cart: Cart, manager: User, john: Customer
    ) -> None:
        Cart.objects.filter(pk=cart.pk).update(by=manager)
        assert "A manager allows it Why" in text(complete(manager_client, cart, method="credit"))
        complete(manager_client, cart, method="credit", pin_why="A wedding", **offered(john))
        assert Bill.objects.get().payments.get().debt.allowed_by == manager


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
