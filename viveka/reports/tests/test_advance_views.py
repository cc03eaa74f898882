"""Advances in numbers, on the page and as files."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advances.tests.factories import paid_ahead, used
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.reports.advance_tables import TABLES
from viveka.reports.advance_views import fitting
from viveka.reports.advances import Span
from viveka.reports.chart import Series, bar_chart, line_chart
from viveka.stores.models import Store
from viveka.stores.sheets import read_table

pytestmark = pytest.mark.django_db
PAGE = reverse("reports:advances")


@pytest.fixture
def asha(store: Store) -> Customer:
    return CustomerFactory(store=store, name="Asha Rao")


def file(client: Client, table: str, kind: str = "csv", **query: str) -> Any:
    return client.get(reverse(f"reports:advances-{kind}"), {"table": table, **query})


def test_shows_figures_with_a_picture(auditor_client: Client, asha: Customer) -> None:
    now = timezone.now()
    paid_ahead(asha, 500, at=now - timedelta(days=3))
    paid_ahead(asha, "123456.50", at=now - timedelta(days=2))
    used(asha, 600)
    page = auditor_client.get(PAGE)
    text = page.content.decode()
    assert "₹1,23,956.50" in text and "₹1,23,356.50" in text and "Asha Rao" in text
    pictures = re.findall(r'<svg[^>]*role="img"[^>]*aria-label="[^"]+"', text)
    assert len(pictures) == 2
    assert re.search(r"<title>[^<]*Collected ₹1,23,456.50</title>", text)
    assert not re.search(r"\sstyle=|<script(?![^>]*\ssrc=)|<style", text)
    live = auditor_client.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in live and "<svg" in live


def test_every_table_as_a_file(manager_client: Client, asha: Customer) -> None:
    paid_ahead(asha, 500)
    Customer.objects.filter(pk=asha.pk).update(name="=1+1")
    for table in TABLES:
        rows = list(csv.reader(io.StringIO(file(manager_client, table).getvalue().decode("utf-8-sig"))))
        assert len({len(row) for row in rows}) == 1, table
        assert next(read_table("x.xlsx", file(manager_client, table, "xlsx").content)) == rows[0]
    (_, row) = csv.reader(io.StringIO(file(manager_client, "balances").getvalue().decode("utf-8-sig")))
    assert row[1] == "'=1+1" and row[3] == "500.00"
    assert file(manager_client, "nothing").status_code == 404


def test_long_spans_are_told_in_longer_steps_and_filed_day_by_day(manager_client: Client, asha: Customer) -> None:
    begins = timezone.now() - timedelta(days=199)
    paid_ahead(asha, 500, at=begins)
    page = manager_client.get(PAGE, {"first": "2000-01-01"})
    assert (page.context["step"], page.context["is_coarser"]) == ("week", True)
    assert "longer steps" in page.content.decode()
    rows = file(manager_client, "days", first="2000-01-01").getvalue().decode().splitlines()
    assert len(rows) == 201
    day = begins.date()
    assert fitting(Span(day, day + timedelta(days=61)), "day") == "day"
    assert fitting(Span(day, day + timedelta(days=70 * 365)), "day") == "year"


@pytest.mark.parametrize(
    "query", [{"first": "x"}, {"first": "2026-02-01", "last": "2026-01-01"}, {"each": "hour"}, {"last": "0001-01-01"}]
)
def test_what_cannot_be_understood_is_said(manager_client: Client, query: dict[str, str]) -> None:
    assert 'role="alert"' in manager_client.get(PAGE, query).content.decode()
    assert file(manager_client, "days", **query).status_code == 302


def test_bars_and_lines_stay_within_the_picture() -> None:
    names = [str(n) for n in range(40)]
    values = [n * n for n in range(40)]
    chart = bar_chart(names, [Series("A", "came", values), Series("B", "went", values[::-1])], str)
    assert len(chart.bars) == 78  # nothing is drawn for nothing
    for bar in chart.bars:
        assert chart.left <= bar.x <= bar.x + bar.width <= chart.right + 0.01
        assert 0 < bar.y < bar.y + bar.height <= chart.floor + 0.01
    assert len(chart.columns) <= 9
    points = [point.split(",") for point in line_chart(names, values, str).points.split()]
    assert len(points) == 40 and all(0 <= float(y) <= chart.floor for _, y in points)
    assert line_chart([], [], str).points == ""
