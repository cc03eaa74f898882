"""The directory: narrowed, sorted by any column, paged, and taken along as a file."""

import csv
import io
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from customers.models import Customer
from customers.records import delete_customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
LIST = reverse("customers:list")
FILES = [reverse("customers:export-csv"), reverse("customers:export-xlsx")]
STRANGE = [
    "x", "~", "~1", "1~x", "a\x00~1", "NaN~1", "1E+99~1", "9" * 99 + "~1", "2026-01-01~1", "1~" + "9" * 30,
    "2026-01-01 10:00~1", "ÄŸ~٣", "a~b~7",
]  # fmt: skip
COLUMNS = ["number", "name", "phone", "debt_balance", "advance_balance", "total_purchases", "last_purchase_at"]


def names(response):
    assert response.status_code == 200
    return [customer.name for customer in response.context["page"].rows]


def walk(client, **query):
    """All pages forth; and back again, which must be the same rows."""
    page = client.get(LIST, query).context["page"]
    pages = [page]
    while page.older:
        page = client.get(LIST, {**query, "before": page.older}).context["page"]
        pages.append(page)
    back = [page.rows]
    while page.newer:
        page = client.get(LIST, {**query, "after": page.newer}).context["page"]
        back.append(page.rows)
    assert back[::-1] == [one.rows for one in pages]
    return [row for one in pages for row in one.rows]


class TestFilters:
    @pytest.fixture
    def people(self, store):
        now = timezone.now()
        make = lambda name, **fields: CustomerFactory(store=store, name=name, **fields)  # noqa: E731
        return {
            "owing": make("Owing", debt_balance=50, total_purchases=900, purchase_count=3, last_purchase_at=now),
            "ahead": make("Ahead", advance_balance=10, total_purchases=100, purchase_count=1,
                          last_purchase_at=now - timedelta(days=30)),
            "idle": make("Idle", is_active=False, email="a@b.example"),
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({}, ["Idle", "Ahead", "Owing"]),
            ({"owes": "on"}, ["Owing"]),
            ({"advance": "on"}, ["Ahead"]),
            ({"active": "yes"}, ["Ahead", "Owing"]),
            ({"active": "no"}, ["Idle"]),
            ({"bought": "100.01"}, ["Owing"]),
            ({"visits": "1"}, ["Ahead", "Owing"]),
            ({"q": "owi", "advance": "on"}, []),
        ],
    )
    def test_narrow_the_list(self, cashier_client, people, query, found):
        assert names(cashier_client.get(LIST, query)) == found

    def test_no_purchase_since_a_day_of_the_store(self, cashier_client, store, people):
        day = store.day_of(people["ahead"].last_purchase_at)
        assert names(cashier_client.get(LIST, {"not_since": f"{day}"})) == ["Idle"]
        assert names(cashier_client.get(LIST, {"not_since": f"{day + timedelta(days=1)}"})) == ["Idle", "Ahead"]

    def test_incomplete_is_what_the_store_says(self, cashier_client, store, people):
        assert names(cashier_client.get(LIST, {"incomplete": "on"})) == []
        store.requires_email = True
        store.save()
        assert names(cashier_client.get(LIST, {"incomplete": "on"})) == ["Ahead", "Owing"]

    def test_deleted_and_merged_records_only_when_asked(self, cashier_client, store, manager, people):
        delete_customer(store=store, pk=people["idle"].pk, by=manager, now=timezone.now())
        gone = CustomerFactory(store=store, name="Gone", merged_into=people["owing"])
        assert names(cashier_client.get(LIST)) == ["Ahead", "Owing"]
        assert names(cashier_client.get(LIST, {"show": "deleted"})) == ["Idle"]
        assert "Deleted</span>" in cashier_client.get(LIST, {"show": "deleted"}).content.decode()
        assert names(cashier_client.get(LIST, {"show": "merged"})) == [gone.name]
        assert names(cashier_client.get(LIST, {"show": "merged", "q": "idle"})) == []

    @pytest.mark.parametrize(
        ("field", "text"),
        [("not_since", "yesterday"), ("not_since", "0001-01-01"), ("bought", "-5"), ("bought", "NaN"), ("visits", "x"),
         ("visits", "9" * 40), ("show", "all"), ("active", "?"), ("sort", "phone; DROP"), ("q", "x" * 201)],
    )  # fmt: skip
    def test_what_cannot_be_understood_is_said(self, cashier_client, people, field, text):
        response = cashier_client.get(LIST, {field: text})
        assert response.context["filter"].form.errors[field]
        assert 'role="alert"' in response.content.decode()


