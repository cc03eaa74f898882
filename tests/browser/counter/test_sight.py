"""What the hands are at is in sight, however long the cart and however low the screen."""

import pytest
from playwright.sync_api import expect

from advances.tests.factories import paid_ahead
from billing.tests.factories import stocked_product
from customers.tests.factories import CustomerFactory
from debts.tests.factories import owes
from tests.browser.counter.hands import COUNTER, lines, scan
from viveka.stores.models import Store, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "height"), [(1280, 700), (390, 844)])
def test_box_newest_line_and_choices_of_a_long_cart(
    window, cashier: User, store: Store, width: int, height: int
) -> None:
    customer = CustomerFactory(store=store, phone="+919876543210")
    paid_ahead(customer, 50)
    owes(customer, 90)
    for number in range(10, 20):
        stocked_product(store, name=f"Soap {number}", barcode=f"8901{number}", batches=[(9, 25, 32)])
    page = window(cashier, width=width, height=height).open(COUNTER)
    for number in range(10, 20):
        scan(page, f"8901{number}")
        expect(lines(page)).to_have_count(number - 9)
    expect(lines(page).last.locator("[name=quantity]")).to_be_in_viewport(ratio=1)
    expect(page.locator("#code")).to_be_in_viewport(ratio=1)
    page.locator("#phone").fill("9876543210")
    expect(page.locator("#buyer")).to_contain_text("Debt ₹90.00")
    page.locator("#received").press_sequentially("500")
    expect(page.locator("#above").get_by_text("Old debts")).to_be_in_viewport(ratio=1)
    bar, choice = page.locator("#due").bounding_box(), page.locator("#above").bounding_box()
    assert choice and bar and choice["y"] + choice["height"] <= bar["y"] + 1  # not below the sum
