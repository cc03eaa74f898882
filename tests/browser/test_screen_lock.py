"""A shared machine in a browser: it locks by itself, keeps the sale, and a PIN takes over, by keyboard alone."""

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import expect

from billing.models import Cart
from billing.tests.factories import stocked_product
from tests.browser.conftest import Window
from tests.browser.test_accessibility import faults
from viveka.stores.models import Store
from viveka.stores.tests.factories import MembershipFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 390])
def test_an_idle_counter_locks_and_a_colleague_goes_on_with_the_sale(
    width: int, store: Store, window: Callable[..., Window]
) -> None:
    Store.objects.filter(pk=store.pk).update(locks_after_minutes=10)
    asha, ravi = (
        MembershipFactory(store=store, pin_hash=make_password(pin), user=UserFactory(first_name=name))
        for name, pin in [("Asha", "2580"), ("Ravi", "8642")]
    )
    stocked_product(store, by=asha.user, name="Soap", barcode="8901")
    machine = window(asha.user, width=width)
    machine.page.clock.install()
    page = machine.open("/counter/")
    page.keyboard.type("8901")
    page.keyboard.press("Enter")
    expect(page.locator("#cart")).to_contain_text("Soap")
    page.clock.fast_forward("09:00")
    page.keyboard.press("Shift")  # somebody is there
    page.clock.fast_forward("09:00")
    expect(page.locator("#cart")).to_contain_text("Soap")
    page.clock.fast_forward("02:00")
    expect(page.get_by_text("This screen is locked")).to_be_visible()
    machine.shoot(f"locked {width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.get_by_label("PIN")).to_be_focused()
    assert width < 1280 or faults(page) == []
    page.keyboard.type("1111")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("This PIN is not right")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("8642")
    page.keyboard.press("Enter")
    expect(page.locator("#cart")).to_contain_text("Soap")
    expect(page.locator("#code")).to_be_focused()
    assert Cart.objects.get().by == ravi.user
