"""Customers: what other systems send, and the whole of each answer."""

import tracemalloc
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory

from customers.api.lists import list_customers
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.tests.factories import owes
from tests.api.whole import said_of
from viveka.stores.models import Membership, Store
from viveka.stores.tests.callers import Caller

pytestmark = pytest.mark.django_db
OWN = {"id", "number", "name", "phone", "search"}  # what is not copied from one row to twenty thousand


def test_a_customer_is_found_made_and_listed(till: Caller, office: Caller) -> None:
    """The look-up of the billing flow: made by the phone, then known by it, in whichever way it is written."""
    made = till.post("/customers/find-or-create", {"phone": "9876543210", "name": "John Doe"})
    john = Customer.objects.get()
    known = said_of(john)
    assert (made.status, made.body) == (200, {"success": True, "customer": known, "isNew": True})
    again = till.post("/customers/find-or-create", {"phone": "+91-98765-43210"})
    assert (again.status, again.body) == (200, {"success": True, "customer": known, "isNew": False})
    assert till.get("/customers/by-phone/9876543210").body == {"success": True, "clientCustomer": known}
    assert till.get("/customers/by-phone/9876543211").body == {"success": True, "clientCustomer": None}
    saved = till.post("/customers", {"name": "John Doe", "phone": "098765 43210", "note": "Likes tea"})
    noted = said_of(john, note="Likes tea")
    assert (saved.status, saved.body) == (200, {"success": True, "clientCustomer": noted, "isNew": False})
    another = till.post("/customers", {"name": "Jane Smith", "emailId": "jane@example.com"})
    jane = said_of(
        Customer.objects.get(name="Jane Smith"), name="Jane Smith", phone=None, email="jane@example.com",
        emailId="jane@example.com",
    )  # fmt: skip
    assert (another.status, another.body) == (201, {"success": True, "clientCustomer": jane, "isNew": True})
    both = {"success": True, "clientCustomers": [jane, noted], "nextCursor": None}
    assert [till.get("/customers").body, office.get("/customers").body] == [both, both]
    first = office.get("/customers", limit=1).body
    assert first["clientCustomers"] == [jane]
    assert office.get("/customers", updated_since="2199-01-01").body["clientCustomers"] == []
    rest = office.get("/customers", limit=1, cursor=first["nextCursor"]).body
    assert rest == {"success": True, "clientCustomers": [noted], "nextCursor": None}


def test_the_full_list_is_never_held_whole(office: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """One piece of it at a time is in memory: three times as many customers take no more."""
    monkeypatch.setattr("customers.api.lists.A_CHUNK", 100)
    request = RequestFactory().get("/")
    request.store, request.membership = office.store, Membership.objects.get(user=office.user)
    peaks, rows = [], 1
    CustomerFactory(store=office.store)
    for count in (100, 1000, 3000):
        _fill(office.store, count - rows)
        rows, listed, size, peak = count, *_read(list_customers(request, "", None, None, ""))
        assert (listed, size > 300 * count) == (count, True)
        peaks.append(peak)
    assert peaks[2] < 1.2 * peaks[1], "the first one loads what is loaded once"


def _read(answer: Any) -> tuple[int, int, int]:
    """How many customers the answer has, its bytes, and how much memory reading it took."""
    rows = size = 0
    tracemalloc.start()
    try:
        for piece in answer.streaming_content:
            size += len(piece)
            rows += piece.count(b'"customerNumber"')
        return rows, size, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _fill(store: Store, count: int) -> None:
    """So many copies of the first customer, each with a number and a phone of its own."""
    columns = ", ".join(f'"{one.column}"' for one in Customer._meta.concrete_fields if one.column not in OWN)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO customers_customer (number, name, phone, {columns})"
            f" SELECT 'X' || %s || '-' || n, 'Asha ' || n, '+91' || (9000000000 + %s + n), {columns}"
            " FROM (SELECT * FROM customers_customer WHERE store_id = %s ORDER BY id LIMIT 1) AS one,"
            " generate_series(1, %s) AS n",
            [count, 10_000 * count, store.pk, count],
        )


def test_a_customer_is_changed_and_deleted(till: Caller, office: Caller, john: Customer) -> None:
    path = f"/customers/{john.pk}"
    assert till.get(path).body == {"success": True, "clientCustomer": said_of(john)}
    sent = {"email_id": "J@Example.COM", "gstNo": "27AAPFU0939F1ZV", "address": "12 Lake Road\nPune", "gender": "Male"}
    changed = till.patch(path, sent)
    expected = said_of(
        john, email="J@example.com", emailId="J@example.com", gstNo="27AAPFU0939F1ZV", address="12 Lake Road\nPune",
        gender="male",
    )  # fmt: skip
    assert (changed.status, changed.body) == (200, {"success": True, "clientCustomer": expected})
    emptied = till.patch(path, {"address": None, "phone": "", "isActive": False}).body["clientCustomer"]
    assert (emptied["address"], emptied["phone"], emptied["isActive"]) == (None, None, False)
    assert list(till.patch(path, {"name": " "}).errors) == ["name"]
    other = CustomerFactory(store=till.store, phone="+918765432109")
    taken = till.patch(path, {"phone": "87654 32109"})
    assert (taken.status, list(taken.errors)) == (409, ["phone"])
    assert till.patch(path, {}).body["clientCustomer"]["name"] == "John Doe"
    owes(other, 5)
    assert office.delete(f"/customers/{other.pk}").status == 409
    gone = office.delete(path)
    assert (gone.status, gone.body["clientCustomer"]["id"]) == (200, john.pk)
    body = {"customerId": john.pk, "amount": 1, "paymentMode": "cash"}
    assert till.post("/advances", body).status == 409, "the record has to be restored first"
    assert [till.get(path).status, till.patch(path, {}).status, office.delete(path).status] == [404] * 3
