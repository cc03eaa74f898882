"""The story of a sale, completed once whatever is pressed."""

from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from billing.models import Bill, Cart
from billing.tests.factories import sell
from customers.models import Customer
from tests.browser.counter.hands import COUNTER, lines, quantity, scan
from tests.browser.faults import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_new_customer_three_products_cash_and_the_receipt(window, cashier, goods):
    till = window(cashier)
    page = till.open(COUNTER)
    expect(page.locator("#code")).to_be_focused()

    page.keyboard.press("F4")
    page.keyboard.type("98765 43210")
    expect(page.locator("#buyer")).to_contain_text("98765 43210 is not on record yet")
    assert not Customer.objects.exists()
    page.keyboard.press("Enter")
    expect(page.locator("#buyer")).to_contain_text("✓ CUST0001 - Walk-in Customer")
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type("John Doe")
    page.keyboard.press("Enter")
    expect(page.locator("#buyer")).to_contain_text("✓ CUST0001 - John Doe")
    expect(page.locator("#code")).to_be_focused()

    scan(page, "8901030865278")
    scan(page, "8901030865285")
    page.keyboard.type("basm")
    expect(page.get_by_role("option", name="Basmati Rice")).to_be_visible()
    till.shoot("counter list to pick from")
    page.keyboard.press("Enter")
    expect(lines(page)).to_have_count(3)
    quantity(page).fill("5")
    page.keyboard.press("Enter")
    expect(lines(page).first).to_contain_text("3 × ₹100.00")
    expect(lines(page).first).to_contain_text("2 × ₹110.00")
    expect(page.locator("#due-amount")).to_have_text("₹672.50")

    page.keyboard.press("F8")
    page.keyboard.type("700")
    expect(page.locator("#change")).to_contain_text("₹27.50")
    till.shoot("counter before the payment")
    page.keyboard.press("F9")

    receipt = page.locator(".receipt")
    expect(receipt).to_contain_text("Customer: CUST0001 - John Doe")
    expect(receipt).to_contain_text("98765 43210")
    expect(receipt).to_contain_text("₹672.50")
    expect(receipt.locator(".receipt-change-line")).to_contain_text("₹27.50")
    till.shoot("receipt")
    bill = Bill.objects.get()
    assert (bill.customer_number, bill.customer_name, bill.customer_phone) == ("CUST0001", "John Doe", "+919876543210")
    assert [batch.remaining for batch in goods["sugar"].batches.oldest_first()] == [0, 8]

    expect(page.locator("#next-sale")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".cart-empty")).to_be_visible()
    expect(page.locator("#code")).to_be_focused()
    assert not Cart.objects.unfinished().exists()


def test_a_sale_without_a_phone_leaves_the_customer_fields_empty(window, cashier, goods):
    page = window(cashier).open(COUNTER)
    scan(page, "8901030865285")
    expect(lines(page)).to_have_count(1)
    page.keyboard.press("F9")
    expect(page.locator(".receipt")).to_be_visible()
    expect(page.locator(".receipt")).not_to_contain_text("Customer")
    bill = Bill.objects.get()
    assert (bill.customer, bill.customer_number, bill.customer_name, bill.customer_phone) == (None, "", "", "")
    assert not Customer.objects.exists()


def test_complete_pressed_twice_makes_one_bill(window, cashier, goods):
    page = window(cashier).open(COUNTER)
    scan(page, "8901030865285")
    expect(lines(page)).to_have_count(1)
    page.keyboard.press("F9")
    page.keyboard.press("F9")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".receipt")).to_be_visible()
    assert Bill.objects.count() == 1


def test_completed_in_two_windows_it_is_one_bill(window, cashier, goods):
    first = window(cashier)
    page, other = first.open(COUNTER), first.context.new_page()
    other.goto(first.address + COUNTER)
    scan(page, "8901030865285")
    expect(lines(page)).to_have_count(1)
    other.reload()
    page.keyboard.press("F9")
    expect(page.locator(".receipt")).to_be_visible()
    other.keyboard.press("F9")
    expect(other.locator(".receipt")).to_be_visible()
    assert page.url == other.url
    assert Bill.objects.count() == 1


def test_a_sale_is_made_by_plain_forms_without_javascript(window, cashier, goods):
    page = window(cashier, javascript=False).open(COUNTER)
    page.locator("#code").fill("8901030865285")
    page.keyboard.press("Enter")
    page.locator("[name=quantity]").fill("3")
    page.keyboard.press("Enter")
    expect(page.locator("#due-amount")).to_have_text("₹96.00")
    page.locator("#phone").fill("98765 43210")
    page.locator("#name").fill("John Doe")
    page.keyboard.press("Enter")
    expect(page.locator("#buyer")).to_contain_text("✓ CUST0001 - John Doe")
    page.locator("#received").fill("90")
    page.keyboard.press("Enter")
    expect(page.locator("#received-error")).to_contain_text("Cash taken is 90.00, to pay is 96.00")
    page.locator("#received").fill("100")
    page.locator("#complete").click()
    expect(page.locator(".receipt")).to_contain_text("CUST0001 - John Doe")
    expect(page.locator(".receipt-change-line")).to_contain_text("₹4.00")


