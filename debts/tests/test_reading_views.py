"""The screens that read: lists, totals, files, the panel, the due list; and reminding."""

import csv
import io
from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.due import PROMISED, REMINDED, TO_REMIND, due_customers
from debts.models import PaymentPromise, Reminder
from debts.services import note_reminder, promise_payment, set_credit_account
from debts.tests.factories import owes, pays
from viveka.stores.errors import Conflict, Refused
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db
LIST = "debts:list"


@pytest.fixture
def asha(store: Store) -> Customer:
    return CustomerFactory(store=store, name="Asha Rao", phone="+919876543210")


def ago(days: int) -> Any:
    return timezone.now() - timedelta(days=days)


def many(store: Store, by: User, count: int) -> None:
    """So many customers, each with a debt that is due, a part payment, an account, a reminder and a promise."""
    for _ in range(count):
        customer = CustomerFactory(store=store)
        set_credit_account(customer=customer, by=by, credit_limit=D(9000), terms_days=None)
        owes(customer, 300, at=ago(9), by=by)
        pays(customer, 100, by=by)
        note_reminder(customer=customer, way="call", by=by, now=ago(3))
        promise_payment(customer=customer, promised_on=store.day_of(timezone.now()), by=by, now=timezone.now())


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


class TestTheAccounts:
    def test_say_what_is_left(self, cashier_client: Client, store: Store, manager: User, asha: Customer) -> None:
        set_credit_account(customer=asha, by=manager, credit_limit=D(1000), terms_days=15)
        owes(asha, 300)
        stopped = CustomerFactory(store=store, name="Ravi")
        set_credit_account(customer=stopped, by=manager, credit_limit=None, terms_days=None, is_active=False)
        url = reverse("debts:accounts")
        page = cashier_client.get(url).content.decode()
        for said in ("₹1,000.00", "₹300.00", "₹700.00", "15 days", "stopped", "no limit"):
            assert said in page
        assert "Ravi" not in cashier_client.get(url, {"active": "yes"}).content.decode()
        assert "Asha" not in cashier_client.get(url, {"q": "ravi"}).content.decode()


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


@pytest.mark.parametrize("role", ["cashier", "manager"])
def test_pages_take_as_many_statements_for_forty_as_for_one(
    request: Any, store: Store, manager: User, asha: Customer, role: str
) -> None:
    client: Client = request.getfixturevalue(f"{role}_client")
    debt = owes(asha, 4000, at=ago(30))
    owes(asha, 5)
    pays(asha, 1)
    payment = pays(asha, 3)
    many(store, manager, 1)
    urls = [reverse(name) for name in (LIST, "debts:totals", "debts:accounts", "debts:due", "debts:export-csv")]
    urls += [f"{reverse('debts:add')}?q=asha", f"{reverse(LIST)}?q=asha&show=all"]
    urls += [reverse(f"debts:{name}", args=[asha.pk]) for name in ("customer", "pay")]
    urls += [debt.get_absolute_url(), payment.get_absolute_url()]
    counts = []
    for url in urls:
        with CaptureQueriesContext(connection) as seen:
            _read(client, url)
        counts.append(len(seen))
    many(store, manager, 39)
    for n in range(39):
        owes(asha, 10, at=ago(20 - n % 9))
        pays(asha, 5, debts=[debt])
    for url, count in zip(urls, counts, strict=True):
        with CaptureQueriesContext(connection) as seen:
            _read(client, url)
        assert len(seen) == count, url


def _read(client: Client, url: str) -> None:
    response = client.get(url)
    assert response.status_code in {200, 403}
    if response.streaming:
        response.getvalue()


