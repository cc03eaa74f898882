"""Customers over the JSON API."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.stores.models import Store
from viveka.stores.tests.callers import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(store: Store) -> Caller:
    return Caller(store, "cashier")


@pytest.fixture
def office(store: Store) -> Caller:
    return Caller(store, "manager")


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def test_adds_a_customer_and_answers_all_of_it(till: Caller) -> None:
    sent = {
        "name": "  John   Doe ",
        "phone": "98765 43210",
        "address": "12 Lake Road",
        "emailId": "John@Example.COM",
        "gstNo": "27aapfu0939f1zv",
        "gender": "Male",
        "note": "Likes tea",
    }
    answer = till.post("/customers", sent)
    customer = Customer.objects.get()
    assert answer.status == 201
    assert answer.body == {
        "success": True,
        "clientCustomer": {
            "id": customer.pk,
            "customerNumber": "CUST0001",
            "name": "John Doe",
            "phone": "+919876543210",
            "email": "John@example.com",
            "emailId": "John@example.com",
            "address": "12 Lake Road",
            "gstNo": "27AAPFU0939F1ZV",
            "gender": "male",
            "note": "Likes tea",
            "isActive": True,
            "advanceBalance": "0.00",
            "debtBalance": "0.00",
            "totalPurchases": "0.00",
            "purchaseCount": 0,
            "lastPurchaseDate": None,
            "createdAt": _iso(customer.created_at),
            "updatedAt": _iso(customer.updated_at),
        },
        "isNew": True,
    }


@pytest.mark.parametrize("phone", ["9876543210", "+91-98765-43210", "098765 43210", "०९८७६५४३२१०", "0091 9876543210"])
def test_a_phone_on_record_is_brought_up_to_date(till: Caller, phone: str) -> None:
    first = till.post("/customers", {"name": "John", "phone": "98765 43210", "address": "Old"}).body
    answer = till.post("/customers", {"name": "John Doe", "phone": phone, "address": "", "note": None})
    assert (answer.status, answer.body["isNew"]) == (200, False)
    assert answer.body["clientCustomer"]["id"] == first["clientCustomer"]["id"]
    assert answer.body["clientCustomer"]["name"] == "John Doe"
    assert answer.body["clientCustomer"]["address"] == "Old", "blanks replace nothing"
    assert Customer.objects.count() == 1


def test_names_may_come_in_snake_case(till: Caller) -> None:
    sent = {"name": "Asha", "phone": "9876543210", "email_id": "a@example.com", "gst_no": "27AAPFU0939F1ZV"}
    customer = till.post("/customers", sent).body["clientCustomer"]
    assert (customer["email"], customer["gstNo"]) == ("a@example.com", "27AAPFU0939F1ZV")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", None),
        ("phone", "98765O3210"),
        ("phone", "123"),
        ("email", "nobody"),
        ("emailId", "nobody"),
        ("gstNo", "27AAPFU0939F1ZX"),
        ("gender", "x"),
        ("note", "n" * 1001),
        ("address", "a\x00b"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(till: Caller, field: str, value: object) -> None:
    answer = till.post("/customers", {"name": "Asha", "phone": "9876543210", field: value})
    assert (answer.status, answer.body["success"], list(answer.errors)) == (422, False, [field])
    assert not Customer.objects.exists()


def test_find_or_create_answers_the_customer_of_a_phone(till: Caller) -> None:
    made = till.post("/customers/find-or-create", {"phone": "9876543210"})
    assert (made.status, made.body["isNew"]) == (200, True)
    assert made.body["customer"]["customerNumber"] == "CUST0001"
    assert made.body["customer"]["name"] == "Walk-in Customer"
    named = till.post("/customers/find-or-create", {"phone": "98765 43210", "name": "John Doe"})
    assert (named.body["isNew"], named.body["customer"]["name"]) == (False, "John Doe")
    another = till.post("/customers/find-or-create", {"phone": "98765 43210", "name": "Jane Roe"})
    assert another.body["customer"]["name"] == "John Doe", "a real name is never replaced here"
    assert another.body["customer"] == named.body["customer"]


def test_find_or_create_takes_a_name_alone(till: Caller) -> None:
    first = till.post("/customers/find-or-create", {"name": "Meera"}).body
    again = till.post("/customers/find-or-create", {"name": " meera "}).body
    assert (first["isNew"], again["isNew"]) == (True, False)
    assert first["customer"]["id"] == again["customer"]["id"]
    nobody = till.post("/customers/find-or-create", {"phone": "", "name": "Walk-in Customer"})
    assert (nobody.status, list(nobody.errors)) == (422, ["phone"])


def test_a_phone_answers_one_customer_or_null(till: Caller, other_store: Store) -> None:
    CustomerFactory(store=other_store, phone="+919876543210")
    assert till.get("/customers/by-phone/9876543210").body == {"success": True, "clientCustomer": None}
    customer = CustomerFactory(store=till.store, phone="+919876543210")
    for phone in ("9876543210", "+919876543210", "98765 43210"):
        assert till.get(f"/customers/by-phone/{phone}").body["clientCustomer"]["id"] == customer.pk
    bad = till.get("/customers/by-phone/12345")
    assert (bad.status, list(bad.errors)) == (422, ["phone"])


def test_a_manager_gets_the_full_list_newest_first(office: Caller, other_store: Store) -> None:
    made = CustomerFactory.create_batch(60, store=office.store)
    CustomerFactory(store=other_store)
    Customer.objects.filter(pk=made[5].pk).update(is_active=False)
    body = office.get("/customers").body
    assert [one["id"] for one in body["clientCustomers"]] == [one.pk for one in reversed(made)]
    assert (body["success"], body["nextCursor"]) == (True, None)
    assert len(Caller(office.store, "auditor").get("/customers").body["clientCustomers"]) == 60


def test_the_full_list_comes_in_pieces(office: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("customers.api.lists.A_CHUNK", 7)
    made = CustomerFactory.create_batch(21, store=office.store)
    body = office.get("/customers").body
    assert [one["id"] for one in body["clientCustomers"]] == [one.pk for one in reversed(made)]


def test_an_empty_list_is_a_list(office: Caller) -> None:
    assert office.get("/customers").body == {"success": True, "clientCustomers": [], "nextCursor": None}


@pytest.mark.parametrize("limit", [None, "500"])
def test_a_cashier_gets_fifty_at_most(till: Caller, limit: str | None) -> None:
    CustomerFactory.create_batch(51, store=till.store)
    body = till.get("/customers", **({"limit": limit} if limit else {})).body
    assert len(body["clientCustomers"]) == 50
    rest = till.get("/customers", cursor=body["nextCursor"]).body
    assert (len(rest["clientCustomers"]), rest["nextCursor"]) == (1, None)


def test_pages_are_the_whole_list_once(office: Caller) -> None:
    made = CustomerFactory.create_batch(7, store=office.store)
    seen, cursor = [], ""
    while cursor is not None:
        body = office.get("/customers", limit=3, cursor=cursor).body
        seen += [one["id"] for one in body["clientCustomers"]]
        cursor = body["nextCursor"]
        CustomerFactory(store=office.store)  # a new one meanwhile moves nothing
    assert seen == [one.pk for one in reversed(made)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "501"),
        ("limit", "1_0"),
        ("limit", "१"),
        ("limit", "9" * 5000),
        ("cursor", "abc"),
        ("cursor", "\x00"),
        ("updatedSince", "yesterday"),
        ("updatedSince", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_a_wrong_parameter_is_named(office: Caller, name: str, value: str) -> None:
    answer = office.get("/customers", **{name: value})
    assert (answer.status, list(answer.errors)) == (422, [name])


def test_a_cursor_of_another_list_is_refused(office: Caller) -> None:
    CustomerFactory.create_batch(2, store=office.store)
    cursor = office.get("/customers", limit=1).body["nextCursor"]
    assert office.get("/products", cursor=cursor).status == 422


@pytest.mark.parametrize("q", ["ash", "CUST00", "98765", "43210", "098765"])
def test_finds_by_name_number_and_phone(office: Caller, q: str) -> None:
    customer = CustomerFactory(store=office.store, name="Meera Ashok", phone="+919876543210")
    CustomerFactory(store=office.store, name="Ravi", phone="+918000000001", number="X1")
    found = office.get("/customers", q=q).body["clientCustomers"]
    assert [one["id"] for one in found] == [customer.pk]


@pytest.mark.parametrize("q", ["\x00", "' | '", "\\", ":*", "((", "𝕒" * 200])
def test_any_search_text_is_answered(office: Caller, q: str) -> None:
    assert office.get("/customers", q=q).status == 200


def test_lists_what_changed_since(office: Caller) -> None:
    old, new = CustomerFactory.create_batch(2, store=office.store)
    now = timezone.now()
    Customer.objects.filter(pk=old.pk).update(updated_at=now - timedelta(days=1))
    Customer.objects.filter(pk=new.pk).update(updated_at=now)
    found = office.get("/customers", updatedSince=now.isoformat()).body["clientCustomers"]
    assert [one["id"] for one in found] == [new.pk]
    as_written = office.get(f"/customers?updatedSince={now.isoformat()}")  # whose plus arrives as a space
    assert [one["id"] for one in as_written.body["clientCustomers"]] == [new.pk]


def test_an_auditor_reads_and_writes_nothing(store: Store) -> None:
    auditor = Caller(store, "auditor")
    assert auditor.get("/customers").status == 200
    for path in ("/customers", "/customers/find-or-create"):
        assert auditor.post(path, {"name": "Asha", "phone": "9876543210"}).status == 403
    assert not Customer.objects.exists()


def test_a_change_is_noted_with_the_callers_name(till: Caller) -> None:
    till.post("/customers", {"name": "Asha", "phone": "9876543210"})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT context.metadata FROM customers_customerchange AS change"
            " JOIN pghistory_context AS context ON context.id = change.pgh_context_id"
        )
        (metadata,) = cursor.fetchone()
    noted = metadata if isinstance(metadata, dict) else json.loads(metadata)
    assert noted == {"user": till.user.pk, "url": "/api/v1/customers"}
