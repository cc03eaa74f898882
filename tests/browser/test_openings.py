"""A page of a paper khata in a real browser: typed with the keyboard alone, and without JavaScript."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from customers.models import Customer
from debts.models import OpeningBalance

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = (
    ("Sita Devi", "98765 43201", "1200.50", "1/4/25", ""),
    ("Gopal", "", "x1", "", ""),
    ("Old Khan", "", "", "", "75"),
)


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.DATA = tmp_path


@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_is_typed_with_the_keyboard_alone(window, manager, width):
    desk = window(manager, width=width)
    page = desk.open(reverse("debts:openings-type"))
    key = page.keyboard
    for cells in PAGE:
        for n, text in enumerate(cells):
            key.type(text)
            if n < len(cells) - 1:
                key.press("Tab")
        key.press("Enter")  # to the next row, not away
    expect(page.get_by_label("Name, row 4", exact=True)).to_be_focused()
    expect(page.locator("#khata-owes")).to_have_text("₹1,200.50")
    expect(page.locator("#khata-ahead")).to_have_text("₹75.00")
    expect(page.locator("#khata-count")).to_have_text("3")
    key.press("ArrowUp")
    expect(page.get_by_label("Name, row 3", exact=True)).to_be_focused()
    page.get_by_label("Name, row 20", exact=True).focus()
    key.press("Enter")  # there is always one more
    expect(page.get_by_label("Name, row 21", exact=True)).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []

    page.get_by_role("button", name="Look at it first").press("Enter")
    expect(page.get_by_text("Owes takes digits")).to_be_visible()
    expect(page.get_by_label("Name, row 2", exact=True)).to_be_focused()
    expect(page.get_by_label("Owes, row 2", exact=True)).to_have_value("x1")
    desk.shoot(f"khata with a wrong row {width}")
    key.press("Tab")
    key.press("Tab")
    key.type("40")
    page.get_by_role("button", name="Look at it first").press("Enter")
    expect(page.get_by_text("₹1,240.50")).to_be_visible()
    desk.shoot(f"khata looked at {width}")
    page.get_by_role("button", name="Enter 3 lines").press("Enter")
    expect(page.get_by_role("heading", name="What you typed is entered")).to_be_visible()
    assert OpeningBalance.objects.count() == 3
    assert Customer.objects.get(name="Old Khan").advance_balance == 75


def test_without_javascript_a_page_is_typed_too(window, manager):
    desk = window(manager, width=390, javascript=False)
    page = desk.open(reverse("debts:openings-type"))
    page.get_by_label("Name, row 1", exact=True).fill("Sita Devi")
    page.get_by_label("Owes, row 1", exact=True).fill("12")
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_role("button", name="Enter 1 line").click()
    expect(page.get_by_role("heading", name="What you typed is entered")).to_be_visible()
    assert Customer.objects.get().debt_balance == 12
