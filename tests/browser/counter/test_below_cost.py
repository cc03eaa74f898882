"""A discount below cost: what the cashier is told, and a manager's PIN, by the keyboard alone and with a thumb."""

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import expect

from billing.models import Bill
from billing.tests.factories import stocked_product
from tests.browser.counter.hands import COUNTER, lines, scan
from tests.browser.faults import faults
from viveka.stores.models import Membership, Store

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def soap(store, manager):
    Store.objects.filter(pk=store.pk).update(allows_below_cost=True)
    Membership.objects.filter(user=manager).update(pin_hash=make_password("2580"))
    manager.first_name, manager.last_name = "Meera", "Nair"
    manager.save()
    return stocked_product(store, name="Neem Soap 75 g", barcode="8901030865285", batches=[(40, 25, 32)])


def test_on_a_line_by_the_keyboard(window, cashier, manager, soap):
    till = window(cashier)
    page = till.open(COUNTER)
    scan(page, "8901030865285")
    expect(lines(page)).to_have_count(1)
    page.keyboard.press("ArrowUp")
    for _ in range(3):  # one more, the price, the discount
        page.keyboard.press("Tab")
    page.keyboard.type("25%")
    page.keyboard.press("Enter")
    expect(lines(page)).to_contain_text("Neem Soap 75 g would be sold below the lowest price allowed.")
    expect(page.locator("[name=discount]").first).to_be_focused()
    till.shoot("counter discount below cost")
    assert faults(page) == []
    for _ in range(3):  # remove, the manager, her PIN
        page.keyboard.press("Tab")
    expect(page.locator("#line-pin")).to_be_focused()
    page.keyboard.type("1234")
    page.keyboard.press("Tab")
    page.keyboard.type("Festival week")
    page.keyboard.press("Enter")
    expect(page.locator("#line-pin-error")).to_have_text("This PIN is not right.")
    expect(page.locator("#line-pin")).to_be_focused()
    page.keyboard.type("2580")
    page.keyboard.press("Enter")
    expect(page.locator("#due-amount")).to_have_text("₹24.00")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.press("F9")
    expect(page.locator(".receipt")).to_contain_text("₹24.00")
    line = Bill.objects.get().lines.get()
    assert (line.allowed_by, line.allowed_why) == (manager, "Festival week")


def test_on_the_whole_with_a_thumb_and_fewer_of_it_later(window, cashier, soap):
    till = window(cashier, width=390, height=844)
    page = till.open(COUNTER)
    for _ in range(3):
        scan(page, "8901030865285")
    expect(lines(page)).to_contain_text("3 × ₹32.00")
    page.locator("#discount").fill("25")
    page.keyboard.press("Enter")
    expect(page.locator("#discount-error")).to_contain_text("Neem Soap 75 g would be sold below")
    page.locator("#whole-pin").fill("2580")
    page.locator("#whole-pin-why").fill("Festival week")
    page.locator("#whole-pin-why").scroll_into_view_if_needed()
    till.shoot("counter discount on the whole below cost on a phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert faults(page) == []
    page.get_by_role("button", name="Give this discount").click()
    expect(page.locator("#due-amount")).to_have_text("₹71.00")
    page.get_by_role("button", name="One Neem Soap 75 g less").click()
    page.get_by_text("Ask a manager").click()
    till.shoot("counter line that stands below cost on a phone")
    assert faults(page) == []
    lines(page).locator("[name=pin]").fill("2580")
    lines(page).locator("[name=pin_why]").fill("The last two")
    page.get_by_role("button", name="Sell it as it stands").click()
    expect(page.locator("#due-amount")).to_have_text("₹39.00")
    expect(page.locator("#complete")).to_be_enabled()