def test_what_changed_since_it_was_shown_is_marked_and_confirmed_again(window, cashier, store, goods):
    till = window(cashier)
    page = till.open(COUNTER)
    scan(page, "8901030865278")
    quantity(page).fill("3")
    page.keyboard.press("Enter")
    expect(page.locator("#due-amount")).to_have_text("₹300.00")
    sell(store, cashier, [(goods["sugar"], 2)])
    page.keyboard.press("F8")
    page.keyboard.type("500")
    page.keyboard.press("F9")
    expect(page.locator(".is-changed")).to_contain_text("It was 3 × 100.00")
    expect(page.locator("#due-amount")).to_have_text("₹320.00")
    expect(page.locator("#received")).to_have_value("500")
    till.shoot("counter changed since shown")
    assert Bill.objects.count() == 1
    page.keyboard.press("F9")
    expect(page.locator(".receipt")).to_contain_text("₹180.00")


def test_a_split_payment_on_a_phone(window, cashier, goods):
    till = window(cashier, width=390, height=844)
    page = till.open(COUNTER)
    for code in ("8901030865278", "8901030865285", "RICE"):
        page.locator("#code").fill(code)
        page.keyboard.press("Enter")
    expect(lines(page)).to_have_count(3)
    till.shoot("counter 390")
    page.get_by_role("button", name="Pay a part another way").click()
    page.locator("[name=part_method]").first.select_option("upi")
    page.locator("[name=part_amount]").first.fill("52.50")
    expect(page.locator("#rest")).to_contain_text("₹200.00")
    page.locator("#received").fill("500")
    expect(page.locator("#change")).to_contain_text("₹300.00")
    till.shoot("counter 390 split payment")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    page.locator("#complete").click()
    expect(page.locator(".receipt")).to_contain_text("₹300.00")
    till.shoot("receipt 390")
    payments = Bill.objects.get().payments.values_list("method", "amount", "tendered")
    assert set(payments) == {("upi", Decimal("52.50"), None), ("cash", Decimal("200.00"), Decimal("500.00"))}


def test_back_from_the_receipt_shows_no_cart_that_is_billed(window, cashier, goods):
    page = window(cashier).open(COUNTER)
    scan(page, "8901030865285")
    expect(lines(page)).to_have_count(1)
    page.keyboard.press("F9")
    expect(page.locator(".receipt")).to_be_visible()
    page.go_back()
    expect(page.locator(".cart-empty")).to_be_visible()


def test_sent_again_after_reload_and_back_it_is_one_bill(window, cashier, goods):
    page = window(cashier).open(COUNTER)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if "complete" in request.url else None)
    scan(page, "8901030865285")
    expect(lines(page)).to_have_count(1)
    page.keyboard.press("F9")
    expect(page.locator(".receipt")).to_be_visible()
    receipt = page.url
    page.reload()
    page.go_back()
    expect(page.locator(".cart-empty")).to_be_visible()
    page.keyboard.press("F9")
    again = page.evaluate(
        "(body) => fetch('/counter/complete/', {method: 'POST', body: new URLSearchParams(body)}).then((it) => it.url)",
        sent[0],
    )
    assert again == receipt
    assert Bill.objects.count() == 1


def test_the_receipt_fits_paper_of_80_mm(window, cashier, store, goods):
    bill = sell(store, cashier, [(goods["sugar"], 5), (goods["rice"], Decimal("1.250"))]).bill
    till = window(cashier, width=302, height=800)  # 80 mm at 96 dots an inch
    page = till.open(reverse("billing:receipt", args=[bill.pk]))
    page.emulate_media(media="print")
    expect(page.locator(".receipt")).to_be_visible()
    expect(page.locator(".topbar")).to_be_hidden()
    expect(page.locator("#next-sale")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 302
    till.shoot("receipt printed on 80 mm")


def test_the_counter_and_the_receipt_have_no_accessibility_faults(window, cashier, store, goods):
    till = window(cashier)
    page = till.open(COUNTER)
    scan(page, "8901030865278")
    page.locator("#phone").press_sequentially("12345")
    expect(page.locator("#buyer")).to_contain_text("not a valid")
    page.get_by_role("button", name="Pay a part another way").click()
    page.locator("#code").press_sequentially("basm")
    expect(page.get_by_role("option", name="Basmati Rice")).to_be_visible()
    assert faults(page) == []
    bill = sell(store, cashier, [(goods["sugar"], 5)]).bill
    assert faults(till.open(reverse("billing:receipt", args=[bill.pk]))) == []
