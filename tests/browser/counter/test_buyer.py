"""The customer at the counter: half a second after the last key, and what is made of it."""

import pytest
from playwright.sync_api import expect

from billing.models import Bill
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from tests.browser.counter.hands import COUNTER, lines, scan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_same_phone_typed_otherwise_is_the_same_customer(window, cashier, store, goods):
    CustomerFactory(store=store, phone="+919876543210", name="John Doe", number="CUST0001")
    page = window(cashier).open(COUNTER)
    page.locator("#phone").press_sequentially("+91-98765-43210")
    expect(page.locator("#buyer")).to_contain_text("✓ CUST0001 - John Doe")
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    scan(page, "8901030865285")
    expect(lines(page)).to_have_count(1)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".receipt")).to_contain_text("CUST0001 - John Doe")
    assert Customer.objects.count() == 1


def test_the_look_up_waits_half_a_second_after_the_last_key(window, cashier, store, goods):
    CustomerFactory(store=store, phone="+919876543210", name="John Doe", number="CUST0001")
    page = window(cashier).open(COUNTER)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/buyer/" in request.url else None)
    page.locator("#phone").press_sequentially("9876543210", delay=60)
    page.wait_for_timeout(300)
    assert asked == []
    expect(page.locator("#buyer")).to_contain_text("John Doe")
    assert len(asked) == 1


def test_a_wrong_phone_is_said_and_the_sale_goes_on_without_it(window, cashier, goods):
    till = window(cashier)
    page = till.open(COUNTER)
    scan(page, "8901030865285")
    page.locator("#phone").press_sequentially("12345")
    expect(page.locator("#buyer")).to_contain_text("not a valid phone number")
    page.keyboard.press("F9")
    expect(page.locator("#phone.is-invalid")).to_be_focused()
    expect(page.locator("#phone")).to_have_value("12345")
    expect(page.locator("#without-customer")).to_be_visible()
    expect(page.locator("#complete")).to_be_enabled()
    till.shoot("counter wrong phone")
    assert not Bill.objects.exists()
    page.keyboard.press("Escape")
    expect(page.locator("#phone")).to_have_value("")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.press("F9")
    expect(page.locator(".receipt")).to_be_visible()
    assert Bill.objects.get().customer is None


def test_a_number_mistyped_and_corrected_leaves_no_record(window, cashier, goods):
    page = window(cashier).open(COUNTER)
    scan(page, "8901030865285")
    page.locator("#phone").press_sequentially("9876543211")
    expect(page.locator("#buyer")).to_contain_text("98765 43211 is not on record yet")
    page.locator("#phone").press("Backspace")
    page.locator("#phone").press_sequentially("0")
    expect(page.locator("#buyer")).to_contain_text("98765 43210 is not on record yet")
    page.keyboard.press("F9")
    expect(page.locator(".receipt")).to_contain_text("CUST0001")
    assert [customer.phone for customer in Customer.objects.all()] == ["+919876543210"]


def test_part_of_a_name_offers_customers_to_pick(window, cashier, store, goods):
    CustomerFactory(store=store, phone="+919876543210", name="John Doe", number="CUST0001")
    CustomerFactory(store=store, phone="+919876500000", name="Johnny Rao", number="CUST0002")
    page = window(cashier).open(COUNTER)
    page.locator("#name").press_sequentially("john")
    expect(page.get_by_role("option")).to_have_count(2)
    expect(page.get_by_role("option", name="John Doe")).to_contain_text("···· 3210")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#buyer")).to_contain_text("✓ CUST0001 - John Doe")
    expect(page.locator("#phone")).to_have_value("98765 43210")


def test_another_name_is_for_whom_the_bill_is_and_corrects_by_one_tap(window, cashier, store, goods):
    CustomerFactory(store=store, phone="+919876543210", name="Jon Doe", number="CUST0001")
    page = window(cashier).open(COUNTER)
    page.locator("#phone").press_sequentially("9876543210")
    expect(page.locator("#buyer")).to_contain_text("✓ CUST0001 - Jon Doe")
    page.locator("#name").fill("John Doe")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Correct the name to John Doe").click()
    expect(page.locator("#buyer")).to_contain_text("✓ CUST0001 - John Doe")
    assert Customer.objects.get().name == "John Doe"
