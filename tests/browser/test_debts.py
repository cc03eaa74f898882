"""The paper khata in a real browser: a debt for a new number, a part payment, too much paid, the profile."""

import re
from datetime import timedelta
from decimal import Decimal as D
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.hashers import make_password
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import Reminder
from debts.services import reverse_payment, set_credit_account
from debts.tests.factories import owes, pays

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def faults(page):
    return [one["id"] for one in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_debt_of_a_new_number_is_paid_in_parts_and_then_over(window, cashier, store, width):
    desk = window(cashier, width=width)
    page = desk.open(reverse("debts:add"))
    page.get_by_role("searchbox").fill("98765 43210")
    expect(page.locator("#matches")).to_contain_text("Nobody found")
    expect(page.locator("#id_phone")).to_have_value("98765 43210")
    page.locator("#id_name").fill("Neha Sharma")
    desk.shoot(f"debts choose {width}")
    page.get_by_role("button", name="Add and go on").click()

    page.get_by_label("Amount").fill("500")
    page.get_by_label("Note").fill("Rice and dal for the wedding")
    desk.shoot(f"debts enter {width}")
    assert faults(page) == []
    page.get_by_role("button", name="Put on the account").click()
    expect(page.locator("#messages")).to_contain_text("₹500.00 is on the account of CUST0001 - Neha Sharma")
    desk.shoot(f"debts debt {width}")
    assert faults(page) == []

    page.get_by_role("link", name="Take a payment").click()
    page.get_by_label("Amount").fill("200")
    expect(page.locator("#preview")).to_contain_text("Settles ₹200.00")
    page.get_by_role("button", name="Take the payment").click()
    receipt = page.locator(".receipt")
    expect(receipt).to_contain_text("₹300.00")
    sent = unquote(page.get_by_role("link", name="Send").get_attribute("href"))
    assert "wa.me/919876543210" in sent
    assert "we received ₹200.00" in sent
    assert "You owe ₹300.00 now" in sent
    desk.shoot(f"debts receipt {width}")
    assert faults(page) == []

    page.get_by_role("link", name="The customer").click()
    page.locator("#debts + div").get_by_role("link", name="Take a payment").click()
    page.get_by_label("Amount").fill("450")
    expect(page.locator("#preview")).to_contain_text("₹150.00 is more than that")
    page.get_by_role("button", name="Take the payment").click()
    expect(page.get_by_text("Only ₹300.00 is owed")).to_be_visible()
    expect(page.get_by_label("Amount")).to_have_value("450")
    page.get_by_label("Keep the rest as an advance").check()
    desk.shoot(f"debts pay {width}")
    assert faults(page) == []
    page.get_by_role("button", name="Take the payment").click()
    expect(receipt).to_contain_text("Kept as an advance")
    page.get_by_role("link", name="The customer").click()
    panel = page.locator("#debts + div")
    expect(panel).to_contain_text("without a limit")
    expect(panel.locator(".owed")).to_have_count(0)
    desk.shoot(f"debts profile {width}")
    neha = Customer.objects.get()
    assert (neha.debt_balance, neha.advance_balance) == (D(0), D(150))


@pytest.mark.parametrize("width", [390])
def test_the_due_list_notes_who_was_written_to_and_what_they_promised(window, manager, store, width):
    now = timezone.now()
    for days, name, amount in ((50, "Asha Rao", 1200), (9, "Ravi Kulkarni", 350), (2, "महेश पाटील", 90)):
        customer = CustomerFactory(store=store, name=name)
        owes(customer, amount, at=now - timedelta(days=days), by=manager, note="Groceries")
    quiet = CustomerFactory(store=store, name="Farah Khan", do_not_message=True)
    owes(quiet, 700, at=now - timedelta(days=3), by=manager)
    desk = window(manager, width=width)
    page = desk.open(reverse("debts:due"))
    expect(page.get_by_role("article")).to_have_count(4)
    expect(page.get_by_role("article", name="Farah Khan").get_by_role("link", name="WhatsApp")).to_have_count(0)
    desk.shoot(f"debts due {width}")
    assert faults(page) == []

    asha = page.get_by_role("article", name="Asha Rao")
    desk.context.route(re.compile("wa.me"), lambda route: route.fulfill(body="WhatsApp"))
    with page.expect_popup() as popup:
        asha.get_by_role("link", name="WhatsApp").click()
    assert "₹1,200.00 is due at" in unquote(popup.value.url)
    expect(asha).to_contain_text("whatsapp, by")
    reminder = Reminder.objects.get()
    assert (reminder.customer.name, reminder.way, reminder.by, reminder.owed) == ("Asha Rao", "whatsapp", manager, 1200)

    ravi = page.get_by_role("article", name="Ravi Kulkarni")
    ravi.get_by_text("Promised…").click()
    ravi.get_by_label("Will pay on").fill(f"{store.day_of(now) - timedelta(days=1):%Y-%m-%d}")
    ravi.get_by_role("button", name="Note it").click()
    expect(ravi.get_by_role("alert")).to_contain_text("within the next year")
    desk.shoot(f"debts promise {width}")
    ravi.get_by_label("Will pay on").fill(f"{store.day_of(now) + timedelta(days=5):%Y-%m-%d}")
    ravi.get_by_role("button", name="Note it").click()
    expect(ravi).to_contain_text("promised for")
    page.reload()
    expect(page.get_by_role("article")).to_have_count(2)
    page.get_by_role("link", name="Promised to pay later").click()
    expect(page.get_by_role("article")).to_have_count(1)


@pytest.mark.parametrize("width", [1280])
def test_lists_account_and_an_exception_of_the_manager(window, manager, store, width):
    asha = CustomerFactory(store=store, name="Asha Rao")
    owes(asha, 900, by=manager, at=timezone.now() - timedelta(days=20), note="Saree")
    pays(asha, 100, by=manager)
    set_credit_account(customer=asha, by=manager, credit_limit=D(1000), terms_days=15)
    desk = window(manager, width=width)
    page = desk.open(reverse("debts:account", args=[asha.pk]))
    page.get_by_label("Credit limit").fill("1200")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".changes").first).to_contain_text("1000.00 → 1200.00")
    desk.shoot(f"debts account {width}")
    assert faults(page) == []
    page = desk.open(reverse("debts:enter", args=[asha.pk]))
    page.get_by_label("Amount").fill("500")
    page.get_by_role("button", name="Put on the account").click()
    expect(page.get_by_text("The credit limit is ₹1,200.00, ₹800.00 is owed, ₹400.00 is left.")).to_be_visible()
    page.get_by_label("Why").fill("Her shop opens on Monday")
    desk.shoot(f"debts over the limit {width}")
    assert faults(page) == []
    page.get_by_role("button", name="Put on the account").click()
    expect(page.locator("main")).to_contain_text("Her shop opens on Monday")

    page = desk.open(reverse("debts:list"))
    expect(page.locator("#list .figures")).to_contain_text("₹1,300.00")
    desk.shoot(f"debts list {width}")
    assert faults(page) == []
    page.get_by_label("Show").select_option("Overdue")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    desk.open(reverse("debts:accounts"))
    expect(page.locator("tbody tr")).to_have_count(1)
    desk.shoot(f"debts accounts {width}")
    assert faults(page) == []


