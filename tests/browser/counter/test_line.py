"""A bad line at the counter: what was pressed waits and goes in once, what was typed stays."""

from collections.abc import Iterator
from decimal import Decimal as D

import pytest
from playwright.sync_api import Page, Route, expect

from billing.models import Bill, CartLine
from billing.tests.factories import stocked_product
from tests.browser.conftest import Window
from tests.browser.counter.hands import COUNTER, lines, scan
from viveka.stores.models import Store, User
from viveka.stores.tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOAP, SUGAR = "8901030865285", "8901030865278"


@pytest.fixture
def till(window, cashier: User, store: Store) -> Iterator[Window]:
    stocked_product(store, name="Neem Soap 75 g", barcode=SOAP, batches=[(40, 25, 32)])
    stocked_product(store, name="Sugar 1 kg pack", barcode=SUGAR, batches=[(40, 80, 100)])
    opened = window(cashier)
    opened.open(COUNTER)
    scan(opened.page, SOAP)
    expect(lines(opened.page)).to_have_count(1)
    yield opened
    opened.complaints[:] = [one for one in opened.complaints if "Failed to load resource" not in one]


def in_cart() -> dict[str, D]:
    return dict(CartLine.objects.filter(cart__bill=None).values_list("product__name", "quantity"))


def pay(page: Page, amount: str) -> None:
    page.keyboard.press("F8")
    page.keyboard.type(amount)


def test_what_is_pressed_without_a_connection_waits_and_goes_in_once(till: Window) -> None:
    page = till.page
    pay(page, "500")
    till.context.set_offline(True)
    page.keyboard.press("F2")
    scan(page, SUGAR)
    expect(page.locator("#line")).to_contain_text(f"“{SUGAR}” waits")
    scan(page, SUGAR)
    page.keyboard.press("F9")
    expect(page.locator("#line")).to_contain_text("and 2 more wait")
    till.context.set_offline(False)
    expect(page.get_by_text("the total is ₹232.00 now")).to_be_visible()  # nothing is billed that was not seen
    expect(page.locator("#line")).to_be_hidden()
    assert in_cart() == {"Neem Soap 75 g": D(1), "Sugar 1 kg pack": D(2)}
    expect(page.locator("#received")).to_have_value("500")
    page.keyboard.press("F9")
    expect(page.locator(".receipt")).to_contain_text("₹268.00")
    assert [bill.total for bill in Bill.objects.all()] == [D(232)]


def test_an_answer_that_got_lost_adds_nothing_twice(till: Window) -> None:
    page = till.page

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/counter/add/", lose, times=1)
    scan(page, SUGAR)
    expect(page.locator("#notices")).to_contain_text("Look whether it is in the cart")
    expect(lines(page)).to_have_count(2)  # drawn as the server has it
    assert in_cart() == {"Neem Soap 75 g": D(1), "Sugar 1 kg pack": D(1)}


def test_what_was_typed_for_the_payment_outlives_a_reload_and_the_end_of_the_session(
    till: Window, cashier: User
) -> None:
    page = till.page
    pay(page, "100")
    page.keyboard.press("ArrowDown")  # by card, which counts no notes
    page.keyboard.type("50")
    page.reload()
    expect(page.locator("#method-card")).to_be_checked()
    expect(page.locator("#received")).to_have_value("50")
    till.context.clear_cookies(name="sessionid")
    page.keyboard.press("F2")
    scan(page, SUGAR)
    expect(page.get_by_text("A sale that was begun is still there")).to_be_visible()
    page.get_by_label("Username").fill(cashier.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text(f"“{SUGAR}” was not answered")
    expect(page.locator("#received")).to_have_value("50")
    assert in_cart() == {"Neem Soap 75 g": D(1)}
