"""The list of money received, as people look through it."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.test import Client
from django.utils import timezone

from billing.tests.factories import sell, stocked_product
from customers.tests.factories import CustomerFactory
from debts.services import reverse_payment
from debts.tests.factories import owes, pays
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def trade(store: Store, cashier: User, manager: User) -> None:
    """A bill of ₹100 in cash, a debt of ₹500 of which ₹300 came by UPI, and ₹40 that was a mistake."""
    soap = stocked_product(store, batches=[(10, 80, 100)], by=cashier)
    sell(store, cashier, [(soap, 1)])
    asha = CustomerFactory(store=store, name="Asha", phone="+919876543210")
    now = timezone.now()
    owes(asha, D(500), now=now - timedelta(hours=3), by=cashier)
    pays(asha, D(300), now=now - timedelta(hours=2), by=cashier, mode="upi")
    wrong = pays(asha, D(40), now=now - timedelta(hours=1), by=cashier)
    reverse_payment(store=store, payment_id=wrong.pk, reason="Typed twice", by=manager, now=now)


def test_tells_what_came_and_what_went_back(cashier_client: Client, trade: None) -> None:
    response = cashier_client.get("/received/")
    said = response.content.decode()
    assert {row.text for row, _ in response.context["rows"]} == {"Bill", "Debt payment", "Debt payment reversed"}
    assert response.context["total"] == D(400) and "−₹40.00" in said
    assert "received.csv" not in said
    for query, found in {
        "mode=upi": 1, "kind=bill": 1, "amount=40": 2, "reference=nothing": 0, "amount=300.00": 1,
    }.items():  # fmt: skip
        day = timezone.localdate()
        asked = cashier_client.get(f"/received/?first={day - timedelta(days=2)}&last={day + timedelta(days=1)}&{query}")
        assert len(asked.context["rows"]) == found, query


@pytest.mark.parametrize(
    "query",
    ["amount=-1", "amount=NaN", "mode=gold", "staff=9999", "customer=99999999999999999999", "first=2026-02-30&last=",
     "first=2026-05-02&last=2026-05-01", "kind=x", "before=x", "before=|||", "before=2026-13-45T00:00|bill|1"],
)  # fmt: skip
def test_nonsense_is_said_or_ignored(manager_client: Client, trade: None, query: str) -> None:
    assert manager_client.get(f"/received/?{query}").status_code == 200
    for kind in ("csv", "xlsx"):
        assert manager_client.get(f"/received.{kind}?{query}", follow=True).status_code == 200


def test_a_file_holds_all_of_it(manager_client: Client, trade: None) -> None:
    lines = manager_client.get("/received.csv").getvalue().decode("utf-8-sig").splitlines()
    assert lines[0] == "Date,Time,What,Amount,Paid by,Reference,Staff,Customer" and len(lines) == 5
    assert manager_client.get("/received.xlsx").content[:2] == b"PK"


def test_pages_follow_each_other(store: Store, cashier: User, cashier_client: Client, trade: None) -> None:
    asha = CustomerFactory(store=store)
    owes(asha, D(1000), by=cashier)
    for n in range(40):
        pays(asha, D(n + 1), by=cashier)
    first = cashier_client.get("/received/")
    rows = [row for row, _ in first.context["rows"]]
    second = cashier_client.get("/received/", {"before": first.context["older"]})
    rows += [row for row, _ in second.context["rows"]]
    assert len(rows) == len({(row.kind, row.row) for row in rows}) == 44 and second.context["older"] == ""