class TestSorting:
    @pytest.fixture
    def crowd(self, store):
        """Sixty, with values that repeat and some that are missing."""
        now = timezone.now()
        for n in range(60):
            CustomerFactory(
                store=store,
                name=f"{'aAbÄ'[n % 4]}sha {n % 7}" if n % 5 else f"{n} व्यक्ति",
                phone=None if n % 6 == 0 else f"+9198765{(n * 7919) % 100000:05d}",
                debt_balance=D(n % 3) if n % 6 else 0,
                advance_balance=D(n % 5) / 4,
                total_purchases=D(n * 37 % 11),
                last_purchase_at=now - timedelta(hours=n // 2) if n % 4 else None,
            )

    @pytest.mark.parametrize("column", COLUMNS)
    def test_pages_forth_and_back_over_everybody_once(self, cashier_client, store, crowd, column):
        up, down = walk(cashier_client, sort=column), walk(cashier_client, sort=f"-{column}")
        assert len(up) == len({one.pk for one in up}) == 60
        assert down == up[::-1]
        values = [getattr(one, column) for one in up if getattr(one, column) is not None]
        if column not in {"name", "phone"}:
            assert values == sorted(values)
        if column == "name":
            lowered = Customer.objects.of(store).raw("SELECT id FROM customers_customer ORDER BY lower(name), id")
            assert [one.pk for one in up] == [one.pk for one in lowered]

    def test_who_never_bought_comes_last_among_the_latest(self, cashier_client, crowd):
        latest = walk(cashier_client, sort="-last_purchase_at")
        assert all(one.last_purchase_at for one in latest[:45])
        assert not any(one.last_purchase_at for one in latest[45:])

    def test_goes_with_search_and_filters(self, cashier_client, crowd):
        found = walk(cashier_client, sort="-total_purchases", q="asha", owes="on")
        assert found
        assert all(one.debt_balance and "sha" in one.name for one in found)
        assert [one.total_purchases for one in found] == sorted([one.total_purchases for one in found], reverse=True)

    def test_headings_lead_to_the_order_and_say_it(self, cashier_client, crowd):
        page = cashier_client.get(LIST, {"q": "asha", "before": "5"}).content.decode()
        assert '?q=asha&amp;sort=-debt_balance"' in page
        page = cashier_client.get(LIST, {"sort": "-debt_balance"}).content.decode()
        assert 'aria-sort="descending"' in page
        assert '?sort=debt_balance"' in page

    @pytest.mark.parametrize("sort", [*COLUMNS, "-name"])
    def test_a_strange_place_is_no_fault(self, cashier_client, store, sort):
        CustomerFactory(store=store)
        for place in STRANGE:
            for way in ("before", "after"):
                assert cashier_client.get(LIST, {"sort": sort, way: place}).status_code == 200


def as_csv(cell):
    """What the CSV file has in place of the spreadsheet's cell."""
    return f"{cell.value:.2f}" if cell.number_format == "#,##0.00" else str("" if cell.value is None else cell.value)


class TestExport:
    @pytest.mark.parametrize("client_of", ["manager_client", "auditor_client"])
    def test_holds_what_is_filtered_in_the_same_order(self, request, store, other_store, client_of):
        client = request.getfixturevalue(client_of)
        for name, amount in (("Asha", 5), ("Ravi", 9), ("Uma", 0)):
            CustomerFactory(store=store, name=name, debt_balance=amount, phone=f"+91987654321{amount}")
        CustomerFactory(store=other_store, name="Elsewhere", debt_balance=7)
        query = {"owes": "on", "sort": "-debt_balance"}
        response = client.get(FILES[0], query)
        assert response.streaming
        assert "attachment" in response["Content-Disposition"]
        rows = list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
        assert [row[2] for row in rows] == ["Name", "Ravi", "Asha"]
        sheet = load_workbook(io.BytesIO(client.get(FILES[1], query).content)).active
        assert [[as_csv(cell) for cell in row] for row in sheet.iter_rows()] == rows
        assert {row[9].data_type for row in sheet.iter_rows(min_row=2)} == {"n"}

    @pytest.mark.parametrize("url", FILES)
    def test_is_not_for_cashiers(self, cashier_client, url):
        assert cashier_client.get(url).status_code == 403
        assert url not in cashier_client.get(LIST).content.decode()

    def test_formulas_are_harmless(self, manager_client, store):
        CustomerFactory(store=store, name="=1+1", note="@SUM(A1)")
        text = manager_client.get(FILES[0]).getvalue().decode()
        assert ",'=1+1," in text
        assert ",'@SUM(A1)," in text
        sheet = load_workbook(io.BytesIO(manager_client.get(FILES[1]).content)).active
        assert (sheet["C2"].value, sheet["C2"].data_type) == ("=1+1", "s")

    @pytest.mark.parametrize("url", FILES)
    def test_a_filter_that_is_not_understood_exports_nothing(self, manager_client, store, url):
        CustomerFactory(store=store)
        response = manager_client.get(url, {"bought": "much"})
        assert response.status_code == 302
        assert response.url == f"{LIST}?bought=much"

    def test_a_spreadsheet_has_a_bound(self, manager_client, store, monkeypatch):
        monkeypatch.setattr("viveka.stores.downloads.XLSX_MOST", 1)
        CustomerFactory.create_batch(2, store=store)
        response = manager_client.get(FILES[1], follow=True)
        assert "Take a CSV file" in response.content.decode()

    def test_links_carry_the_filter(self, manager_client):
        page = manager_client.get(LIST, {"owes": "on", "before": "5"}).content.decode()
        assert f'{FILES[0]}?owes=on"' in page
