"""Taking an advance, its page and receipt, paying back, undoing; each up the ladder."""

import csv
import io
import re
from datetime import datetime, timedelta
from decimal import Decimal as D
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advances.models import AdvancePayment, WalletEntry
from advances.services import expire_advances, restore_advances
from advances.tests.factories import paid_ahead, remains, used, with_balance
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.stores.models import RequestKey, Store, User
from viveka.stores.pin import set_pin
from viveka.stores.sheets import read_table

pytestmark = pytest.mark.django_db
LIST = reverse("advances:list")


@pytest.fixture
def asha(store: Store) -> Customer:
    return CustomerFactory(store=store, name="Asha Rao", phone="+919876543210")


def of(name: str, record: Any) -> str:
    return reverse(f"advances:{name}", args=[record.pk])


def text(client: Client, url: str, **query: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(url, query).content.decode()).split())


class TestTake:
    TOLD = {"amount": "500", "mode": "upi", "payment_reference": "UPI-7", "notes": "For Diwali"}

    def form(self, client: Client, customer: Customer, **told: str) -> dict[str, str]:
        key = client.get(of("take", customer)).context["form"]["key"].value()
        return {"key": str(key), **self.TOLD, **told}

    def test_takes_it_once_and_shows_the_receipt(
        self, cashier_client: Client, store: Store, asha: Customer, cashier: User
    ) -> None:
        paid_ahead(asha, 300)
        form = self.form(cashier_client, asha)
        first, again = (cashier_client.post(of("take", asha), form) for _ in range(2))
        advance = AdvancePayment.objects.get(amount=500)
        assert first.url == again.url == of("receipt", advance)
        assert (advance.mode, advance.payment_reference, advance.notes) == ("upi", "UPI-7", "For Diwali")
        assert (advance.by, advance.reference_type) == (cashier, "direct")
        page = text(cashier_client, first.url)
        for said in (store.name, "Received ₹500.00", "UPI", "UPI-7", "Balance with this advance ₹800.00", asha.number):
            assert said in page
        assert "expires" not in page
        other = cashier_client.post(of("take", asha), {**form, "amount": "600"})
        assert "used for another request" in other.content.decode()

    @pytest.mark.parametrize(
        "told",
        [{"amount": ""}, {"amount": "0"}, {"amount": "1e3"}, {"amount": "-1"}, {"amount": "1.005"}, {"mode": "cheque"},
         {"notes": "x" * 501}, {"notes": "a\0b"}, {"key": "1"}, {"payment_reference": "\ud800"}],
    )  # fmt: skip
    def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self, cashier_client: Client, asha: Customer, told: dict[str, str]
    ) -> None:
        said = {**self.form(cashier_client, asha), **told}
        data = "&".join(f"{name}={value}" for name, value in said.items()).encode("utf-8", "surrogatepass")
        answer = cashier_client.generic(
            "POST", of("take", asha), data, content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode() or answer.context["form"].errors
        assert not AdvancePayment.objects.exists() and not RequestKey.objects.exists()

    def test_only_a_manager_dates_it_back(
        self, cashier_client: Client, manager_client: Client, store: Store, asha: Customer
    ) -> None:
        day = store.day_of(timezone.now() - timedelta(days=9))
        for client in (cashier_client, manager_client):
            client.post(of("take", asha), self.form(client, asha, date=str(day)))
        today, earlier = AdvancePayment.objects.order_by("created_at")
        assert store.day_of(today.at) == store.day_of(timezone.now())
        assert earlier.at == store.start_of(day)
        tomorrow = str(store.day_of(timezone.now() + timedelta(days=1)))
        assert "in the future" in text_of(
            manager_client, of("take", asha), self.form(manager_client, asha, date=tomorrow)
        )

    def test_a_deleted_customer_pays_nothing_ahead(self, cashier_client: Client, asha: Customer) -> None:
        Customer.objects.filter(pk=asha.pk).update(deleted_at=timezone.now())
        assert cashier_client.get(of("take", asha)).status_code == 404


def text_of(client: Client, url: str, form: dict[str, str]) -> str:
    return client.post(url, form).content.decode()


class TestReceipt:
    def test_says_until_when_it_holds_where_the_store_says_so(
        self, cashier_client: Client, store: Store, asha: Customer
    ) -> None:
        store.advance_expiry_days = 30
        store.save()
        advance = paid_ahead(asha, 500)
        until = store.day_of(advance.at) + timedelta(days=30)
        page = text(cashier_client, of("receipt", advance))
        assert f"To be used by {until:%-d %b %Y}" in page and "after 30 days expires" in page
        used(asha, 500)
        assert "What is left of an advance after 30 days expires" in text(cashier_client, of("receipt", advance))
        # On the last day it is there still, the next day it goes.
        held = paid_ahead(asha, 70)
        assert expire_advances(store=store, days=30, now=store.start_of(until + timedelta(days=1)), dry_run=True) == [
            held
        ]
        assert expire_advances(store=store, days=30, now=store.start_of(until), dry_run=True) == []

    def test_is_sent_with_one_tap_unless_the_customer_wants_no_messages(
        self, cashier_client: Client, store: Store, asha: Customer
    ) -> None:
        paid_ahead(asha, 300)
        advance = paid_ahead(asha, "123456.50")
        page = cashier_client.get(of("receipt", advance)).content.decode()
        link = re.search(r'href="(https://wa\.me/[^"]+)"', page)
        assert link
        sent = unquote(link[1])
        assert sent.startswith("https://wa.me/919876543210?text=Asha Rao, we received ₹1,23,456.50 in advance")
        assert "Your advance balance is ₹1,23,756.50." in sent
        Customer.objects.filter(pk=asha.pk).update(do_not_message=True)
        assert "wa.me" not in cashier_client.get(of("receipt", advance)).content.decode()

    def test_comes_on_three_papers_and_keeps_its_balance(self, cashier_client: Client, asha: Customer) -> None:
        advance = paid_ahead(asha, 500)
        paid_ahead(asha, 300)
        used(asha, 450)
        for paper, shown in (("58", "58"), ("a4", "a4"), ("80", "80"), ("", "80"), ("x", "80")):
            page = cashier_client.get(of("receipt", advance), {"paper": paper}).content.decode()
            assert f'class="receipt paper-{shown}"' in page
        assert "Balance with this advance ₹500.00" in text(cashier_client, of("receipt", advance))


class TestRefund:
    def form(self, client: Client, advance: AdvancePayment, **told: str) -> dict[str, str]:
        key = client.get(of("refund", advance)).context["form"]["key"].value()
        return {"key": str(key), "amount": "", "mode": "cash", "reason": "Moved away", **told}

    def test_a_part_once_and_then_the_rest(self, manager_client: Client, asha: Customer) -> None:
        advance = paid_ahead(asha, 500)
        part = self.form(manager_client, advance, amount="150", mode="upi")
        for _ in range(2):
            assert manager_client.post(of("refund", advance), part).url == of("advance", advance)
        assert remains(advance) == [D(350)]
        manager_client.post(of("refund", advance), self.form(manager_client, advance))
        assert remains(advance) == [D(0)]
        assert [(one.change, one.mode) for one in WalletEntry.objects.filter(cause="refund").order_by("id")] == [
            (D(-150), "upi"),
            (D(-350), "cash"),
        ]
        assert "Nothing is left" in text(manager_client, of("refund", advance))

    def test_refuses(self, manager_client: Client, cashier_client: Client, asha: Customer) -> None:
        advance = paid_ahead(asha, 500)
        for told, said in (
            ({"amount": "500.01"}, "500.00 is left"), ({"amount": "0"}, "500.00 is left"),
            ({"reason": " "}, "Say why"), ({"mode": ""}, "required"),
        ):  # fmt: skip
            assert said in text_of(manager_client, of("refund", advance), self.form(manager_client, advance, **told))
        assert remains(advance) == [D(500)]

    def test_at_a_cashiers_screen_a_manager_allows_it(
        self, cashier_client: Client, store: Store, asha: Customer, cashier: User, manager: User
    ) -> None:
        boss, now = manager.memberships.get(store=store), timezone.now()
        manager.set_password("a long one 7")
        set_pin(membership=boss, pin="2580", again="2580", password="a long one 7", now=now)
        first, second = paid_ahead(asha, 500), paid_ahead(asha, 70)
        form = self.form(cashier_client, first, amount="150", pin_manager=str(boss.pk), pin_why="Moved away")
        for told, said in (({"pin": ""}, "not right"), ({"pin": "1111"}, "not right"), ({"pin_why": ""}, "Say why")):
            assert said in text_of(cashier_client, of("refund", first), {**form, "pin": "2580", **told})
        assert remains(first) == [D(500)]
        assert cashier_client.post(of("refund", first), {**form, "pin": "2580"}).status_code == 302
        word = {"pin_manager": str(boss.pk), "pin": "2580", "pin_why": "Typed twice"}
        assert cashier_client.post(of("reverse", second), word).status_code == 302
        entries = WalletEntry.objects.filter(cause__in=["refund", "reversal"]).order_by("id")
        assert [(one.change, one.by, one.allowed_by, one.reason) for one in entries] == [
            (D(-150), cashier, manager, "Moved away"),
            (D(-70), cashier, manager, "Typed twice"),
        ]
        assert f"allowed by {manager}" in text(cashier_client, first.get_absolute_url())
        assert f"allowed by {manager}" in text(cashier_client, of("wallet", asha))


class TestReverse:
    def test_a_mistake_is_taken_out_whole(self, manager_client: Client, cashier_client: Client, asha: Customer) -> None:
        advance = paid_ahead(asha, 500)
        assert "Choose the manager" in text_of(cashier_client, of("reverse", advance), {"pin_why": "x"})
        assert "Say why" in text_of(manager_client, of("reverse", advance), {"reason": ""})
        assert manager_client.post(of("reverse", advance), {"reason": "Typed twice"}).url == of("advance", advance)
        page = text(manager_client, of("advance", advance))
        assert "Entered by mistake −₹500.00" in page and "Typed twice" in page and "Reverse" not in page
        assert "Some of this advance" in text_of(manager_client, of("reverse", advance), {"reason": "again"})

    def test_one_that_is_used_stays(self, manager_client: Client, asha: Customer) -> None:
        advance = paid_ahead(asha, 500)
        used(asha, 1)
        assert "Some of this advance" in text_of(manager_client, of("reverse", advance), {"reason": "x"})


class TestList:
    @pytest.fixture
    def several(self, store: Store, other_store: Store, asha: Customer, cashier: User, manager: User) -> list[Any]:
        """By card on 1 May, by booking on 2 May, used up on 3 May, and one elsewhere."""
        may = datetime(2026, 5, 1, 0, 10, tzinfo=store.zone)
        card = paid_ahead(asha, 100, at=may, mode="card", by=manager)
        booked = paid_ahead(asha, 200, at=may + timedelta(days=1), reference_type="opening", mode="", by=cashier)
        recent = paid_ahead(asha, 300, at=may + timedelta(days=2), by=cashier)
        used(asha, 100)
        paid_ahead(CustomerFactory(store=other_store), 9, at=may)
        return [recent, booked, card]

    def test_newest_first_and_narrowed(
        self, cashier_client: Client, manager: User, several: list[AdvancePayment]
    ) -> None:
        recent, booked, card = several
        for query, found in (
            ({}, several), ({"status": "utilized"}, [card]), ({"kind": "opening"}, [booked]),
            ({"mode": "card"}, [card]),
            ({"first": "2026-05-02"}, [recent, booked]), ({"last": "2026-05-01"}, [card]),
            ({"staff": str(manager.pk)}, [card]), ({"status": "x"}, several), ({"first": "9999-99-99"}, several),
        ):  # fmt: skip
            assert list(cashier_client.get(LIST, query).context["page"].rows) == found, query

    def test_is_paged_beside_a_row(self, cashier_client: Client, asha: Customer) -> None:
        at = timezone.now() - timedelta(days=1)
        made = [paid_ahead(asha, 1, at=at) for _ in range(27)]
        first = cashier_client.get(LIST).context["page"]
        rest = cashier_client.get(LIST, {"before": first.older}).context["page"]
        assert [*first.rows, *rest.rows] == made[::-1]
        assert cashier_client.get(LIST, {"before": "nonsense~1"}).status_code == 200

    def test_goes_into_files(
        self, auditor_client: Client, cashier_client: Client, several: list[AdvancePayment], asha: Customer
    ) -> None:
        Customer.objects.filter(pk=asha.pk).update(name="=HYPERLINK(1)")
        url = reverse("advances:export-csv")
        rows = list(csv.reader(io.StringIO(auditor_client.get(url).getvalue().decode("utf-8-sig"))))
        assert [row[7] for row in rows[1:]] == ["300.00", "200.00", "100.00"]
        assert rows[1][2] == "'=HYPERLINK(1)" and rows[3][0] == "2026-05-01 00:10"
        xlsx = auditor_client.get(reverse("advances:export-xlsx"), {"mode": "card"})
        assert [row[7] for row in read_table("x.xlsx", xlsx.content)][1:] == ["100"]
        assert cashier_client.get(url).status_code == 403
        assert auditor_client.get(url, {"first": "x"}).status_code == 302


class TestWallet:
    def test_tells_the_balance_back_from_any_page(
        self, cashier_client: Client, auditor_client: Client, asha: Customer, cashier: User
    ) -> None:
        for n in range(30):
            paid_ahead(asha, 10 + n, at=timezone.now() - timedelta(days=n))
        deduction = used(asha, 100)
        restore_advances(deduction=deduction, amount=D(5), by=cashier, now=timezone.now(), reason="Returned")
        first = cashier_client.get(of("wallet", asha))
        rest = cashier_client.get(of("wallet", asha), {"before": first.context["page"].older})
        lines = [*first.context["lines"], *rest.context["lines"]]
        whole = [(one.pk, one.balance) for one in with_balance(asha.wallet.all()).order_by("-at", "-id")]
        assert [(line.entry.pk, line.balance) for line in lines] == whole
        back = cashier_client.get(of("wallet", asha), {"after": rest.context["page"].newer})
        assert back.context["lines"] == first.context["lines"]
        file = auditor_client.get(of("wallet-csv", asha)).getvalue().decode("utf-8-sig")
        assert [D(row[3]) for row in csv.reader(io.StringIO(file)) if row[0] != "Time"] == [b for _, b in whole[::-1]]
        assert len(list(read_table("x.xlsx", auditor_client.get(of("wallet-xlsx", asha)).content))) == len(whole) + 1

    def test_advances_with_or_without_those_used_up(self, cashier_client: Client, asha: Customer) -> None:
        gone, held = paid_ahead(asha, 100), paid_ahead(asha, 50)
        used(asha, 120)
        url = of("of-customer", asha)
        assert list(cashier_client.get(url).context["page"].rows) == [held]
        assert list(cashier_client.get(url, {"all": "1"}).context["page"].rows) == [held, gone]
        live = cashier_client.get(url, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in live and "₹30.00" in live
        assert url in cashier_client.get(asha.get_absolute_url()).content.decode()


def test_what_is_not_there_is_not_there(manager_client: Client, other_store: Store) -> None:
    theirs = paid_ahead(CustomerFactory(store=other_store), 9)
    for name in ("advance", "receipt", "refund", "reverse"):
        assert manager_client.get(of(name, theirs)).status_code == 404
        assert manager_client.get(reverse(f"advances:{name}", args=[uuid4()])).status_code == 404
