"""A till in a browser: opened at the first sale, counted by notes and coins, by keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from billing.tests.factories import stocked_product
from tests.browser.conftest import Window
from viveka.stores.models import Store, TillCount, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_day_at_the_till(width: int, store: Store, cashier: User, window: Callable[..., Window]) -> None:
    Store.objects.filter(pk=store.pk).update(needs_till=True)
    stocked_product(store, batches=[(10, 80, 120)], by=cashier, name="Soap", barcode="8901")
    machine = window(cashier, width=width)
    page = machine.open("/counter/")
    page.get_by_label("Cash in it now").focus()
    page.keyboard.type("500")
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type("8901")
    page.keyboard.press("Enter")
    expect(page.locator("#cart")).to_contain_text("Soap")
    page.keyboard.press("F9")
    page.wait_for_url("**/receipt/**")
    machine.open("/till/")
    expect(page.get_by_text("₹620.00").first).to_be_visible()
    page.get_by_label("Amount").fill("100")
    page.get_by_label("What for").fill("Milk")
    page.keyboard.press("Enter")
    expect(page.get_by_text("−₹100.00")).to_be_visible()
    machine.shoot(f"till {width}")
    page.get_by_role("link", name="Count and close").press("Enter")
    expect(page.get_by_label("₹500")).to_be_focused()
    page.wait_for_load_state()  # Enter is the script's, which comes after the page
    page.keyboard.type("1")
    page.keyboard.press("Enter")  # on to the next note, as at a calculator
    expect(page.get_by_label("₹200")).to_be_focused()
    page.get_by_label("₹20", exact=True).fill("1")
    expect(page.locator("#till-sum")).to_have_text("₹520.00")
    machine.shoot(f"till count {width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Counted").press("Enter")
    expect(page.get_by_role("heading", name="Till 1")).to_be_visible()
    assert [(one.expected, one.counted) for one in TillCount.objects.all()] == [(520, 520)]
