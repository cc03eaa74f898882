"""The pages over several apps, and what holds for every page."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from billing.services.buyer import Buyer
from billing.tests.factories import sell, stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.stores.tests.factories import staff

PAGES = [
    "home",
    "store-settings",
    "members",
    "change-password",
    "choose-store",
    "customers:list",
    "customers:add",
    "duplicates",
]
pytestmark = pytest.mark.django_db


class TestStartPage:
    def test_shows_a_manager_todays_bills_and_total(self, manager_client, store, cashier, other_store):
        product = stocked_product(store, batches=[(9, 80, 100)])
        sell(store, cashier, [(product, 2)])
        sell(store, cashier, [(product, 1)])
        sell(other_store, staff(other_store), [(stocked_product(other_store), 1)])
        page = manager_client.get(reverse("home"))
        assert page.context["figures"] == {"bills": 2, "total": 300}
        assert "₹300.00" in page.content.decode()

    def test_the_auditor_has_it_too_and_the_cashier_goes_to_the_counter(self, auditor_client, cashier_client):
        assert auditor_client.get(reverse("home")).status_code == 200
        assert cashier_client.get(reverse("home")).url == reverse("billing:counter")


class TestProfile:
    @pytest.fixture
    def john(self, store):
        return CustomerFactory(store=store, name="John Doe", phone="+919876543210", email="john@example.com")

    def test_tells_who_it_is_and_what_was_bought(self, cashier_client, store, cashier, john):
        product = stocked_product(store, batches=[(99, 80, 100)])
        for quantity in (1, 2):
            sell(store, cashier, [(product, quantity)], buyer=Buyer(phone=john.phone))
        page = cashier_client.get(john.get_absolute_url()).content.decode()
        for part in (john.number, "John Doe", "tel:+919876543210", "https://wa.me/919876543210", "98765 43210"):
            assert part in page
        for figure in ("₹300.00", "₹150.00"):
            assert figure in page

    def test_shows_a_cashier_neither_changes_nor_cost(self, cashier_client, manager_client, store, cashier, john):
        sell(store, cashier, [(stocked_product(store, batches=[(9, 77, 100)]), 1)], buyer=Buyer(phone=john.phone))
        changes = reverse("customer-changes", args=[john.pk])
        assert changes not in cashier_client.get(john.get_absolute_url()).content.decode()
        assert changes in manager_client.get(john.get_absolute_url()).content.decode()
        for url in (john.get_absolute_url(), reverse("customer-purchases", args=[john.pk])):
            assert "₹77" not in page_of(cashier_client, url)
            assert "₹23" not in page_of(cashier_client, url)

    def test_purchases_are_paged_and_say_how_they_were_paid(self, cashier_client, store, cashier, john):
        product = stocked_product(store, batches=[(99, 80, 100)])
        bills = [sell(store, cashier, [(product, 1)], buyer=Buyer(phone=john.phone)).bill for _ in range(27)]
        url = reverse("customer-purchases", args=[john.pk])
        first = cashier_client.get(url)
        assert list(first.context["bills"]) == bills[:1:-1]
        rest = cashier_client.get(url, {"before": first.context["page"].older})
        assert list(rest.context["bills"]) == bills[1::-1]
        assert bills[0].number in rest.content.decode()
        assert "Cash" in rest.content.decode()

    def test_changes_say_who_when_and_from_what_to_what(
        self, manager_client, manager, john, django_assert_max_num_queries
    ):
        data = {"name": "John A. Doe", "phone": "98765 43210", "email": "", "is_active": "on"}
        manager_client.post(reverse("customers:edit", args=[john.pk]), data)
        with django_assert_max_num_queries(9):
            response = manager_client.get(reverse("customer-changes", args=[john.pk]))
        changed, added = response.context["changes"]
        assert (changed.who, changed.what, added.what) == (manager.username, "Changed", "Added")
        told = [(one.label, one.before, one.after) for one in changed.fields]
        assert told == [("name", "John Doe", "John A. Doe"), ("email", "john@example.com", "")]

    def test_nothing_is_deleted(self, manager_client, john):
        assert manager_client.delete(john.get_absolute_url()).status_code == 405
        assert Customer.objects.filter(pk=john.pk).exists()


def page_of(client: Client, url: str) -> str:
    return client.get(url).content.decode()


class TestEveryPage:
    @pytest.mark.parametrize("name", PAGES)
    def test_has_one_heading_a_title_and_nothing_inline(self, manager_client, name):
        response = manager_client.get(reverse(name))
        page = response.content.decode()
        assert len(re.findall(r"<h1[ >]", page)) == 1
        assert re.search(r"<title>\s*\S", page)
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)|javascript:", page)
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)

    def test_what_is_not_there_and_what_is_forbidden_are_told_to_people(self, cashier_client):
        missing = cashier_client.get("/nowhere/")
        assert (missing.status_code, "This is not here" in missing.content.decode()) == (404, True)
        forbidden = cashier_client.get(reverse("members"))
        assert (forbidden.status_code, "needs the role manager" in forbidden.content.decode()) == (403, True)

    def test_an_old_form_is_told_to_people(self, cashier):
        client = Client(enforce_csrf_checks=True)
        client.force_login(cashier)
        response = client.post(reverse("sign-out"))
        assert (response.status_code, "too old" in response.content.decode()) == (403, True)

    def test_a_fault_is_told_to_people(self, cashier, monkeypatch):
        def fail(*args: object) -> None:
            raise RuntimeError("made to fail")

        monkeypatch.setattr("customers.views.directory.newest_page", fail)
        client = Client(raise_request_exception=False)
        client.force_login(cashier)
        response = client.get(reverse("customers:list"))
        assert (response.status_code, "Something went wrong" in response.content.decode()) == (500, True)
        assert "made to fail" not in response.content.decode()