@pytest.mark.parametrize("width", [390])
def test_a_manager_lets_a_cashiers_debt_pass_by_pin(window, cashier, manager, store, width):
    membership = store.memberships.get(user=manager)
    membership.pin_hash = make_password("2580")
    membership.save()
    asha = CustomerFactory(store=store, name="Asha Rao")
    set_credit_account(customer=asha, by=manager, credit_limit=D(100), terms_days=None)
    desk = window(cashier, width=width)
    page = desk.open(reverse("debts:enter", args=[asha.pk]))
    page.get_by_label("Amount").fill("500")
    page.get_by_role("button", name="Put on the account").click()
    page.get_by_label("PIN").fill("2580")
    page.get_by_label("Why").fill("Wedding on Sunday")
    desk.shoot(f"debts pin {width}")
    assert faults(page) == []
    page.get_by_role("button", name="Put on the account").click()
    expect(page.locator("main")).to_contain_text(f"allowed by {manager.username}: “Wedding on Sunday”")
    page.get_by_role("link", name="Write off").click()
    desk.shoot(f"debts write off {width}")
    assert faults(page) == []


@pytest.mark.parametrize("width", [1280])
def test_statement_and_aging(window, manager, store, width):
    now = timezone.now()
    asha = CustomerFactory(store=store, name="Asha Rao")
    for days, amount in ((110, 900), (50, 1200), (9, 350)):
        owes(asha, amount, at=now - timedelta(days=days), by=manager, note="Groceries")
    pays(asha, 1000, mode="upi", reference="UPI 4711", by=manager, at=now - timedelta(days=3), now=now)
    owes(CustomerFactory(store=store, name="Ravi Kulkarni"), "123456.50", by=manager)
    desk = window(manager, width=width)
    page = desk.open(reverse("debts:aging"))
    expect(page.locator(".figures")).to_contain_text("₹1,24,906.50")
    desk.shoot(f"debts aging {width}")
    assert faults(page) == []
    page.get_by_role("link", name="Asha Rao").click()
    expect(page.locator("#figures")).to_contain_text("has to pay ₹1,450.00")
    desk.shoot(f"debts statement {width}")
    assert faults(page) == []


@pytest.mark.parametrize("width", [390])
def test_money_received(window, manager, store, width):
    asha = CustomerFactory(store=store, name="Asha Rao")
    owes(asha, 900, by=manager)
    wrong = pays(asha, 500, mode="upi", reference="UPI 4711", by=manager)
    pays(asha, 250, by=manager)
    reverse_payment(store=store, payment_id=wrong.pk, reason="Not hers", by=manager, now=timezone.now())
    desk = window(manager, width=width)
    page = desk.open(reverse("billing:received"))
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_label("Amount").fill("500")
    page.get_by_label("Amount").press("Tab")
    expect(page.locator("tbody tr")).to_have_count(2)
    desk.shoot(f"debts received {width}")
    assert faults(page) == []
