"""Customers in a real browser: one person who is there twice, and names in scripts of all kinds."""

from datetime import timedelta
from threading import Event

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from billing.services.buyer import Buyer
from billing.tests.factories import sell, stocked_product
from customers.kept_imports import KeptImport
from customers.models import Customer
from customers.tests.factories import CustomerFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = (
    "नेहा शर्मा",
    "अमिताभ बच्चन",
    "محمد الأحمد",
    "فاطمة الزهراء",
    "王小明",
    "李娜",
    "தமிழ்ச்செல்வி",
    "Иван Петров",
    "Łukasz Żółć",
)


@pytest.fixture
def twice(store, manager):
    """Asha, who gave two phones."""
    soap = stocked_product(store, name="Neem Soap 75 g", batches=[(99, 25, 32)], by=manager)
    asha = CustomerFactory(store=store, name="Asha Rao", phone="+919876543210", address="12 Gandhi Road\nPune")
    aasha = CustomerFactory(store=store, name="Aasha Rao", phone="+919876543211", email="asha@example.com")
    for customer, quantity in ((asha, 1), (aasha, 2), (aasha, 3)):
        sell(store, manager, [(soap, quantity)], buyer=Buyer(customer_id=customer.pk))
    return asha, aasha


def faults(page):
    return [one["id"] for one in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("width", [1280, 390])
def test_two_records_of_one_person_become_one_and_two_again(window, manager, twice, width):
    asha, aasha = twice
    desk = window(manager, width=width)
    page = desk.open(reverse("duplicates"))
    page.get_by_role("button", name="Compare all customers").click()
    expect(page.get_by_text("similar names")).to_be_visible()
    desk.shoot(f"duplicates {width}")
    page.get_by_role("link", name="Merge…").click()

    expect(page.get_by_role("radio", name="Asha Rao", exact=False).first).to_be_checked()
    page.locator("#name-loser").check()
    page.get_by_label("Why (optional)").fill("The same person")
    desk.shoot(f"merge preview {width}")
    assert faults(page) == []
    page.get_by_role("button", name=f"Merge {aasha.number} into {asha.number}").click()

    expect(page.locator(".customer-name .who")).to_have_text("Aasha Rao")
    expect(page.locator("#messages")).to_contain_text(f"{aasha.number} is part of {asha.number} now")
    expect(page.locator(".figures")).to_contain_text("₹192.00")
    expect(page.locator("#purchases + div tbody tr")).to_have_count(3)
    expect(page.locator(".deeds")).to_contain_text("The same person")
    desk.shoot(f"profile after merge {width}")

    page.get_by_role("link", name=str(aasha)).click()
    expect(page.locator("main")).to_contain_text("This record is part of")
    desk.shoot(f"merged record {width}")
    page.get_by_role("button", name="Undo the merge").click()
    expect(page.locator("#messages")).to_contain_text("a record of its own again")
    expect(page.locator(".figures")).to_contain_text("₹160.00")
    for customer, name in ((asha, "Asha Rao"), (aasha, "Aasha Rao")):
        customer.refresh_from_db()
        assert (customer.name, customer.merged_into_id) == (name, None)


def test_the_other_record_is_found_from_the_profile(window, manager, twice):
    asha, aasha = twice
    desk = window(manager)
    page = desk.open(asha.get_absolute_url())
    page.get_by_role("link", name="Merge", exact=True).click()
    page.get_by_label("Search the other record").fill("aash")
    page.get_by_role("link", name=str(aasha)).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Merge two records of one person")
    page.get_by_role("link", name=f"Keep {aasha.number} instead").click()
    expect(page.get_by_role("button", name=f"Merge {asha.number} into {aasha.number}")).to_be_visible()


@pytest.mark.parametrize("width", [390])
def test_deleted_then_erased(window, manager, store, twice, width):
    asha, _ = twice
    store.requires_email = True
    store.save()
    desk = window(manager, width=width)
    page = desk.open(asha.get_absolute_url())
    expect(page.get_by_text("Missing on this record: an e-mail address")).to_be_visible()
    expect(page.locator("#purchases + div tbody tr")).to_have_count(1)
    desk.shoot(f"profile incomplete {width}")
    page.get_by_role("link", name="Delete").click()
    page.get_by_label("Why (optional)").fill("Moved away")
    page.get_by_role("button", name="Delete the record").click()
    expect(page.locator("main")).to_contain_text("This customer was deleted on")
    desk.shoot(f"deleted {width}")
    page.get_by_role("link", name="Erase for ever").click()
    page.get_by_label(f"Type {asha.number} to go on").fill(asha.number)
    desk.shoot(f"erase {width}")
    assert faults(page) == []
    page.get_by_role("button", name="Erase for ever").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("erased")
    expect(page.locator("#purchases + div tbody tr")).to_have_count(1)
    assert "Asha Rao" not in page.content()
    desk.shoot(f"erased {width}")


@pytest.mark.parametrize("width", [390])
def test_names_of_every_script_are_drawn(window, manager, store, width):
    for name in NAMES:
        CustomerFactory(store=store, name=name)
    desk = window(manager, width=width)
    page = desk.open(reverse("customers:list"))
    for name in NAMES:
        expect(page.get_by_role("link", name=name).first).to_be_visible()
    desk.shoot(f"names of many scripts {width}")
    neha = Customer.objects.get(name=NAMES[0])
    Customer.objects.filter(pk=neha.pk).update(created_at=neha.created_at - timedelta(days=40))
    desk.open(neha.get_absolute_url())
    desk.shoot(f"profile in devanagari {width}")


def test_what_the_store_asks_for_is_set_on_its_screen(window, manager, store):
    desk = window(manager)
    page = desk.open(reverse("store-settings"))
    page.get_by_label("An e-mail address").check()
    desk.shoot("settings required fields")
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator("#messages")).to_contain_text("saved")
    page = desk.open(reverse("customers:add"))
    page.get_by_label("Phone").fill("98765 43210")
    page.get_by_label("Name").fill("Asha Rao")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This store asks every customer for an e-mail address")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Asha Rao")
    desk.shoot("customer form refused")


