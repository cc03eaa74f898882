"""A store's data is its own, and cost is not for cashiers: over every call of the JSON API."""

from decimal import Decimal

import pytest

from billing.models import Batch, Bill
from billing.services.buyer import Buyer
from billing.tests.factories import sell, stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.stores.models import Store
from viveka.stores.tests.callers import Caller, names_in
from viveka.stores.tests.factories import staff

pytestmark = pytest.mark.django_db

SECRETS = {"cost", "costPrice", "totalCost", "profit"}


def test_another_stores_ids_are_nothing(store: Store, other_store: Store) -> None:
    theirs = stocked_product(other_store, batches=[(5, 80, 100)], barcode="890")
    their_customer = CustomerFactory(store=other_store, phone="+919876543210", name="John Doe")
    their_bill = sell(other_store, staff(other_store), [(theirs, 1)], buyer=Buyer(customer_id=their_customer.pk)).bill
    ours = stocked_product(store, batches=[(5, 80, 100)])
    manager = Caller(store, "manager")

    def sale(product: int, **receipt: object) -> dict[str, object]:
        items = [{"productId": ours.pk, "quantity": 1}, {"productId": product, "quantity": 1}]
        return {"saleItems": items, "receiptData": {"paymentMethod": "cash", **receipt}}

    batch = {"quantity": 1, "costPrice": 1, "sellingPrice": 1}
    for answer in (
        manager.post(f"/products/{theirs.pk}/batches", batch, key="k"),
        manager.post("/inventory/sales", sale(theirs.pk), key="k"),
        manager.post("/inventory/sales", sale(ours.pk, customerId=their_customer.pk), key="k"),
        manager.get(f"/bills/{their_bill.pk}"),
    ):
        assert (answer.status, answer.body["success"]) == (404, False)
    missing = manager.post("/inventory/sales", sale(theirs.pk + 1000))
    there = manager.post("/inventory/sales", sale(theirs.pk))
    assert (there.status, there.body) == (missing.status, missing.body), "as one that does not exist"

    assert manager.get("/customers/by-phone/9876543210").body["clientCustomer"] is None
    assert manager.get("/customers", q="John").body["clientCustomers"] == []
    assert manager.get("/products", barcode="890").body["products"] == []
    assert manager.get("/bills", number=their_bill.number).body["bills"] == []
    assert manager.get("/bills", q="John").body["bills"] == []
    theirs.refresh_from_db()
    ours.refresh_from_db()
    assert (theirs.current_stock, ours.current_stock) == (Decimal(4), Decimal(5))
    assert (Customer.objects.count(), Bill.objects.count(), Batch.objects.count()) == (1, 1, 2)


def test_the_same_phone_is_another_customer_there(store: Store, other_store: Store) -> None:
    body = {"name": "Asha", "phone": "9876543210"}
    for shop in (store, other_store):
        answer = Caller(shop).post("/customers", body)
        assert (answer.status, answer.body["clientCustomer"]["customerNumber"]) == (201, "CUST0001")


def test_a_cashier_never_sees_cost_or_profit(store: Store) -> None:
    product = stocked_product(store, batches=[(3, 80, 100), (500, 85, 110)])
    sent = {
        "saleItems": [{"productId": product.pk, "quantity": 4}],
        "receiptData": {"paymentMethod": "cash", "customerPhone": "9876543210"},
    }
    seen = {}
    for role in ("manager", "cashier"):
        caller = Caller(store, role)
        sold = caller.post("/inventory/sales", sent, key="k")
        answers = [
            sold,
            caller.post("/inventory/sales", sent, key="k"),
            caller.get("/bills"),
            caller.get(f"/bills/{sold.body['bill']['id']}"),
            caller.get("/products"),
            caller.get("/customers"),
            caller.post("/customers/find-or-create", {"phone": "9876543210"}),
            caller.post("/inventory/sales", {**sent, "receiptData": {"paymentMethod": "cash", "discount": "101"}}),
        ]
        assert [answer.status for answer in answers] == [201, 201, 200, 200, 200, 200, 200, 422]
        seen[role] = set().union(*(names_in(answer.body) for answer in answers))
        assert "85" not in answers[-1].body["message"], "nor by the back door"
    assert seen["manager"] >= SECRETS
    assert not seen["cashier"] & SECRETS
