"""The due list: whom to remind, and what was promised."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.due import PROMISED, REMINDED, TO_REMIND, due_customers
from debts.models import PaymentPromise, Reminder
from debts.services import note_reminder, promise_payment
from debts.tests.factories import owes, pays
from debts.tests.test_lists import ago
from viveka.stores.errors import Conflict, Refused
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db


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
