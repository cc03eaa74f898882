"""The counter in a real browser: the story of a sale, and what only a keyboard, a scanner and a screen can show."""

import re
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from billing.models import Bill, Cart
from billing.tests.factories import sell, stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.stores.models import Store

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
COUNTER = reverse("billing:counter")


@pytest.fixture
def goods(store: Store) -> dict:
    """A shelf: sugar in two batches of different prices, soap, rice by weight, a service."""
    Store.objects.filter(pk=store.pk).update(
        name="Shivik Mart", receipt_header="12 Gandhi Road, Pune\nPhone 020 2612 3456"
    )
    return {
        "sugar": stocked_product(
            store, name="Sugar 1 kg pack", barcode="8901030865278", sku="SUG-1", batches=[(3, 80, 100), (10, 85, 110)]
        ),
        "soap": stocked_product(store, name="Neem Soap 75 g", barcode="8901030865285", batches=[(40, 25, 32)]),
        "rice": stocked_product(store, name="Basmati Rice", unit="kg", sku="RICE", batches=[(50, 90, "120.50")]),
        "haircut": stocked_product(store, name="Haircut", stock_policy="none", selling_price=250, batches=[]),
    }


def type_by_hand(page: Page, text: str) -> None:
    """As people do, who are slower than a scanner."""
    for sign in text:
        page.keyboard.type(sign)
        page.wait_for_timeout(110)


def scan(page: Page, code: str) -> None:
    """What a scanner does: the characters, then Enter, into whatever has the focus."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def lines(page: Page):
    return page.locator(".cart-line")


def quantity(page: Page, number: int = 0):
    return lines(page).nth(number).locator("[name=quantity]")


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


def test_ten_scans_within_a_second_lose_none_and_add_none_twice(window, cashier, goods):
    page = window(cashier).open(COUNTER)
    for number in range(10):
        scan(page, "8901030865278" if number % 2 else "8901030865285")
    expect(quantity(page, 0)).to_have_value("5")
    expect(quantity(page, 1)).to_have_value("5")
    assert sum(line.quantity for line in Cart.objects.get().lines.all()) == 10


def test_scans_queue_while_the_line_is_slow_and_an_unknown_one_is_said(window, cashier, goods):
    page = window(cashier).open(COUNTER)
    page.route(re.compile("/counter/add/"), lambda route: (page.wait_for_timeout(150), route.continue_()))
    for code in ("8901030865285", "8901030865285", "999", "8901030865278", "8901030865285"):
        scan(page, code)
    expect(quantity(page, 0)).to_have_value("3")
    expect(quantity(page, 1)).to_have_value("1")
    expect(page.get_by_role("alert")).to_contain_text("Nothing has the code or a name beginning with “999”")


def test_a_scan_with_the_focus_on_a_button_is_taken(window, cashier, goods):
    page = window(cashier).open(COUNTER)
    scan(page, "8901030865285")
    page.get_by_role("button", name="One Neem Soap 75 g more").click()
    expect(quantity(page)).to_have_value("2")
    scan(page, "8901030865278")
    expect(lines(page)).to_have_count(2)


def test_the_cart_survives_a_reload(window, cashier, goods):
    till = window(cashier)
    page = till.open(COUNTER)
    scan(page, "8901030865285")
    page.locator("#phone").press_sequentially("12 34")
    expect(page.locator("#buyer")).to_contain_text("not a valid")
    page = till.open(COUNTER)
    expect(lines(page)).to_have_count(1)
    expect(page.locator("#phone")).to_have_value("12 34")


def test_a_quantity_being_typed_survives_the_answer_of_an_earlier_scan(window, cashier, goods):
    page = window(cashier).open(COUNTER)
    scan(page, "8901030865285")
    expect(lines(page)).to_have_count(1)
    page.route(re.compile("/counter/add/"), lambda route: (page.wait_for_timeout(400), route.continue_()))
    scan(page, "8901030865278")
    quantity(page).fill("7")
    expect(lines(page)).to_have_count(2)
    expect(quantity(page)).to_have_value("7")
    page.keyboard.press("Tab")
    expect(lines(page).first.locator(".cart-total")).to_have_text("₹224.00")


def test_a_price_below_cost_is_said_at_its_box(window, cashier, goods):
    till = window(cashier)
    page = till.open(COUNTER)
    scan(page, "8901030865285")
    box = page.locator("[name=price]")
    box.fill("20")
    page.keyboard.press("Enter")
    expect(page.locator(".cart-errors")).to_contain_text("below the lowest price allowed")
    expect(box).to_have_value("20")
    expect(box).to_be_focused()
    till.shoot("counter price below cost")
    box.fill("30")
    page.keyboard.press("Enter")
    expect(page.locator("#due-amount")).to_have_text("₹30.00")


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


# Keys are told apart by their times: here time passes when a hand types, however slow the machine is.
CLOCK = """
    let at = 0;
    Object.defineProperty(Event.prototype, "timeStamp", { get: () => at });
    document.addEventListener("keyup", () => { if (window.isHand) at += 110; }, true);
