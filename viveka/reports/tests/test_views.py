"""Customers in numbers, on the page and as a file."""

import csv
import io

import pytest
from django.urls import reverse

from billing.services.buyer import Buyer
from billing.tests.factories import sell, stocked_product

pytestmark = pytest.mark.django_db
PAGE, FILE = reverse("reports:customers"), reverse("reports:customers-csv")


@pytest.fixture
def sales(store, manager):
    soap = stocked_product(store, batches=[(1000, 80, 100)], by=manager)
    for name, quantity in (("Asha", 1), ("Asha", 1), ("Ravi", 5), ("", 2)):
        sell(store, manager, [(soap, quantity)], buyer=Buyer(name=name))


def test_shows_top_customers_and_anonymous_sales(auditor_client, sales, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        page = auditor_client.get(PAGE)
    assert [buyer.customer.name for buyer in page.context["buyers"]] == ["Ravi", "Asha"]
    assert "₹233.33" in page.content.decode()
    assert auditor_client.get(PAGE, {"by": "visits"}).context["buyers"][0].customer.name == "Asha"
    assert auditor_client.get(PAGE, {"last": "2020-01-01"}).context["buyers"] == []


def test_as_a_file(manager_client, sales):
    rows = list(csv.reader(io.StringIO(manager_client.get(FILE).getvalue().decode("utf-8-sig"))))
    assert [row[1] for row in rows] == ["Name", "All customers", "Without a customer", "Ravi", "Asha"]
    assert rows[2][3:] == ["200.00", "1", "200.00"]


@pytest.mark.parametrize(
    "query", [{"first": "x"}, {"first": "2026-02-01", "last": "2026-01-01"}, {"by": "name"}, {"last": "0001-01-01"}]
)
def test_what_cannot_be_understood_is_said(manager_client, sales, query):
    page = manager_client.get(PAGE, query)
    assert 'role="alert"' in page.content.decode()
    assert manager_client.get(FILE, query).status_code == 302


def test_is_not_for_cashiers(cashier_client):
    assert cashier_client.get(PAGE).status_code == cashier_client.get(FILE).status_code == 403
    assert PAGE not in cashier_client.get(reverse("customers:list")).content.decode()
