"""Who served: what each of the staff sold, less what came back."""

import csv
import io
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.services.asked import SaleItem
from billing.services.checkout import checkout
from billing.services.tender import Tender
from billing.tests.factories import sell, stocked_product, take_back
from viveka.stores.models import Store, User
from viveka.stores.tests.factories import StoreFactory, staff

pytestmark = pytest.mark.django_db
PAGE, FILE = reverse("reports:servers"), reverse("reports:servers-csv")


@pytest.fixture
def ravi(store: Store, cashier: User, manager: User) -> User:
    """Served one line of a bill of the cashier's; a soap of his came back. Another store sold something too."""
    soap = stocked_product(store, batches=[(90, 50, 100)], by=manager)
    comb = stocked_product(store, batches=[(90, 5, 20)], by=manager)
    person = staff(store)
    items = [SaleItem(soap.pk, D(3), served_by_id=person.pk), SaleItem(comb.pk, D(1))]
    bill = checkout(store=store, by=cashier, items=items, tenders=[Tender("cash")], now=timezone.now()).bill
    take_back(bill, 1, by=manager)
    sell(store, cashier, [(comb, 2)])
    other = StoreFactory()
    sell(other, cashier, [(stocked_product(other), 1)])
    return person


def test_each_with_what_was_served(
    auditor_client: Client, cashier: User, ravi: User, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(6):
        page = auditor_client.get(PAGE)
    told = [(one.person, one.bills, one.lines, one.sold, one.returned, one.kept) for one in page.context["served"]]
    assert told == [(ravi, 1, 1, 300, 100, 200), (cashier, 2, 2, 60, 0, 60)]
    assert auditor_client.get(PAGE, {"last": "2020-01-01"}).context["served"] == []


def test_as_a_file(manager_client: Client, ravi: User) -> None:
    rows = list(csv.reader(io.StringIO(manager_client.get(FILE).getvalue().decode("utf-8-sig"))))
    assert rows[1][1:] == ["1", "1", "300.00", "100.00", "200.00"]
    assert manager_client.get(reverse("reports:servers-xlsx")).status_code == 200
    assert manager_client.get(FILE, {"first": "x"}).url.startswith(PAGE)
