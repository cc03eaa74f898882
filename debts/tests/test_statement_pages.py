"""The statement and the aging as people see them: on the screen, in files, on paper, in a message."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from urllib.parse import unquote

import pypdfium2
import pytest
from django.test import Client
from openpyxl import load_workbook

from advances.services import add_advance
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.aging import read_aging, read_total, total_of
from debts.statement import read_statement
from debts.tests.factories import owes, pays
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2025, 11, 20, 6, 30, tzinfo=UTC)
DECEMBER = datetime(2025, 12, 20, 6, 30, tzinfo=UTC)
JANUARY = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)
ONLY_DECEMBER = "?first=2025-12-01&last=2025-12-31"


@pytest.fixture
def asha(store: Store, cashier: User) -> Customer:
    """Owes ₹1,500 from November and ₹200 from December, paid ₹300, and paid ₹50 ahead."""
    customer = CustomerFactory(store=store, name="आशा Rao", phone="+919876543210")
    owes(customer, D(1500), now=NOVEMBER, by=cashier, due_on=date(2025, 11, 25))
    owes(customer, D(200), now=DECEMBER, by=cashier, due_on=date(2026, 1, 19))
    pays(customer, D(300), now=DECEMBER + timedelta(days=1), by=cashier)
    add_advance(customer=customer, amount=D(50), mode="cash", by=cashier, now=DECEMBER + timedelta(days=2))
    customer.refresh_from_db()
    return customer


def address(customer: Customer, ending: str = "/", query: str = ONLY_DECEMBER) -> str:
    return f"/debts/customers/{customer.pk}/statement{ending}{query}"


def text_of_pdf(data: bytes) -> str:
    pages = pypdfium2.PdfDocument(data)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in pages)
    finally:
        pages.close()


def test_the_screen_tells_opening_lines_closing_and_one_balance(cashier_client: Client, asha: Customer) -> None:
    said = cashier_client.get(address(asha)).content.decode()
    for words in ("₹1,500.00", "₹1,700.00", "₹1,400.00", "has to pay ₹1,350.00", "1 Dec 2025 – 31 Dec 2025"):
        assert words in said
    assert "statement.csv" not in said  # exports are not a cashier's
    whatsapp = unquote(said.split('href="https://wa.me/919876543210?text=')[1].split('"')[0])
    assert "Closing balance ₹1,400.00" in whatsapp and "You have to pay ₹1,350.00" in whatsapp
    asha.do_not_message = True
    asha.save()
    assert "wa.me" not in cashier_client.get(address(asha)).content.decode()


def test_files_and_paper_say_the_same(manager_client: Client, asha: Customer) -> None:
    lines = manager_client.get(address(asha, ".csv")).getvalue().decode("utf-8-sig").splitlines()
    assert lines[0] == "Date,What,Reference,Note,Debit,Credit,Balance,Advance,Advance balance"
    assert lines[1] == "2025-12-01,Opening balance,,,,,1500.00,,0.00"
    assert lines[2] == "2025-12-20,Credit,,,200.00,,1700.00,,0.00"
    assert lines[3] == "2025-12-21,Payment,Cash,,,300.00,1400.00,,0.00"
    assert lines[4] == "2025-12-22,Advance paid,Cash,,,,1400.00,50.00,50.00"
    assert lines[5:] == ["2025-12-31,Closing balance,,,,,1400.00,,50.00"]
    sheet = load_workbook(io.BytesIO(manager_client.get(address(asha, ".xlsx")).content)).active
    opening = sheet[2]
    assert (opening[6].value, opening[6].number_format, opening[0].is_date) == (1500, "#,##0.00", True)
    said = text_of_pdf(manager_client.get(address(asha, ".pdf")).content)
    assert "Has to pay ₹1,350.00" in said and "Closing balance" in said and "आशा" in said


def test_a_long_statement_has_pages_whose_balances_go_on(
    manager_client: Client, asha: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("debts.statement.PAGE_LINES", 2)
    whole = read_statement(asha, None, date(2025, 12, 31))
    newest, oldest = (manager_client.get(address(asha, "/", f"?first=&last=2025-12-31&page={n}")) for n in ("", "1"))
    pages = [oldest.context["page"], newest.context["page"]]
    assert [(page.number, page.count) for page in pages] == [(1, 2), (2, 2)]
    assert [line for page in pages for line in page.statement.lines] == list(whole.lines)
    assert (pages[1].carried_debt, pages[1].carried_advance) == (D(1700), D(0))
    for page in pages:
        assert replace(page.statement, lines=whole.lines) == whole
    said = [answer.content.decode() for answer in (oldest, newest)]
    assert ["Opening balance" in text for text in said] == [True, False]
    assert ["Carried over" in text for text in said] == [False, True]
    assert ["Closing balance</td>" in text for text in said] == [False, True]
    assert manager_client.get(address(asha, "/", "?first=&last=2025-12-31&page=99")).context["page"].number == 2
    assert manager_client.get(address(asha, "/", "?page=²")).status_code == 200
    assert manager_client.get(address(asha, ".csv", "?first=&last=2025-12-31")).getvalue().count(b"\n") == 7
    monkeypatch.setattr("viveka.stores.downloads.XLSX_MOST", 3)
    answer = manager_client.get(address(asha, ".xlsx", "?first=&last=2025-12-31"), follow=True)
    assert "Take a CSV file" in answer.content.decode()


@pytest.mark.parametrize("ending", ["/", ".csv", ".xlsx", ".pdf"])
def test_days_that_are_none_are_said_and_nothing_breaks(manager_client: Client, asha: Customer, ending: str) -> None:
    for query in ("?first=2025-12-31&last=2025-12-01", "?first=yesterday&last=", "?first=0001-01-01&last=9999-12-31"):
        response = manager_client.get(address(asha, ending, query), follow=True)
        assert response.status_code == 200
        assert any(words in response.content.decode() for words in ("before the first", "valid date", "between"))


@pytest.mark.parametrize("page", ["screen", "csv", "pdf", "aging", "aging.csv"])
def test_december_is_the_same_byte_for_byte_after_january(
    manager_client: Client, asha: Customer, cashier: User, page: str
) -> None:
    """Payments, new debts and what is undone in January leave the statement and the aging of December as they were."""
    where = {
        "screen": address(asha), "csv": address(asha, ".csv"), "pdf": address(asha, ".pdf"),
        "aging": "/debts/aging/?day=2025-12-31", "aging.csv": "/debts/aging.csv?day=2025-12-31",
    }[page]  # fmt: skip

    def read() -> bytes:
        response = manager_client.get(where, headers={"HX-Request": "true"} if page in ("screen", "aging") else {})
        return response.getvalue()

    before = read()
    pays(asha, D(1000), now=JANUARY, by=cashier)
    owes(asha, D(70), now=JANUARY + timedelta(days=1), by=cashier)
    add_advance(customer=asha, amount=D(500), mode="cash", by=cashier, now=JANUARY + timedelta(days=2))
    pays(asha, D(100), now=JANUARY + timedelta(days=3), by=cashier, mode="advance")
    assert read() == before


def test_the_balance_alone_changes_nothing_but_the_message(manager_client: Client, asha: Customer) -> None:
    assert manager_client.get(address(asha, query="?first=&last=")).context["statement"].first is None


def test_aging_puts_each_debt_where_it_belongs(store: Store, cashier_client: Client, asha: Customer) -> None:
    other = CustomerFactory(store=store, name="Bela", phone="+919876543211")
    owes(other, D(5000), now=NOVEMBER - timedelta(days=120))
    response = cashier_client.get("/debts/aging/?day=2025-12-31")
    assert [one.name for one in response.context["customers"]] == ["Bela", "आशा Rao"]  # who owes most first
    assert response.context["total"].amounts == (D(200), D(0), D(1200), D(0), D(5000))
    assert read_total(store, date(2025, 12, 31)) == total_of(read_aging(store, date(2025, 12, 31)))
    assert "₹6,400.00" in response.content.decode()
    assert cashier_client.get("/debts/aging/?day=nonsense").status_code == 200
    assert cashier_client.get("/debts/aging/?page=99999999999999999999").status_code == 200
