"""The stock list with its value, as a file too; the expired."""

import csv
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Product
from billing.stock_list import dearest_page, narrowed, stock_of, total_value
from billing.tests.factories import ProductFactory, receive, sell, sold_short, stocked_product
from viveka.stores.models import Store, User
from viveka.stores.tests.factories import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(store: Store, other_store: Store, manager: User) -> dict[str, Product]:
    """One of each kind, and a stranger's."""
    stocked_product(other_store, by=manager, name="Theirs")
    ProductFactory.create(store=store, name="Cut", stock_policy="none", selling_price=D(1))
    made = {
        "there": stocked_product(store, batches=[(3, "80.10", 100), (10, 85, 110)], by=manager, name="Soap"),
        "low": stocked_product(store, batches=[(2, 10, 20)], by=manager, name="Comb", low_stock_level=D(2)),
        "out": ProductFactory.create(store=store, name="Gone"),
        "below": sold_short(store, 3, by=manager, name="Rice").lines.get().product,
    }
    today = store.day_of(timezone.now())
    for kind, day in (("expired", date(2020, 1, 1)), ("soon", today + timedelta(days=30))):
        made[kind] = ProductFactory.create(store=store, name=kind.capitalize())
        receive(made[kind], "4", 7, by=manager, expiry_date=day)
    sell(store, manager, [(made["there"], 2)])
    return made


def test_the_value_is_what_is_left_at_what_it_cost(store: Store, shelf: dict[str, Product]) -> None:
    found = {one.name: one.value for one in stock_of(store)}
    assert found == {
        "Soap": D("930.10"), "Comb": D(20), "Gone": D(0), "Rice": D(0), "Expired": D(28), "Soon": D(28),
    }  # fmt: skip
    assert total_value(stock_of(store)) == D("1006.10")


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("", {"Soap", "Comb", "Gone", "Rice", "Expired", "Soon"}),
        ("there", {"Soap", "Comb", "Expired", "Soon"}),
        ("low", {"Comb"}),
        ("out", {"Gone"}),
        ("below", {"Rice"}),
        ("expired", {"Expired"}),
        ("soon", {"Soon"}),
    ],
)
def test_narrows_to_one_kind(store: Store, shelf: dict[str, Product], kind: str, names: set[str]) -> None:
    found = narrowed(stock_of(store), kind, store.day_of(timezone.now()))
    assert {one.name for one in found} == names


def test_pages_by_value_there_and_back(store: Store, manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billing.stock_list.PAGE_SIZE", 2)
    for cost in (5, 5, 9, 7, 0):
        stocked_product(store, batches=[(1, cost, 10)], by=manager)
    values, page, pages = [], dearest_page(stock_of(store), {}), [""]
    while True:
        values += [one.value for one in page.rows]
        if not page.older:
            break
        pages.append(page.older)
        page = dearest_page(stock_of(store), {"before": page.older})
    assert values == [D(9), D(7), D(5), D(5), D(0)]
    back = dearest_page(stock_of(store), {"after": page.newer})
    assert [one.value for one in back.rows] == [D(5), D(5)]
    first = dearest_page(stock_of(store), {"after": back.newer})
    assert ([one.value for one in first.rows], first.newer) == ([D(9), D(7)], "")
    for wrong in ("x", "1~x", "~", "NaN~1", "1.0~" + "9" * 40):
        assert dearest_page(stock_of(store), {"before": wrong}).rows == dearest_page(stock_of(store), {}).rows


class TestScreens:
    def test_shows_the_list_its_value_and_every_order(
        self, store: Store, client: Client, shelf: dict[str, Product]
    ) -> None:
        client.force_login(staff(store, "auditor"))
        page = client.get(reverse("billing:stock"))
        text = page.content.decode()
        assert "₹1,006.10" in text and "3 short" in text and "Theirs" not in text
        assert [row.name for row in page.context["page"].rows] == ["Comb", "Expired", "Gone", "Rice", "Soap", "Soon"]
        for sort, first in (("value", "Soap"), ("least", "Rice"), ("most", "Soap"), ("newest", "Soon")):
            page = client.get(reverse("billing:stock"), {"sort": sort})
            assert page.context["page"].rows[0].name == first
        assert client.get(reverse("billing:stock"), {"q": "so", "show": "there"}).context["count"] == 2
        assert client.get(reverse("billing:stock"), {"show": "x", "sort": "y", "before": "~~"}).status_code == 200

    def test_the_files_are_what_the_list_shows(self, store: Store, client: Client, shelf: dict[str, Product]) -> None:
        client.force_login(staff(store, "auditor"))
        sent = client.get(reverse("billing:stock-csv"), {"show": "there"}).getvalue()
        rows = list(csv.DictReader(sent.decode("utf-8-sig").splitlines()))
        assert [(row["Product"], row["Stock"], row["Value at cost"]) for row in rows] == [
            ("Comb", "2", "20.00"), ("Expired", "4", "28.00"), ("Soap", "11", "930.10"), ("Soon", "4", "28.00"),
        ]  # fmt: skip
        assert client.get(reverse("billing:stock-xlsx")).content[:2] == b"PK"

    def test_never_for_cashiers(self, store: Store, client: Client, cashier: User) -> None:
        client.force_login(cashier)
        for name in ("billing:stock", "billing:stock-csv", "billing:stock-xlsx", "billing:expired"):
            assert client.get(reverse(name)).status_code == 403

    def test_the_expired_are_written_off_from_their_list(
        self, store: Store, manager: User, client: Client, shelf: dict[str, Product]
    ) -> None:
        client.force_login(manager)
        page = client.get(reverse("billing:expired"))
        assert [batch.value for batch in page.context["batches"]] == [D(28)] and page.context["total"] == D(28)
        pk = page.context["batches"][0].pk
        client.post(reverse("billing:expired-write-off"), {"batch": [str(pk), "x", "9" * 30, "²"]})
        assert client.get(reverse("billing:expired")).context["count"] == 0
        for said in ({}, {"batch": "x"}, {"batch": str(pk)}):
            assert client.post(reverse("billing:expired-write-off"), said).status_code == 302
        shelf["expired"].refresh_from_db()
        assert shelf["expired"].current_stock == D(0)