class TestWhomToRemind:
    def names(self, store: Store, show: str = TO_REMIND, day: Any = None) -> list[str]:
        found = due_customers(store, day or store.day_of(timezone.now()), show)
        return sorted(found.values_list("name", flat=True))

    def test_who_has_something_due_and_promised_no_later_day(self, store: Store, manager: User) -> None:
        now, today = timezone.now(), store.day_of(timezone.now())
        told: dict[str, Any] = {"by": manager, "now": now}
        people = {
            name: CustomerFactory(store=store, name=name) for name in ("Due", "Later", "Said", "Back", "Told", "No")
        }
        for name in ("Due", "Said", "Back", "Told"):
            owes(people[name], 100, at=ago(9))
        owes(people["Later"], 100, due_on=today + timedelta(days=3))
        promise_payment(customer=people["Said"], promised_on=today + timedelta(days=3), **told)
        promise_payment(customer=people["Back"], promised_on=today + timedelta(days=30), **told)
        promise_payment(customer=people["Back"], promised_on=today, **told)  # the last word holds
        note_reminder(customer=people["Told"], way="in_person", **told)
        assert self.names(store) == ["Back", "Due"]
        assert self.names(store, PROMISED) == ["Said"]
        assert self.names(store, REMINDED) == ["Told"]
        in_three = today + timedelta(days=3)
        assert self.names(store, day=in_three) == ["Back", "Due", "Later", "Said", "Told"]
        pays(people["Due"], 100)
        assert self.names(store) == ["Back"]

    def test_is_told_in_the_stores_own_words(self, cashier_client: Client, store: Store, asha: Customer) -> None:
        store.reminder_text = "{name}: {amount} of {owed} since {since}. {store}"
        store.save()
        owes(asha, 1300, at=ago(9))
        owes(asha, 50, due_on=store.day_of(ago(-5)))
        Customer.objects.filter(pk=asha.pk).update(name="{owed} Rao")
        (one,) = cashier_client.get(reverse("debts:due")).context["owing"]
        day = f"{store.day_of(ago(9)):%-d %b %Y}"
        assert unquote(one.whatsapp) == (
            f"https://wa.me/919876543210?text={{owed}} Rao: ₹1,300.00 of ₹1,350.00 since {day}. {store.name}"
        )
        assert (one.due, one.days, one.reminder) == (D(1300), 9, None)

    def test_a_placeholder_that_is_none_is_refused(self, manager_client: Client, store: Store) -> None:
        page = manager_client.get(reverse("store-settings"))
        said = {name: value for name, value in page.context["form"].initial.items() if value not in (None, False)}
        wrong = manager_client.post(reverse("store-settings"), said | {"reminder_text": "Dear {customer}"})
        assert "{customer} can't be filled in" in wrong.context["form"].errors["reminder_text"][0]
        manager_client.post(
            reverse("store-settings"),
            said | {"reminder_text": "Dear {name}", "default_credit_limit": "500", "default_terms_days": "7"},
        )
        store.refresh_from_db()
        assert (store.reminder_text, store.default_credit_limit, store.default_terms_days) == ("Dear {name}", 500, 7)

    def test_who_wants_no_messages_is_only_called(self, cashier_client: Client, cashier: User, asha: Customer) -> None:
        owes(asha, 300, at=ago(9))
        edit = {"name": "Asha Rao", "phone": "98765 43210", "is_active": "on", "do_not_message": "on"}
        cashier_client.post(reverse("customers:edit", args=[asha.pk]), edit)
        payment = pays(asha, 1)
        pages = (reverse("debts:due"), payment.get_absolute_url(), asha.get_absolute_url())
        for url in pages:
            assert "wa.me" not in cashier_client.get(url).content.decode()
        assert "tel:+919876543210" in cashier_client.get(pages[0]).content.decode()
        remind = reverse("debts:remind", args=[asha.pk])
        assert "not to be messaged" in cashier_client.post(remind, {"way": "whatsapp"}).content.decode()
        cashier_client.post(remind, {"way": "call"})
        assert [(one.way, one.owed, one.by) for one in Reminder.objects.all()] == [("call", D(299), cashier)]

    def test_a_tap_is_noted_and_the_row_says_so(self, cashier_client: Client, cashier: User, asha: Customer) -> None:
        owes(asha, 300, at=ago(9))
        remind, promise = (reverse(f"debts:{name}", args=[asha.pk]) for name in ("remind", "promise"))
        row = cashier_client.post(remind, {"way": "call"}, headers={"HX-Request": "true"}).content.decode()
        assert "called, by" in row
        assert "<html" not in row
        assert cashier_client.post(remind, {"way": "in_person"}).url == reverse("debts:due")
        for way in ("", "pigeon", "\x00"):
            assert "The way is one of" in cashier_client.post(remind, {"way": way}).content.decode()
        day = f"{timezone.localtime() + timedelta(days=4):%Y-%m-%d}"
        said = cashier_client.post(
            promise, {"promised_on": day, "note": "After salary"}, headers={"HX-Request": "true"}
        )
        assert "After salary" in said.content.decode()
        for wrong in ("", "x", "2020-01-01", "2199-01-01"):
            page = cashier_client.post(promise, {"promised_on": wrong, "note": "Kept"})
            assert page.context["form"].errors["promised_on"]
            assert "Kept" in page.content.decode()
        assert (Reminder.objects.count(), PaymentPromise.objects.get().by) == (2, cashier)

    def test_who_owes_nothing_is_not_reminded(self, manager: User, asha: Customer) -> None:
        now = timezone.now()
        with pytest.raises(Conflict, match="owes nothing"):
            note_reminder(customer=asha, way="call", by=manager, now=now)
        with pytest.raises(Conflict, match="owes nothing"):
            promise_payment(customer=asha, promised_on=now.date(), by=manager, now=now)
        with pytest.raises(Refused):
            note_reminder(customer=asha, way="", by=manager, now=now)


