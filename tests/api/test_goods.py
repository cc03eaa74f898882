"""Products, batches, the sale and what it was: what other systems send, and the whole of each answer."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from billing.models import Batch, Bill, Product, Return
from billing.services.buyer import Buyer
from billing.services.checkout import complete_cart
from billing.services.exchange import carry_return
from billing.services.return_money import IN_CASH
from billing.services.return_plan import ReturnItem
from billing.services.tender import Tender
from billing.tests.factories import filled_cart, sell, stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from tests.api.whole import iso, said_of, said_of_bill, said_of_line
from viveka.stores.models import Store
from viveka.stores.tests.callers import Caller

pytestmark = pytest.mark.django_db


def test_products_and_batches(office: Caller, till: Caller) -> None:
    made = office.post("/products", {"name": "Salt", "sku": "S1", "barcode": "890", "sellingPrice": 20})
    product = Product.objects.get()
    shown: dict[str, Any] = {
        "id": product.pk, "name": "Salt", "sku": "S1", "barcode": "890", "category": None, "unit": "pc",
        "stockPolicy": "refuse", "currentStock": "0", "price": "20.00", "sellingPrice": "20.00", "batches": [],
    }  # fmt: skip
    assert (made.status, made.body) == (201, {"success": True, "product": shown})
    sent = {"quantity": "2.000", "costPrice": 15, "sellingPrice": "18.5", "expiryDate": "2199-01-01"}
    received = office.post(f"/products/{product.pk}/batches", sent)
    batch = Batch.objects.get()
    on_shelf = {
        "id": batch.pk, "quantity": "2", "remaining": "2", "sellingPrice": "18.50",
        "receivedAt": iso(batch.received_at), "expiryDate": "2199-01-01",
    }  # fmt: skip
    assert (received.status, received.body) == (201, {"success": True, "batch": {**on_shelf, "costPrice": "15.00"}})
    there = {**shown, "currentStock": "2", "price": "18.50"}
    listed = {"success": True, "products": [{**there, "batches": [on_shelf]}], "nextCursor": None}
    assert till.get("/products", barcode="890").body == listed
    with_cost = [{**there, "batches": [{**on_shelf, "costPrice": "15.00"}]}]
    assert office.get("/products", q="salt").body == {**listed, "products": with_cost}


MADE = {"success": True, "message": "Sales processed successfully"}


def test_the_documents_own_sale(office: Caller) -> None:
    """The sale of the billing flow: two products at 100, 500 in all, for John Doe."""
    names = ("Product A", "Product B")
    products = [stocked_product(office.store, batches=[(10, 80, 100)], name=name) for name in names]
    wanted = [
        {"productId": product.pk, "quantity": quantity, "notes": notes}
        for product, quantity, notes in zip(products, (2, 3), ("Gift", None), strict=True)
    ]
    receipt = {
        "billNumber": "BILL-1234567890", "items": [{"name": "Product A", "quantity": 2}], "subtotal": 500,
        "total": 500, "customerPhone": "9876543210", "customerName": "John Doe", "customerEmail": None,
        "paymentMethod": "Cash", "cashReceived": 500,
    }  # fmt: skip
    sent = {"saleItems": wanted, "referenceNumber": "BILL-1234567890", "receiptData": receipt}
    answer = office.post("/inventory/sales", sent)
    bill = Bill.objects.get()
    first, second = bill.lines.order_by("position")
    items = [said_of_line(first, "2", "100.00", "200.00", note="Gift"), said_of_line(second, "3", "100.00", "300.00")]
    data = [
        {
            "productId": product.pk, "quantity": quantity, "price": "100.00", "total": total, "cost": cost,
            "batches": [
                {"batchId": product.batches.get().pk, "quantity": quantity, "cost": "80.00", "price": "100.00"}
            ],
        }
        for product, quantity, total, cost in zip(
            products, ("2", "3"), ("200.00", "300.00"), ("160.00", "240.00"), strict=True
        )
    ]  # fmt: skip
    shown = said_of_bill(bill, "500.00", items, totalCost="400.00", profit="100.00")
    assert (answer.status, answer.body) == (201, {**MADE, "data": data, "bill": shown})
    assert bill.number != "BILL-1234567890", "the server's own number holds"


def test_the_sale_of_an_older_till(till: Caller, office: Caller) -> None:
    """Its own number, items and totals are not trusted; the total it expects is."""
    product = stocked_product(till.store, batches=[(3, 80, 100), (10, 85, 110)], name="Product A")
    sent = {
        "saleItems": [{"productId": product.pk, "quantity": 5, "notes": "Gift"}],
        "referenceNumber": "BILL-1234567890",
        "receiptData": {
            "billNumber": "BILL-1234567890", "items": [{"price": 1}], "subtotal": 500, "total": 520,
            "customerPhone": "9876543210", "customerName": "John Doe", "customerEmail": None,
            "paymentMethod": "Cash", "cashReceived": 600,
        },
    }  # fmt: skip
    wrong = {**sent, "receiptData": {**sent["receiptData"], "total": 500}}
    assert till.post("/inventory/sales", wrong).status == 409
    answer = till.post("/inventory/sales", sent, key="k")
    bill, (first, second) = Bill.objects.get(), Batch.objects.order_by("pk")
    first_line, second_line = bill.lines.order_by("position")
    items = [
        said_of_line(first_line, "3", "100.00", "300.00", note="Gift"),
        said_of_line(second_line, "2", "110.00", "220.00", note="Gift"),
    ]
    paid = [{"method": "cash", "amount": "520.00", "reference": None, "cashReceived": "600.00"}]
    shown = said_of_bill(bill, "520.00", items, change="80.00", payments=paid)
    data = {"productId": product.pk, "quantity": "5", "price": "104.00", "total": "520.00"}
    batches: list[dict[str, Any]] = [
        {"batchId": first.pk, "quantity": "3", "price": "100.00"},
        {"batchId": second.pk, "quantity": "2", "price": "110.00"},
    ]
    assert (answer.status, answer.body) == (201, {**MADE, "data": [{**data, "batches": batches}], "bill": shown})
    costs = {"totalCost": "410.00", "profit": "110.00"}
    assert office.get(f"/bills/{bill.pk}").body == {"success": True, "bill": {**shown, **costs}}
    assert till.get("/bills", number=bill.number).body == {"success": True, "bills": [shown], "nextCursor": None}
    john = Customer.objects.get()
    customer = said_of(john, totalPurchases="520.00", purchaseCount=1)
    assert till.get(f"/customers/{john.pk}/history").body == {
        "success": True,
        "customer": customer,
        "statistics": {
            "totalPurchases": "520.00", "purchaseCount": 1, "averagePurchase": "520.00",
            "lastPurchaseDate": iso(bill.at),
        },
        "sales": [shown],
        "nextCursor": None,
    }  # fmt: skip
    assert till.get(f"/customers/{john.pk}/sales/{bill.pk}").body == {"success": True, "sale": shown}
    jane = CustomerFactory(store=till.store)
    assert till.get(f"/customers/{jane.pk}/sales/{bill.pk}").status == 404


def test_goods_that_come_back(office: Caller) -> None:
    product = stocked_product(office.store, batches=[(10, 80, 100)])
    bill = sell(office.store, office.user, [(product, 5)]).bill
    line = bill.lines.get()
    sent = {"items": [{"itemId": str(line.pk), "quantity": 2, "restock": False}], "reason": "Torn"}
    answer = office.post(f"/bills/{bill.pk}/returns", sent)
    made = Return.objects.get()
    assert (answer.status, answer.body) == (
        201,
        {
            "success": True,
            "return": {
                "id": str(made.pk), "returnNumber": made.number, "billId": str(bill.pk),
                "items": [{"itemId": str(line.pk), "quantity": "2", "total": "200.00", "restocked": False}],
                "total": "200.00", "debtReduced": "0.00", "advanceRestored": "0.00", "advanceAdded": "0.00",
                "refunded": "200.00", "createdAt": iso(made.at),
            },
        },
    )  # fmt: skip


def test_the_parts_of_a_rounded_bill_add_up(office: Caller) -> None:
    """And what comes back goes wherever bills take it from, under the same names."""
    Store.objects.filter(pk=office.store.pk).update(rounds_to_rupee=True)
    product = stocked_product(office.store, batches=[(10, 80, "100.40")])
    item = {"productId": product.pk, "quantity": 1}
    receipt = {"customerPhone": "9876543210", "paymentMethod": "cash", "total": "100"}
    sold = office.post("/inventory/sales", {"saleItems": [item], "receiptData": receipt})
    bill = sold.body["bill"]
    amounts = {"subtotal": "100.40", "discount": "0.00", "rounding": "-0.40", "total": "100.00"}
    assert sold.status == 201
    assert [{name: shown[name] for name in amounts} for shown in (bill, *bill["items"])] == [amounts, amounts]
    back = {"items": [{"itemId": bill["items"][0]["id"], "quantity": 1}], "reason": "Torn", "refundMethod": "Wallet"}
    returned = office.post(f"/bills/{bill['id']}/returns", back).body["return"]
    assert (returned["advanceAdded"], returned["refunded"]) == ("100.00", "0.00")


def test_goods_sold_before_they_came_in(till: Caller, office: Caller) -> None:
    """Three where two are there: what is short has no batch and no cost until one comes in."""
    product = stocked_product(till.store, batches=[(2, 80, 100)], stock_policy="allow", selling_price=100)
    there = product.batches.get()
    sent = {"saleItems": [{"productId": product.pk, "quantity": 3}], "receiptData": {"paymentMethod": "cash"}}
    sold = till.post("/inventory/sales", sent, key="k").body
    (item,) = sold["data"]
    assert item["batches"] == [
        {"batchId": there.pk, "quantity": "2", "price": "100.00"},
        {"batchId": None, "quantity": "1", "price": "100.00"},
    ]
    assert till.post("/inventory/sales", sent, key="k").body == sold
    assert till.get("/products").body["products"][0]["currentStock"] == "-1"
    came = {"quantity": 5, "costPrice": 70, "sellingPrice": 100}
    assert office.post(f"/products/{product.pk}/batches", came).body["batch"]["remaining"] == "4"
    bill = office.get(f"/bills/{sold['bill']['id']}").body["bill"]
    assert (bill["totalCost"], bill["profit"]) == ("230.00", "70.00")


def test_a_bill_paid_with_goods_that_came_back(till: Caller, office: Caller, john: Customer) -> None:
    """What the counter exchanged, programs read."""
    soap, oil = (stocked_product(till.store, batches=[(9, 80, price)]) for price in (100, 130))
    buyer = Buyer(customer_id=john.pk)
    old = sell(till.store, till.user, [(soap, 2)], buyer=buyer).bill
    told = {"store": till.store, "by": till.user, "now": timezone.now()}
    cart = filled_cart(till.store, till.user, [(oil, 2)])
    coming = [ReturnItem(old.lines.get().pk, Decimal(2))]
    carry_return(**told, bill_id=old.pk, items=coming, reason="Too small", give_back=IN_CASH, allowed_by=office.user)
    new = complete_cart(**told, cart_id=cart.pk, tenders=[Tender("cash")]).bill
    first, second = till.get(f"/customers/{john.pk}/history").body["sales"]
    assert (first["id"], second["id"], second["status"]) == (str(new.pk), str(old.pk), "returned")
    assert {one["method"]: one["amount"] for one in first["payments"]} == {"exchange": "200.00", "cash": "60.00"}
    for bill in (first, second):
        assert till.get(f"/bills/{bill['id']}").body["bill"] == bill
    assert till.get("/bills").body["bills"] == [first, second]
    sale = {"saleItems": [{"productId": oil.pk, "quantity": 1}], "receiptData": {"paymentMethod": "Exchange"}}
    refused = till.post("/inventory/sales", sale)
    assert (refused.status, list(refused.errors)) == (422, ["receiptData.paymentMethod"])
