"""Returns over the API."""

from decimal import Decimal
from uuid import uuid4

import pytest

from billing.models import Return
from billing.services.buyer import Buyer
from billing.services.tender import Tender
from billing.tests.factories import sell, stocked_product
from customers.tests.factories import CustomerFactory
from viveka.stores.tests.callers import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def bill(store, cashier):
    """Five at 100, 300 of it on credit."""
    soap = stocked_product(store, batches=[(50, 80, 100)])
    tenders = [Tender("credit", Decimal(300)), Tender("upi")]
    return sell(
        store, cashier, [(soap, 5)], tenders=tenders, buyer=Buyer(customer_id=CustomerFactory(store=store).pk)
    ).bill


def body(bill, **more):
    return {"items": [{"itemId": str(bill.lines.get().pk), "quantity": 4}], "reason": "Torn"} | more


def test_goods_come_back(store, bill):
    caller = Caller(store, "manager")
    path = f"/bills/{bill.pk}/returns"
    first = caller.post(path, body(bill, refundMethod="UPI"), key="k")
    made = Return.objects.get()
    assert first.status == 201
    assert first.body["return"] | {"createdAt": ""} == {
        "id": str(made.pk),
        "returnNumber": made.number,
        "billId": str(bill.pk),
        "items": [{"itemId": str(bill.lines.get().pk), "quantity": "4", "total": "400.00", "restocked": True}],
        "total": "400.00",
        "debtReduced": "300.00",
        "advanceRestored": "0.00",
        "advanceAdded": "0.00",
        "refunded": "100.00",
        "createdAt": "",
    }
    assert caller.post(path, body(bill, refundMethod="UPI"), key="k").body == first.body
    shown = caller.get(f"/bills/{bill.pk}").body["bill"]
    assert (shown["items"][0]["returnedQuantity"], shown["status"]) == ("4", "returned_in_part")
    refused = caller.post(path, body(bill))
    assert (refused.status, list(refused.errors)) == (422, ["items.0.quantity"])


@pytest.mark.parametrize(
    ("wrong", "status", "field"),
    [
        ({"items": []}, 422, "items"),
        ({"items": [{"itemId": str(uuid4()), "quantity": 1}]}, 404, "items.0.itemId"),
        ({"items": [{"itemId": "x", "quantity": 1}]}, 422, "items.0.itemId"),
        ({"items": [{"itemId": str(uuid4()), "quantity": "NaN"}]}, 422, "items.0.quantity"),
        ({"reason": " "}, 422, "reason"),
        ({"refundMethod": "gold"}, 422, "refundMethod"),
    ],
)
def test_what_is_wrong_is_named(store, bill, wrong, status, field):
    refused = Caller(store, "manager").post(f"/bills/{bill.pk}/returns", body(bill) | wrong)
    assert (refused.status, list(refused.errors)) == (status, [field])
    assert not Return.objects.exists()


def test_of_another_store_there_is_none(store, other_store, bill):
    assert Caller(other_store, "manager").post(f"/bills/{bill.pk}/returns", body(bill)).status == 404
