"""Bills over the JSON API."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from billing.models import Product
from billing.services.buyer import Buyer
from billing.tests.factories import sell, stocked_product
from viveka.stores.models import Store
from viveka.stores.tests.callers import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(store: Store) -> Caller:
    return Caller(store, "cashier")


@pytest.fixture
def sugar(store: Store) -> Product:
    return stocked_product(store, batches=[(3, 80, 100), (500, 85, 110)], name="Sugar")


def test_a_bill_is_shown_as_the_sale_answered_it(store: Store, sugar: Product) -> None:
    office = Caller(store, "manager")
    sent = {
        "saleItems": [{"productId": sugar.pk, "quantity": 5}],
        "receiptData": {"paymentMethod": "cash", "cashReceived": 1000, "customerPhone": "9876543210"},
    }
    bill = office.post("/inventory/sales", sent).body["bill"]
    assert office.get(f"/bills/{bill['id']}").body == {"success": True, "bill": bill}
    assert office.get("/bills").body == {"success": True, "bills": [bill], "nextCursor": None}
    for name in ("totalCost", "profit"):
        del bill[name]
    till = Caller(store, "cashier")
    assert till.get(f"/bills/{bill['id']}").body == {"success": True, "bill": bill}
    assert till.get("/bills").body["bills"] == [bill]


def test_what_is_no_bill_of_the_store_is_404(till: Caller, other_store: Store) -> None:
    theirs = sell(other_store, till.user, [(stocked_product(other_store), 1)]).bill
    answers = [till.get(f"/bills/{pk}") for pk in (theirs.pk, uuid4(), "1", "x" * 300, theirs.number, "%00")]
    assert [answer.status for answer in answers] == [404] * 6
    assert till.get("/bills").body["bills"] == []
    assert till.get("/bills", number=theirs.number).body["bills"] == []


def test_newest_first_by_pages(till: Caller, sugar: Product) -> None:
    now = timezone.now()
    made = [sell(till.store, till.user, [(sugar, 1)], now=now - timedelta(minutes=9 - n)).bill for n in range(3)]
    made += [sell(till.store, till.user, [(sugar, 1)], now=now).bill for _ in range(3)]  # three of one moment
    seen, cursor = [], ""
    while cursor is not None:
        body = till.get("/bills", limit=2, cursor=cursor).body
        seen += [one["id"] for one in body["bills"]]
        cursor = body["nextCursor"]
    assert seen == [str(bill.pk) for bill in sorted(made, key=lambda bill: (bill.at, bill.pk), reverse=True)]


def test_finds_by_number_day_and_customer(till: Caller, sugar: Product) -> None:
    now = timezone.now()
    past = now - timedelta(days=3)
    buyer = Buyer(phone="9876543210", name="John Doe")
    old = sell(till.store, till.user, [(sugar, 1)], now=now, at=past, buyer=buyer).bill
    new = sell(till.store, till.user, [(sugar, 1)], now=now).bill
    today, day = str(till.store.day_of(now)), str(till.store.day_of(past))
    for query, found in [
        ({"number": old.number}, [old]),
        ({"number": f" {old.number.lower()} "}, [old]),
        ({"number": old.number[:-1]}, []),
        ({"number": "\x00"}, []),
        ({"from": today}, [new]),
        ({"to": day}, [old]),
        ({"from": day, "to": today}, [new, old]),
        ({"from": today, "to": day}, []),
        ({"q": "9876543210"}, [old]),
        ({"q": "joh"}, [old]),
        ({"q": "CUST0001"}, [old]),
        ({"q": new.number}, [new]),
        ({"q": "\x00"}, []),
        ({"q": "joh", "from": today}, []),
    ]:
        bills = till.get("/bills", **query).body["bills"]
        assert [one["id"] for one in bills] == [str(bill.pk) for bill in found], query


@pytest.mark.parametrize(
    ("name", "value"),
    [("limit", "-1"), ("limit", "1e2"), ("cursor", "x"), ("from", "today"), ("to", "2026-02-30"), ("to", "९" * 4)],
)
def test_a_wrong_parameter_is_named(till: Caller, name: str, value: str) -> None:
    answer = till.get("/bills", **{name: value})
    assert (answer.status, list(answer.errors)) == (422, [name])
