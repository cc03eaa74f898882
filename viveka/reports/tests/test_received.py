"""All money received in one list: bills, debt payments, advances, and what of it went out again."""

import csv
import io
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from advances.services import refund_advance, reverse_advance
from advances.tests.factories import paid_ahead
from billing.services.buyer import Buyer
from billing.services.tender import Tender
from billing.tests.factories import sell, stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.services import reverse_payment
from debts.tests.factories import owes, pays
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db
URL = "reports:received"


@pytest.fixture
def asha(store: Store, cashier: User) -> Customer:
    """A bill of 500 (120 of it from the advance, 200 on credit), payments, advances, and what was undone."""
    asha, now = CustomerFactory(store=store, name="=Asha"), timezone.now()
    by, soap = cashier, stocked_product(store, batches=[(99, 80, 100)])
    paid_ahead(asha, 120, by=by, at=now - timedelta(days=2))
    tenders = [Tender("advance", D(120)), Tender("credit", D(200)), Tender("upi", D(180), reference="UPI 1")]
    sell(store, by, [(soap, 5)], tenders=tenders, buyer=Buyer(customer_id=asha.pk))
    sell(store, by, [(soap, 1)])
    owes(asha, 300, by=by)
    pays(asha, 600, by=by, keep_rest=True)  # 500 of debts, 100 kept
    owes(asha, 40, by=by)
    pays(asha, 30, mode="advance", by=by)
    wrong = pays(asha, 5, mode="card", by=by)
    reverse_payment(store=store, payment_id=wrong.pk, reason="x", by=by, now=timezone.now())
    mistake, refunded = paid_ahead(asha, 7, by=by), paid_ahead(asha, 50, by=by)
    reverse_advance(store=store, advance_id=mistake.pk, reason="x", by=by, now=timezone.now())
    told: dict[str, Any] = {"store": store, "advance_id": refunded.pk, "amount": D(20), "mode": "upi", "reason": "x"}
    refund_advance(**told, by=by, now=timezone.now())
    return asha


def test_tells_each_once_and_takes_off_what_went_out(cashier_client: Client, store: Store, asha: Customer) -> None:
    owes(CustomerFactory(store=store), 5)
    page = cashier_client.get(reverse(URL))
    told = [(row.text, row.amount, row.mode) for row in page.context["rows"]]
    assert told == [
        ("Advance refunded", D(-20), "upi"),
        ("Advance reversed", D(-7), "cash"),
        ("Advance", D(50), "cash"),
        ("Advance", D(7), "cash"),
        ("Debt payment reversed", D(-5), "card"),
        ("Debt payment", D(5), "card"),
        ("Debt payment", D(600), "cash"),
        ("Bill", D(100), "cash"),
        ("Bill", D(180), "upi"),
        ("Advance", D(120), "cash"),
    ]
    assert page.context["totals"] == [("Card", 0), ("Cash", 870), ("UPI", 160), ("Together", 1030)]
    assert "₹1,030.00" in page.content.decode()


def test_is_narrowed_and_paged(cashier_client: Client, store: Store, asha: Customer, monkeypatch: Any) -> None:
    def amounts(**query: Any) -> list[D]:
        return [row.amount for row in cashier_client.get(reverse(URL), query).context["rows"]]

    today = store.day_of(timezone.now())
    assert amounts(mode="upi") == [-20, 180]
    assert amounts(amount="600") == [600]
    assert amounts(last=f"{today - timedelta(days=1)}") == [120]
    assert len(amounts(customer=asha.pk)) == 9
    assert len(amounts(first="x", amount="-1", mode="gold", customer="x", before="x~y")) == 10
    assert "at most a year" in cashier_client.get(reverse(URL), {"first": "2001-01-01"}).content.decode()
    monkeypatch.setattr("viveka.reports.received_views.money_received.__defaults__", ("", 4))
    first = cashier_client.get(reverse(URL))
    rest = cashier_client.get(reverse(URL), {"before": first.context["older"]})
    shown = [row.amount for page in (first, rest) for row in page.context["rows"]]
    assert shown == [-20, -7, 50, 7, -5, 5, 600, 100]


def test_as_a_file_runs_nothing(auditor_client: Client, asha: Customer) -> None:
    answer = auditor_client.get(reverse("reports:received-csv"), {"amount": "600"})
    header, row = csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    told = dict(zip(header, row, strict=True))
    assert (told["What"], told["Amount"], told["Customer"]) == ("Debt payment", "600.00", "'=Asha")


def test_takes_as_many_statements_for_forty_rows(cashier_client: Client, asha: Customer) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            cashier_client.get(reverse(URL))
        counts.append(len(seen))
        for _ in range(39):
            paid_ahead(asha, 5)
    assert counts[0] == counts[1]
