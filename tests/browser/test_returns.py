"""Goods come back on the screen: what the preview says is what happens, by keyboard alone."""

from collections.abc import Callable
from decimal import Decimal as D

import pytest
from django.urls import reverse

from advances.tests.factories import paid_ahead
from billing.models import Bill, Return
from billing.services.buyer import Buyer
from billing.services.tender import Tender
from billing.tests.factories import money_of, sell, stocked_product
from customers.tests.factories import CustomerFactory
from debts.tests.factories import owes
from tests.browser.conftest import Window
from viveka.stores.models import Store, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bill(store: Store, cashier: User) -> Bill:
    """Asha's bill of 620: 100 from her advance, 200 on credit, 320 by UPI; she owes 50 besides."""
    soap = stocked_product(store, batches=[(3, 80, 100), (50, 85, 110)], name="Lux soap 100 g")
    rice = stocked_product(store, batches=[(20, 80, 105)], name="Sona Masoori rice, the old crop, 1 kg")
    asha = CustomerFactory(store=store, name="Asha Patil")
    paid_ahead(asha, 100)
    owes(asha, 50)
    tenders = [Tender("advance", D(100)), Tender("credit", D(200)), Tender("upi", reference="UTR 4711")]
    return sell(store, cashier, [(soap, 4), (rice, 2)], tenders=tenders, buyer=Buyer(customer_id=asha.pk)).bill


def test_a_return_does_what_its_preview_said(window: Callable[..., Window], manager: User, bill: Bill) -> None:
    there = window(manager)
    page = there.open(bill.get_absolute_url())
    there.shoot("return-1-bill")
    page.get_by_role("link", name="Return goods").press("Enter")
    page.locator("input:focus").wait_for()
    page.keyboard.type("3")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    preview = page.locator("#preview")
    preview.get_by_text("₹410.00").wait_for()
    told = preview.inner_text()
    for part in ("Debt of this bill lowered", "₹200.00", "Given back to the advance", "₹100.00", "Other debt lowered"):
        assert part in told
    page.get_by_label("Reason").fill("Wrong size")
    there.shoot("return-2-form")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="RET-").wait_for()
    there.shoot("return-3-page")
    made = Return.objects.get()
    assert money_of(made) == [("debt", D(200)), ("restored", D(100)), ("other_debt", D(50)), ("upi", D(60))]
    page.get_by_role("link", name="Receipt").click()
    page.get_by_role("article", name="Receipt").wait_for()
    there.shoot("return-4-receipt")
    there.open(bill.get_absolute_url())
    there.shoot("return-5-bill-after")


def test_on_a_phone(window: Callable[..., Window], manager: User, bill: Bill) -> None:
    there = window(manager, width=390, height=844)
    page = there.open(reverse("billing:return-add", args=[bill.pk]) + "?all=1")
    page.locator("#preview").get_by_text("₹620.00").wait_for()
    there.shoot("return-m1-form")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    there.open(reverse("billing:bill-void", args=[bill.pk]))
    page.locator("#preview").get_by_text("₹620.00").wait_for()
    there.shoot("return-m2-void")
    page.get_by_label("Reason").fill("Wrong customer")
    page.get_by_role("button", name="Void the bill").click()
    page.get_by_role("heading", name="RET-").wait_for()
    there.shoot("return-m3-page")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    there.open(bill.get_absolute_url())
    there.shoot("return-m4-bill")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
