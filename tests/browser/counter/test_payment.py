"""The counter's payment in a real browser: by the keyboard alone, on a phone, and without JavaScript."""

from decimal import Decimal as D

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import Page, expect

from advances.tests.factories import paid_ahead
from billing.models import Bill
from billing.tests.factories import stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.services import set_credit_account
from debts.tests.factories import owes
from tests.browser.counter.hands import COUNTER, lines, quantity, scan
from tests.browser.faults import faults
from viveka.stores.models import Membership, Store

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def john(store: Store) -> Customer:
    customer = CustomerFactory(store=store, phone="+919876543210", name="John Doe", number="CUST0001")
    paid_ahead(customer, 120)
    owes(customer, 50)
    return customer


@pytest.fixture
def goods(store: Store) -> None:
    stocked_product(store, name="Sugar 1 kg pack", barcode="8901030865278", batches=[(40, 80, 100)])
    stocked_product(store, name="Basmati Rice", unit="kg", sku="RICE", batches=[(50, 90, 120)])
    stocked_product(store, name="Neem Soap 75 g", barcode="8901030865285", batches=[(40, 25, 32)])


class Hands:
    """Types, and counts the keys that are no data."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.keys += len(keys)

    def type(self, text: str) -> None:
        """The data itself."""
        self.page.keyboard.type(text)


def test_a_sale_by_the_keyboard_part_advance_part_cash_part_credit(window, cashier, john, goods):
    till = window(cashier)
    page = till.open(COUNTER)
    hands = Hands(page)
    hands.press("F4")
    hands.type("9876543210")
    hands.press("Enter")
    expect(page.locator("#buyer")).to_contain_text("✓ CUST0001 - John Doe")
    expect(page.locator("#buyer")).to_contain_text("Debt ₹50.00")
    expect(page.locator("#buyer")).to_contain_text("Advance ₹120.00")
    expect(page.locator("#code")).to_be_focused()
    hands.type("8901030865278")
    hands.press("Enter")
    hands.type("basm")
    expect(page.get_by_role("option", name="Basmati Rice")).to_be_visible()
    hands.press("Enter")
    expect(lines(page)).to_have_count(2)
    hands.type("8901030865285")
    hands.press("Enter")
    expect(lines(page)).to_have_count(3)
    hands.press("Tab", "Tab")
    expect(quantity(page)).to_be_focused()
    hands.type("2")
    hands.press("Enter")
    expect(page.locator("#due-amount")).to_have_text("₹352.00")
    hands.press("F8")
    hands.type("200")
    expect(page.locator(".offer-amount")).to_have_text("− ₹120.00")
    expect(page.locator("#rest")).to_contain_text("Left for Cash")
    expect(page.locator("#change")).to_contain_text("Short by")
    expect(page.locator("#change")).to_contain_text("₹32.00")
    hands.press("F7")
    expect(page.locator("#rest")).to_contain_text("On credit")
    expect(page.locator("#rest")).to_contain_text("₹32.00")
    till.shoot("counter part advance part cash part credit")
    assert faults(page) == []
    hands.press("F9")
    receipt = page.locator(".receipt")
    expect(receipt).to_contain_text("Due now")
    expect(receipt.locator(".receipt-due")).to_contain_text("₹82.00")
    expect(receipt).to_contain_text("Advance left")
    till.shoot("receipt with advance and credit")
    payments = Bill.objects.get().payments.values_list("method", "amount")
    assert list(payments) == [("advance", D(120)), ("cash", D(200)), ("credit", D(32))]
    assert hands.keys <= 25
    hands.press("Enter")
    expect(page.locator(".cart-empty")).to_be_visible()


def test_the_advance_is_left_out_by_one_key_and_stays_so_while_the_name_is_looked_up(window, cashier, john, goods):
    page = window(cashier).open(COUNTER)
    scan(page, "8901030865278")
    page.locator("#phone").press_sequentially("9876543210")
    expect(page.locator("#use-advance")).to_be_checked()
    expect(page.locator(".offer-amount")).to_have_text("− ₹100.00")
    page.keyboard.press("F6")
    expect(page.locator("#use-advance")).not_to_be_checked()
    page.locator("#name").fill("Ravi")
    page.keyboard.press("Enter")
    expect(page.locator("#buyer")).to_contain_text("This bill is for Ravi")
    expect(page.locator("#use-advance")).not_to_be_checked()
    expect(page.locator(".offer-amount")).to_have_text("not used")
    page.keyboard.press("F9")
    expect(page.locator(".receipt")).to_be_visible()
    assert [payment.method for payment in Bill.objects.get().payments.all()] == ["cash"]


def test_money_above_the_bill_goes_where_one_key_sends_it(window, cashier, john, goods):
    till = window(cashier)
    page = till.open(COUNTER)
    scan(page, "8901030865278")
    page.locator("#phone").press_sequentially("9876543210")
    expect(page.locator("#use-advance")).to_be_checked()
    page.keyboard.press("F6")
    page.keyboard.press("F8")
    page.keyboard.press("e")
    expect(page.locator("#received")).to_have_value("100")
    page.get_by_role("button", name="A note of 50 more").click()
    page.get_by_role("button", name="A note of 50 more").click()
    expect(page.locator("#received")).to_have_value("200")
    expect(page.locator("#change")).to_contain_text("₹100.00")
    page.keyboard.press("F8")
    page.keyboard.press("d")
    expect(page.locator("#above-debts")).to_be_checked()
    expect(page.locator("#change")).to_contain_text("₹50.00")
    till.shoot("counter money above the bill")
    page.keyboard.press("a")
    expect(page.locator("#change")).to_be_hidden()
    page.keyboard.press("d")
    expect(page.locator("#received")).to_have_value("200")
    page.keyboard.press("F9")
    expect(page.locator(".receipt")).to_contain_text("Old debts paid")
    till.shoot("receipt with old debts paid")
    john.refresh_from_db()
    assert (john.debt_balance, john.advance_balance) == (D(0), D(120))


@pytest.mark.parametrize("width", [1280, 390])
def test_upi_shows_a_code_before_and_takes_more_than_the_bill(window, cashier, john, goods, width):
    Store.objects.filter(pk=john.store_id).update(upi_id="shop@okbank")
    till = window(cashier, width=width, height=844)
    page = till.open(COUNTER)
    page.locator("#code").fill("8901030865278")
    page.keyboard.press("Enter")
    expect(page.locator("#round-notes button")).to_have_text(["₹500", "₹2,000"])
    page.locator("#phone").press_sequentially("9876543210")
    expect(page.locator("#use-advance")).to_be_checked()
    page.get_by_text("UPI", exact=True).click()
    expect(page.locator("#upi-code")).to_be_hidden()  # the balance pays for all of it
    page.locator("#use-advance").uncheck()
    expect(page.locator("#upi-code")).to_contain_text("Scan to pay ₹100.00")
    page.locator("#received").fill("150")
    expect(page.locator("#upi-code")).to_contain_text("Scan to pay ₹150.00")
    expect(page.locator("#change")).to_contain_text("Above the bill")
    till.shoot(f"counter upi code {width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 1280:
        assert faults(page) == []
    page.locator("#received").press("d")
    expect(page.locator("#above-debts")).to_be_checked()
    page.locator("#complete").click()
    expect(page.locator(".receipt")).to_contain_text("UPI taken")
    john.refresh_from_db()
    assert (john.debt_balance, john.advance_balance) == (D(0), D(120))


@pytest.mark.parametrize("width", [390])
def test_discounts_on_a_line_and_on_the_whole(window, cashier, goods, width):
    till = window(cashier, width=width, height=844)
    page = till.open(COUNTER)
    for code in ("8901030865278", "RICE"):
        page.locator("#code").fill(code)
        page.keyboard.press("Enter")
    expect(lines(page)).to_have_count(2)
    lines(page).first.locator("[name=discount]").fill("10%")
    page.keyboard.press("Enter")
    expect(lines(page).first.locator(".cart-total")).to_have_text("₹90.00")
    page.locator("#discount").fill("5")
    page.keyboard.press("Enter")
    expect(page.locator("#due-amount")).to_have_text("₹205.00")
    expect(page.locator("#due")).to_contain_text("Discount −₹15.00")
    till.shoot(f"counter discounts {width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 1280:
        assert faults(page) == []
    page.locator("#discount").fill("150")
    page.keyboard.press("Enter")
    expect(page.locator("#discount-error")).to_contain_text("below the lowest price allowed")
    expect(page.locator("#discount")).to_be_focused()


def test_put_aside_served_the_next_one_and_taken_up_again(window, cashier, john, goods):
    till = window(cashier)
    page = till.open(COUNTER)
    scan(page, "8901030865278")
    page.keyboard.press("F4")
    page.keyboard.type("9876543210")
    page.keyboard.press("F10")
    expect(page.locator(".waiting-sale")).to_contain_text("CUST0001 - John Doe")
    expect(page.locator(".cart-empty")).to_be_visible()
    expect(page.locator("#phone")).to_have_value("")
    scan(page, "8901030865285")
    expect(lines(page)).to_have_count(1)
    till.shoot("counter with a waiting sale")
    assert faults(page) == []
    page.keyboard.press("F9")
    expect(page.get_by_role("link", name="Next sale")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".cart-empty")).to_be_visible()
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.press("F3")
    page.keyboard.press("Enter")
    expect(page.locator("#buyer")).to_contain_text("✓ CUST0001 - John Doe")
    expect(lines(page)).to_contain_text(["Sugar 1 kg pack"])
    expect(page.locator(".waiting")).to_have_count(0)


def test_over_the_limit_on_a_phone_a_manager_allows_it(window, cashier, manager, john, goods):
    set_credit_account(customer=john, by=manager, credit_limit=D(100), terms_days=7)
    Store.objects.filter(pk=john.store_id).update(upi_id="shop@okbank")
    Membership.objects.filter(user=manager).update(pin_hash=make_password("2580"))
    till = window(cashier, width=390, height=844)
    page = till.open(COUNTER)
    page.locator("#code").fill("8901030865278")
    page.keyboard.press("Enter")
    quantity(page).fill("5")
    page.keyboard.press("Enter")
    expect(page.locator("#due-amount")).to_have_text("₹500.00")
    page.locator("#phone").press_sequentially("9876543210")
    expect(page.locator("#buyer")).to_contain_text("John Doe")
    page.get_by_text("What is missing on credit").click()
    expect(page.locator("#credit")).to_contain_text("₹50.00 may still go on credit.")
    page.locator("#credit-for").fill("his son")
    till.shoot("counter 390 on credit")
    page.locator("#complete").click()
    expect(page.locator("#credit-error")).to_contain_text("limit is ₹100.00, ₹50.00 is owed, ₹50.00 is left.")
    expect(page.locator("#credit-for")).to_have_value("his son")
    till.shoot("counter 390 over the limit")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#pin").fill("2580")
    page.locator("#pin-why").fill("A wedding")
    page.locator("#complete").click()
    expect(page.locator(".receipt-due")).to_contain_text("₹430.00")
    expect(page.locator(".receipt-upi")).to_contain_text("Pay ₹380.00 by UPI")
    page.locator(".receipt-upi").scroll_into_view_if_needed()
    till.shoot("receipt 390 with credit")
    debt = Bill.objects.get().payments.get(method="credit").debt
    assert (debt.by, debt.allowed_by, debt.for_name) == (cashier, manager, "his son")


def test_advance_and_credit_without_javascript(window, cashier, john, goods):
    page = window(cashier, javascript=False).open(COUNTER)
    page.locator("#code").fill("8901030865278")
    page.keyboard.press("Enter")
    page.locator("[name=quantity]").fill("3")
    page.keyboard.press("Enter")
    page.locator("#phone").fill("98765 43210")
    page.keyboard.press("Enter")
    expect(page.locator("#buyer")).to_contain_text("Advance ₹120.00")
    expect(page.locator("#use-advance")).to_be_checked()
    page.locator("label[for=method-credit]").click()
    page.locator("#received").fill("80")
    page.locator("#due-on").fill("2099-01-31")
    page.locator("#complete").click()
    expect(page.locator(".receipt")).to_contain_text("due on 31 Jan 2099")
    payments = Bill.objects.get().payments.values_list("method", "amount")
    assert list(payments) == [("advance", D(120)), ("cash", D(80)), ("credit", D(100))]
