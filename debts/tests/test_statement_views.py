"""Statement and aging on screen and in files."""

import csv
import io
from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from advances.tests.factories import paid_ahead
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.tests.factories import owes, pays
from viveka.stores.models import Store

pytestmark = pytest.mark.django_db


@pytest.fixture
def asha(store: Store) -> Customer:
    """Owed 300 forty days ago and 200 five days ago, paid 350 yesterday, holds 80."""
    asha = CustomerFactory(store=store, name="=Asha", phone="+919876543210")
    owes(asha, 300, at=ago(40), note="Saree")
    owes(asha, 200, at=ago(5))
    pays(asha, 350, at=ago(1))
    paid_ahead(asha, 80)
    return asha


def ago(days: int) -> Any:
    return timezone.now() - timedelta(days=days)


def day(days: int) -> str:
    return f"{timezone.localtime() - timedelta(days=days):%Y-%m-%d}"


def rows(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_the_statement_of_a_period_on_screen(cashier_client: Client, store: Store, asha: Customer) -> None:
    url = reverse("debts:statement", args=[asha.pk])
    assert len(cashier_client.get(url).context["statement"].lines) == 4  # the last ninety days
    page = cashier_client.get(url, {"first": day(10), "last": day(0)})
    told = page.context["statement"]
    assert (told.opening_debt, told.closing_debt, told.closing_advance, told.net) == (300, 150, 80, 70)
    body = page.content.decode()
    for said in ("Opening balance", "Payment", "Has to pay", "₹70.00", "₹150.00"):
        assert said in body
    text = unquote(page.context["whatsapp"])
    assert "owed before ₹300.00, added ₹200.00, paid or taken off ₹350.00, owed now ₹150.00." in text
    assert "₹80.00 is held as your advance. You have to pay ₹70.00." in text
    assert "statement.csv" not in body
    wrong = cashier_client.get(url, {"first": day(0), "last": day(9)})
    assert "before the first day" in wrong.content.decode()
    for nonsense in ("x", "0000-00-00", "9999-12-31", "\x00"):
        assert cashier_client.get(url, {"first": nonsense, "last": nonsense}).status_code == 200


def test_the_statement_as_a_file_runs_nothing(auditor_client: Client, asha: Customer) -> None:
    url = reverse("debts:statement-csv", args=[asha.pk])
    header, opening, *lines, closing = rows(auditor_client.get(url, {"first": day(10)}))
    assert header[1] == "What"
    assert (opening[6], closing[6], closing[8]) == ("300.00", "150.00", "80.00")
    assert [line[1] for line in lines] == ["Credit", "Payment", "Advance paid"]
    assert auditor_client.get(url, {"first": "x"}).status_code == 302


def test_aging_of_any_day_adds_up(auditor_client: Client, store: Store, asha: Customer) -> None:
    url = reverse("debts:aging")
    today = auditor_client.get(url)
    assert (today.context["total"].total, today.context["total"].to_30) == (D(150), D(150))
    before = auditor_client.get(url, {"day": day(2)}).context["total"]
    assert (before.to_60, before.to_30, before.total) == (D(300), D(200), D(500))
    assert auditor_client.get(url, {"day": day(60)}).context["count"] == 0
    assert "Enter a valid date" in auditor_client.get(url, {"day": "x"}).content.decode()
    header, row, total = rows(auditor_client.get(reverse("debts:aging-csv"), {"day": day(2)}))
    assert (row[1], row[-1], total[1], total[-1]) == ("'=Asha", "500.00", "Total", "500.00")
    assert len(header) == len(row) == len(total) == 8


def test_both_take_as_many_statements_for_forty_rows(cashier_client: Client, store: Store, asha: Customer) -> None:
    urls = [reverse("debts:statement", args=[asha.pk]), reverse("debts:aging")]
    counts = []
    for _ in range(2):
        for url in urls:
            with CaptureQueriesContext(connection) as seen:
                assert cashier_client.get(url).status_code == 200
            counts.append(len(seen))
        for _ in range(39):
            owes(asha, 5)
            owes(CustomerFactory(store=store), 7)
    assert counts[:2] == counts[2:]
