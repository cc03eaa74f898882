"""An appointment with an advance, from the first call to the receipt, on a screen and on a phone."""

from decimal import Decimal as D

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from advances.models import Appointment
from billing.models import Bill
from billing.tests.factories import stocked_product
from customers.models import Customer
from tests.browser.faults import faults
from viveka.stores.models import Store

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def facial(store: Store) -> None:
    stocked_product(store, batches=[], stock_policy="none", selling_price=600, name="Facial")


@pytest.mark.parametrize("width", [1280, 390])
def test_taken_with_an_advance_and_paid_from_the_balance(window, cashier, store, facial, width):
    browser = window(cashier, width=width)
    page = browser.open(reverse("diary:day"))
    page.get_by_role("link", name="New appointment").click()
    page.get_by_label("Phone").press_sequentially("98765 43210")
    expect(page.locator("#who")).to_contain_text("98765 43210 is not on record yet: a new customer.")
    page.get_by_label("Name").fill("Asha Rao")
    page.get_by_label("Time").fill("18:30")
    page.get_by_label("Served by").select_option(index=1)
    page.locator("[name=line_name]").first.press_sequentially("faci")
    expect(page.locator("#line-products option")).to_have_attribute("value", "Facial")  # it can be picked
    page.locator("[name=line_name]").first.fill("Facial")
    page.get_by_label("Advance", exact=True).fill("800")
    page.get_by_label("Paid by").select_option("upi")
    browser.shoot(f"appointment form {width}")
    page.get_by_role("button", name="Save").last.click()

    expect(page.get_by_text("This is a new customer. ₹800.00 is taken in advance.")).to_be_visible()
    expect(page.get_by_role("cell", name="Facial")).to_be_visible()
    browser.shoot(f"appointment {width}")
    assert faults(page) == []
    page.get_by_role("button", name="To the counter").click()

    expect(page.locator("#buyer")).to_contain_text("Asha Rao")
    expect(page.locator("#buyer")).to_contain_text("Advance ₹800.00")
    expect(page.locator("#use-advance")).to_be_checked()
    expect(page.locator(".offer-amount")).to_have_text("− ₹600.00")
    browser.shoot(f"appointment at the counter {width}")
    page.keyboard.press("F9")

    receipt = page.locator(".receipt")
    expect(receipt).to_contain_text("Facial")
    expect(receipt).to_contain_text("Advance left")
    expect(receipt).to_contain_text("₹200.00")
    browser.shoot(f"receipt of an appointment {width}")
    bill = Bill.objects.get()
    assert list(bill.payments.values_list("method", "amount")) == [("advance", D(600))]
    assert Customer.objects.get().advance_balance == D(200)

    page = browser.open(Appointment.objects.get().get_absolute_url())
    expect(page.get_by_role("link", name=bill.number)).to_be_visible()
    expect(page.get_by_role("heading", name="Appointment of")).to_contain_text("Done")
