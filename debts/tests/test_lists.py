"""The screens that read: lists, totals, files, the panel."""

import csv
import io
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.services import promise_payment, set_credit_account
from debts.tests.factories import owes, pays
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db
LIST = "debts:list"


def ago(days: int) -> Any:
    return timezone.now() - timedelta(days=days)


def amounts(page: Any) -> list[D]:
    return [row.record.amount for row in page.context["table"].rows]


class TestTheList:
    def test_shows_open_debts_and_what_else_is_asked_for(
        self, cashier_client: Client, store: Store, asha: Customer
    ) -> None:
        today = store.day_of(timezone.now())
        owes(asha, 10, at=ago(20), due_on=today + timedelta(days=5))
        owes(asha, 20, at=ago(10), due_on=today - timedelta(days=1))
        owes(asha, 30, at=ago(5))  # without a due date: due on its day
        owes(asha, 40)  # due today
        settled = owes(asha, 50)
        pays(asha, 50, debts=[settled])
        owes(CustomerFactory(store=store, name="Ravi"), 60)
        url = reverse(LIST)
        assert amounts(cashier_client.get(url)) == [60, 40, 30, 20, 10]
        assert amounts(cashier_client.get(url, {"show": "overdue"})) == [30, 20]
        assert amounts(cashier_client.get(url, {"show": "settled"})) == [50]
        assert amounts(cashier_client.get(url, {"show": "all", "q": "asha"})) == [50, 40, 30, 20, 10]
        assert amounts(cashier_client.get(url, {"customer": asha.pk, "due_by": f"{today}"})) == [40, 30, 20]
        days = {"from_day": f"{today - timedelta(days=10)}", "to_day": f"{today - timedelta(days=5)}"}
        assert amounts(cashier_client.get(url, days)) == [30, 20]

    def test_is_added_up(self, cashier_client: Client, other_store: Store, store: Store, asha: Customer) -> None:
        owes(asha, 300, at=ago(9))
        pays(asha, "100.50")
        owes(asha, 50)
        owes(CustomerFactory(store=other_store), 999)
        totals = cashier_client.get(reverse("debts:totals")).context["totals"]
        assert totals == {"count": 2, "amount": D(350), "paid": D("100.50"), "balance": D("249.50")}
        overdue = cashier_client.get(reverse("debts:totals"), {"show": "overdue"}).context["totals"]
        assert (overdue["count"], overdue["balance"]) == (1, D("199.50"))
        assert "₹0.00" in cashier_client.get(reverse("debts:totals"), {"q": "nobody"}).content.decode()

    def test_is_paged_beside_a_row(self, cashier_client: Client, asha: Customer) -> None:
        for n in range(1, 28):
            owes(asha, n)
        first = cashier_client.get(reverse(LIST))
        assert amounts(first) == list(range(27, 2, -1))
        rest = cashier_client.get(reverse(LIST), {"before": first.context["page"].older})
        assert amounts(rest) == [2, 1]
        back = cashier_client.get(reverse(LIST), {"after": rest.context["page"].newer})
        assert amounts(back) == amounts(first)

    @pytest.mark.parametrize(
        "query", ["customer=x", "customer=99999999999999999999", "from_day=0000", "show=x", "q=%00"]
    )
    def test_nonsense_is_no_fault(self, cashier_client: Client, query: str) -> None:
        for page in (LIST, "debts:totals", "debts:accounts"):
            assert cashier_client.get(f"{reverse(page)}?{query}").status_code == 200
        assert cashier_client.get(f"{reverse(LIST)}?before=x~y&after=1").status_code == 200

    def test_goes_into_files_that_run_nothing(self, auditor_client: Client, store: Store) -> None:
        nasty = CustomerFactory(store=store, name="=1+1")
        owes(nasty, 300, note="@SUM(A1)")
        owes(CustomerFactory(store=store, name="Ravi"), 5)
        text = auditor_client.get(reverse("debts:export-csv"), {"q": nasty.number}).getvalue().decode("utf-8-sig")
        header, row = csv.reader(io.StringIO(text))
        told = dict(zip(header, row, strict=True))
        assert (told["Customer"], told["Note"], told["Left"]) == ("'=1+1", "'@SUM(A1)", "300.00")
        book = load_workbook(io.BytesIO(auditor_client.get(reverse("debts:export-xlsx")).content))
        assert [sheet.title for sheet in book.worksheets] == ["Debts"]
        assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row} <= {"s", "inlineStr", "n"}
        wrong = auditor_client.get(reverse("debts:export-csv"), {"from_day": "x"})
        assert wrong.url == f"{reverse(LIST)}?from_day=x"


class TestThePanel:
    def test_tells_how_things_stand(self, cashier_client: Client, store: Store, manager: User, asha: Customer) -> None:
        set_credit_account(customer=asha, by=manager, credit_limit=D(1000), terms_days=5)
        owes(asha, 300, at=ago(9))
        owes(asha, 50)
        pays(asha, 100)
        promise_payment(customer=asha, promised_on=store.day_of(ago(-3)), by=manager, now=timezone.now(), note="Salary")
        url = reverse("debts:customer", args=[asha.pk])
        assert url in cashier_client.get(asha.get_absolute_url()).content.decode()
        page = cashier_client.get(url, headers={"HX-Request": "true"}).content.decode()
        for said in ("₹250.00", "₹200.00 overdue", "up to ₹1,000.00, ₹750.00 left", "Salary", "₹100.00</a> on"):
            assert said in page
        assert reverse("debts:pay", args=[asha.pk]) in page
        assert "<html" not in page

    def test_an_auditor_gets_no_buttons(self, auditor_client: Client, asha: Customer) -> None:
        owes(asha, 300)
        page = auditor_client.get(reverse("debts:customer", args=[asha.pk])).content.decode()
        assert reverse("debts:pay", args=[asha.pk]) not in page
        assert reverse("debts:account", args=[asha.pk]) not in page
