"""What only a scanner and a keyboard can show."""

import re

import pytest
from playwright.sync_api import expect

from billing.models import Bill, Cart
from billing.tests.factories import stocked_product
from tests.browser.counter.hands import COUNTER, lines, quantity, scan, type_by_hand
from tests.browser.faults import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