@pytest.mark.parametrize("width", [1280])
def test_a_long_file_is_looked_at_and_says_how_far_it_is(
    window, manager, store, settings, tmp_path, width, monkeypatch
):
    settings.DATA = tmp_path
    note, began, go_on = KeptImport.note_progress, Event(), Event()

    def halting(kept, done, total):
        note(kept, done, total)
        if done == 1000:
            began.set()
            assert go_on.wait(20)

    monkeypatch.setattr(KeptImport, "note_progress", halting)
    text = "Wer,Wo,Schuhe\n" + "".join(f"{NAMES[n % 9]} {n},98{n:08d},7\n" for n in range(7_000_000, 7_002_500))
    desk = window(manager, width=width)
    page = desk.open(reverse("customers:import"))
    page.get_by_label("CSV or XLSX file").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": (text + "Nobody,98765O3210,\n").encode()}
    )
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_label("Wer").select_option(label="Name")
    page.get_by_label("Wo").select_option(label="Phone")
    desk.shoot(f"import columns {width}")
    assert faults(page) == []
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What people.csv would do")
    desk.shoot(f"import preview {width}")
    page.get_by_role("link", name="Refused").click()
    expect(page.locator("tbody")).to_contain_text("98765O3210")
    page.get_by_role("button", name="Bring in 2,500 lines").click()
    expect(page.get_by_text("1,000 of 2,500 records are written.")).to_be_visible()
    assert began.is_set()
    expect(page.get_by_role("progressbar", name="Records written")).to_have_attribute("value", "1000")
    desk.shoot(f"import progress {width}")
    assert faults(page) == []
    go_on.set()
    expect(page.get_by_role("heading", level=1)).to_have_text("people.csv is brought in")
    desk.shoot(f"import result {width}")
    assert Customer.objects.count() == 2500
