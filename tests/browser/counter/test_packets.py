"""Packets of one product with two prices, by the keyboard alone and with a thumb."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from billing.models import Bill
from billing.tests.factories import stocked_product
from tests.browser.counter.hands import COUNTER, lines, quantity, scan
from tests.browser.faults import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SUGAR = "8901030865278"


@pytest.fixture
def sugar(store):
    return stocked_product(store, name="Sugar 1 kg pack", barcode=SUGAR, batches=[(9, 80, 100), (10, 85, 110)])


def test_two_packets_at_100_and_one_at_110_by_the_keyboard(window, cashier, sugar):
    till = window(cashier)
    page = till.open(COUNTER)
    for _ in range(3):
        scan(page, SUGAR)
    expect(lines(page).first).to_contain_text("3 × ₹100.00")
    page.keyboard.press("Shift+F1")
    expect(lines(page)).to_have_count(2)
    expect(lines(page).nth(0)).to_contain_text("2 × ₹100.00")
    expect(lines(page).nth(1)).to_contain_text("1 × ₹110.00")
    expect(page.locator("#due-amount")).to_have_text("₹310.00")
    scan(page, SUGAR)  # the same again: to the line touched last
    expect(lines(page).nth(1)).to_contain_text("2 × ₹110.00")
    page.keyboard.press("Shift+F1")  # but this one says 100
    expect(lines(page).nth(0)).to_contain_text("3 × ₹100.00")
    expect(lines(page).nth(1)).to_contain_text("1 × ₹110.00")
    page.keyboard.press("ArrowUp")
    expect(quantity(page, 0)).to_be_focused()
    till.shoot("counter with packets of two prices")
    assert faults(page) == []
    page.keyboard.press("F9")
    expect(page.locator(".receipt")).to_contain_text("₹410.00")
    assert list(Bill.objects.get().lines.values_list("quantity", "price")) == [(3, 100), (1, 110)]


def test_with_a_thumb(window, cashier, sugar):
    till = window(cashier, width=390, height=844)
    page = till.open(reverse("billing:counter"))
    for _ in range(3):
        scan(page, SUGAR)
    expect(lines(page).first).to_contain_text("3 × ₹100.00")
    page.get_by_role("button", name="One of Sugar 1 kg pack at ₹110.00").click()
    expect(lines(page).nth(1)).to_contain_text("1 × ₹110.00")
    till.shoot("counter with packets of two prices on a phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert faults(page) == []
    lines(page).nth(1).get_by_role("button", name="₹110.00", exact=True).click()  # it was one of the others after all
    expect(lines(page)).to_have_count(1)
    expect(page.locator("#due-amount")).to_have_text("₹300.00")
