"""An advance from the profile to the printed slip, on a phone and by the keyboard."""

import re
from collections.abc import Callable

import pytest

from advances.models import AdvancePayment
from advances.tests.factories import paid_ahead
from customers.tests.factories import CustomerFactory
from tests.browser.conftest import Window
from viveka.stores.models import Store, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MM = 72 / 25.4  # of a point, which is what a PDF counts in


def test_taken_from_the_profile_and_printed(window: Callable[..., Window], store: Store, cashier: User) -> None:
    asha = CustomerFactory(store=store, name="Asha Rao", phone="+919876543210")
    paid_ahead(asha, 300, by=cashier)
    browser = window(cashier, width=390, height=844)
    page = browser.open(asha.get_absolute_url())
    page.get_by_text("₹300.00 left of ₹300.00").wait_for()  # the panel came by itself
    page.get_by_role("link", name="Take an advance").click()
    page.get_by_label("Amount").wait_for()
    page.keyboard.type("500")  # the field has the focus
    page.keyboard.press("Enter")
    receipt = page.locator(".receipt")
    receipt.get_by_text("₹800.00").wait_for()
    advance = AdvancePayment.objects.get(amount=500)
    assert (advance.mode, advance.by) == ("cash", cashier)
    link = page.get_by_role("link", name="Send to Asha Rao").get_attribute("href") or ""
    assert link.startswith("https://wa.me/919876543210?text=")
    browser.shoot("advance receipt")
    for called, width in (("80 mm", 80), ("58 mm", 58), ("A4", 210)):
        page.get_by_role("link", name=called).click()
        page.wait_for_url(re.compile("paper="))
        sheet = page.pdf(prefer_css_page_size=True)
        boxes = re.findall(rb"/MediaBox\s*\[0 0 ([0-9.]+) ([0-9.]+)\]", sheet)
        assert len(boxes) == 1, called  # one page, however long
        assert abs(float(boxes[0][0]) / MM - width) < 1, called
    page.get_by_role("link", name="CUST").click()
    page.get_by_text("₹500.00 left of ₹500.00").wait_for()


def test_numbers_follow_what_is_asked_for(window: Callable[..., Window], store: Store, manager: User) -> None:
    paid_ahead(CustomerFactory(store=store), 500, by=manager)
    page = window(manager).open("/reports/advances/")
    assert page.locator("svg.chart rect.came").count() == 1
    page.get_by_label("Told by").select_option("month")
    page.get_by_role("heading", name="Month by month").wait_for()
    assert "each=month" in page.url
    page.get_by_label("To", exact=True).fill("2020-01-01")
    page.get_by_text("The last day is before the first.").wait_for()