REMINDER = (
    "INSERT INTO debts_reminder (store_id, customer_id, way, owed, by_id, at, created_at)"
    " SELECT store_id, {customer}, {way}, {owed}, by_id, now(), now() FROM debts_reminder"
)
PROMISE = (
    "INSERT INTO debts_paymentpromise (store_id, customer_id, promised_on, note, by_id, at, created_at)"
    " SELECT store_id, {customer}, {day}, '', by_id, now(), now() FROM debts_paymentpromise"
)


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        (REMINDER.format(customer="NULL", way="'call'", owed=5), "null value"),
        (REMINDER.format(customer="{theirs}", way="'call'", owed=5), "debts_reminder_customer_store_key"),
        (REMINDER.format(customer="customer_id", way="'pigeon'", owed=5), "reminder_way_known"),
        (REMINDER.format(customer="customer_id", way="'call'", owed=0), "reminder_is_of_something_owed"),
        (REMINDER.format(customer="customer_id", way="'call'", owed="'NaN'"), "check constraint"),
        (PROMISE.format(customer="NULL", day="'2026-01-01'"), "null value"),
        (PROMISE.format(customer="{theirs}", day="'2026-01-01'"), "debts_paymentpromise_customer_store_key"),
        (PROMISE.format(customer="customer_id", day="'infinity'"), "promise_is_for_a_real_day"),
        (PROMISE.format(customer="customer_id", day="'1900-01-01'"), "promise_is_for_a_real_day"),
        ("UPDATE debts_reminder SET way = 'in_person'", "Cannot update"),
        ("UPDATE debts_reminder SET customer_id = customer_id + 1", "only a merge"),
        ("DELETE FROM debts_reminder", "Cannot delete"),
        ("TRUNCATE debts_reminder", "never deleted"),
        ("UPDATE debts_paymentpromise SET promised_on = promised_on + 1", "Cannot update"),
        ("UPDATE debts_paymentpromise SET note = 'x'", "only an erasure"),
        ("DELETE FROM debts_paymentpromise", "Cannot delete"),
        ("TRUNCATE debts_paymentpromise", "never deleted"),
    ],
)
def test_the_database_refuses_it_too(other_store: Store, manager: User, asha: Customer, sql: str, rule: str) -> None:
    theirs = CustomerFactory(store=other_store)
    owes(asha, 300)
    now = timezone.now()
    note_reminder(customer=asha, way="call", by=manager, now=now)
    promise_payment(customer=asha, promised_on=asha.store.day_of(now), by=manager, now=now)
    with pytest.raises(DatabaseError, match=rule), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql.replace("{theirs}", str(theirs.pk)))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
