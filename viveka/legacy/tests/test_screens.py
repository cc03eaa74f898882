"""Debts without an owner on the screen, and the reports."""

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.models import OldBooks, OldDebt
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.books.check import check_books
from viveka.legacy.tests.factories import make_old_books

pytestmark = pytest.mark.django_db
LIST, ASSIGN = reverse("old-debts"), reverse("old-debts-assign")


@pytest.fixture
def gita(store, manager):
    return make_old_books(store, manager)


def more(store, n, name="Gita"):
    books = OldBooks.objects.get(store=store)
    now = timezone.now()
    return [
        OldDebt.objects.create(store=store, books=books, key=f"m{i}", name=name, amount=10, at=now) for i in range(n)
    ]


def test_the_list_is_searched(client, manager, store, gita):
    client.force_login(manager)
    text = client.get(LIST).content.decode()
    assert "Gita" in text and "60.00" in text  # 90 less what was paid of it
    more(store, 2, name="Kumar")
    found = client.get(LIST, {"q": "gita"}).content.decode()
    assert "Gita" in found and "Kumar" not in found
    assert client.get(LIST, {"q": "\0'%"}).status_code == 200


def test_one_is_assigned_to_a_customer_on_record(client, manager, store, gita):
    client.force_login(manager)
    customer = CustomerFactory.create(store=store, name="Gita Devi")
    page = client.get(ASSIGN, {"debt": gita.pk, "q": "Devi"}).content.decode()
    assert "Gita Devi" in page
    assert client.post(ASSIGN, {"debt": gita.pk, "customer": customer.pk}).status_code == 302
    customer.refresh_from_db()
    assert customer.debt_balance == 60
    again = client.post(ASSIGN, {"debt": gita.pk, "customer": customer.pk})
    assert again.status_code == 302  # it has its owner: nothing is left to assign
    customer.refresh_from_db()
    assert customer.debt_balance == 60


def test_all_of_one_name_go_to_somebody_new(client, manager, store, gita):
    client.force_login(manager)
    same = more(store, 3, name="gita")
    page = client.get(ASSIGN, {"same": gita.pk}).content.decode()
    assert page.count('name="debt"') >= 4
    keys = [gita.pk, *(debt.pk for debt in same)]
    wrong = client.post(ASSIGN, {"debt": keys, "phone": "12", "name": "Gita"})
    assert wrong.status_code == 200 and "not a valid phone" in wrong.content.decode()
    client.post(ASSIGN, {"debt": keys, "phone": "98765 43219", "name": "Gita"})
    assert Customer.objects.get(store=store, phone="+919876543219").debt_balance == 90
    assert [verdict.rule.name for verdict in check_books(store) if not verdict.is_ok] == []


def test_the_rest_is_put_on_unknown(client, manager, store, gita):
    client.force_login(manager)
    more(store, 2, name="")
    client.post(reverse("old-debts-unknown"))
    assert Customer.objects.get(store=store, name="Unknown").debt_balance == 80
    assert "Every old debt has its owner" in client.get(LIST).content.decode()


def test_a_report_is_read_and_taken_along(client, manager, store, gita):
    client.force_login(manager)
    run = OldBooks.objects.get(store=store).runs.get()
    assert "It has no price" in client.get(reverse("old-books-run", args=[run.pk])).content.decode()
    file = client.get(reverse("old-books-csv", args=[run.pk])).getvalue().decode()
    assert "lines 7" in file