"""


def test_a_scan_into_any_other_box_is_taken_and_the_box_is_as_it_was(window, cashier, store, goods):
    till = window(cashier)
    till.page.add_init_script(CLOCK)
    page = till.open(COUNTER)

    def type_by_hand(text: str) -> None:
        page.evaluate("window.isHand = true")
        page.keyboard.type(text)
        page.evaluate("window.isHand = false")

    scan(page, "8901030865285")
    expect(lines(page)).to_have_count(1)
    page.locator("#phone").focus()
    type_by_hand("98765")
    scan(page, "8901030865278")
    expect(lines(page)).to_have_count(2)
    expect(page.locator("#phone")).to_have_value("98765")
    page.locator("#received").focus()
    type_by_hand("150")
    for _ in range(2):  # the second while the first is under way
        scan(page, "8901030865278")
    expect(quantity(page, 1)).to_have_value("3")
    expect(page.locator("#received")).to_have_value("150")
    quantity(page).select_text()
    scan(page, "8901030865278")
    expect(quantity(page, 1)).to_have_value("4")
    expect(quantity(page)).to_have_value("1")
    page.locator("#name").focus()
    scan(page, "8901030865285")
    expect(quantity(page)).to_have_value("2")
    expect(page.locator("#name")).to_have_value("")
    assert not Bill.objects.exists()


def test_what_is_not_on_the_list_is_sold_by_the_keyboard(window, cashier, store, goods):
    till = window(cashier)
    page = till.open(COUNTER)
    scan(page, "8901234567894")
    price = page.locator(".unlisted-price")
    expect(price).to_be_focused()
    till.shoot("counter not on the list")
    assert faults(page) == []
    scan(page, "8901030865285")  # the next thing, before anybody looked
    expect(lines(page)).to_have_count(1)
    expect(price).to_have_value("")
    type_by_hand(page, "45")
    page.keyboard.press("Enter")
    expect(lines(page)).to_have_count(2)
    expect(page.locator(".till-unlisted")).to_have_count(0)
    expect(page.locator("#code")).to_be_focused()
    scan(page, "8901234567894")
    expect(quantity(page, 1)).to_have_value("2")
    scan(page, "=30 Broom")
    expect(lines(page)).to_have_count(3)
    expect(page.locator("#due-amount")).to_have_text("₹152.00")


def test_a_tile_by_the_keyboard(window, cashier, store, goods):
    stocked_product(store, name="Masala chai", is_favourite=True, batches=[(90, 6, 12)])
    stocked_product(store, name="Bun maska", is_favourite=True, batches=[(90, 15, 30)])
    page = window(cashier).open(COUNTER)
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Bun maska")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(lines(page)).to_contain_text(["Masala chai"])
    expect(page.locator("#code")).to_be_focused()
    scan(page, "8901030865285")
    expect(lines(page)).to_have_count(2)
    page.keyboard.press("ArrowUp")
    expect(quantity(page, 1)).to_be_focused()


def test_for_twenty_rupees_and_at_the_price_of_the_packet_by_the_keyboard(window, cashier, goods):
    till = window(cashier)
    page = till.open(COUNTER)
    scan(page, "RICE")
    expect(lines(page)).to_have_count(1)
    quantity(page).select_text()
    page.keyboard.type("=20")
    page.keyboard.press("Enter")
    expect(lines(page).first).to_contain_text("0.166 × ₹120.50")
    expect(quantity(page)).to_have_value("₹20")
    scan(page, "8901030865278")
    expect(lines(page).nth(1)).to_contain_text("1 × ₹100.00")
    page.keyboard.press("F1")
    expect(lines(page).nth(1)).to_contain_text("1 × ₹110.00")
    expect(page.get_by_role("button", name="₹110.00")).to_have_attribute("aria-pressed", "true")
    till.shoot("counter for money and by the packet")
    assert faults(page) == []
    expect(page.locator("#due-amount")).to_have_text("₹130.00")
    page.keyboard.press("F1")
    expect(page.locator("#due-amount")).to_have_text("₹120.00")
    page.keyboard.press("F9")
    expect(page.locator(".receipt")).to_contain_text("₹20.00")


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


def faults(page: Page) -> list[str]:
    """What axe finds, each in a line."""
    page.wait_for_timeout(300)  # colours are still changing
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:200]} {node['failureSummary']}" for fault in found for node in fault["nodes"]
    ]
