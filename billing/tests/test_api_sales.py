"""The sale over the JSON API."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from billing.models import Batch, Bill, BillLine, Payment, Product, StockMovement
from billing.tests.factories import ProductFactory, stocked_product
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


@pytest.fixture
def sugar(store: Store) -> Product:
    return stocked_product(store, batches=[(3, 80, 100), (500, 85, 110)], name="Sugar")


def sale_of(*items: Any, **receipt: Any) -> dict[str, Any]:
    """A sale of (product, quantity) pairs, paid in cash where nothing else is said."""
    paid = {} if "payments" in receipt else {"paymentMethod": "Cash"}
    return {
        "saleItems": [{"productId": product.pk, "quantity": quantity} for product, quantity in items],
        "receiptData": {**paid, **receipt},
    }


def _nothing_sold() -> bool:
    stock_is_whole = Product.objects.get(name="Sugar").current_stock == 503
    return stock_is_whole and not (Bill.objects.exists() or BillLine.objects.exists() or Payment.objects.exists())


def test_two_batches_two_prices(office: Caller, sugar: Product) -> None:
    body = office.post("/inventory/sales", sale_of((sugar, 5), cashReceived="600")).body
    first, second = Batch.objects.order_by("received_at")
    assert body["data"] == [
        {
            "productId": sugar.pk,
            "quantity": "5",
            "price": "104.00",
            "total": "520.00",
            "cost": "410.00",
            "batches": [
                {"batchId": first.pk, "quantity": "3", "cost": "80.00", "price": "100.00"},
                {"batchId": second.pk, "quantity": "2", "cost": "85.00", "price": "110.00"},
            ],
        }
    ]
    assert [(one["quantity"], one["price"]) for one in body["bill"]["items"]] == [("3", "100.00"), ("2", "110.00")]
    assert (body["bill"]["total"], body["bill"]["change"], body["bill"]["profit"]) == ("520.00", "80.00", "110.00")
    assert (first.remaining, second.remaining) == (0, 498)


def test_data_is_per_item_sent_also_of_one_product(office: Caller, sugar: Product) -> None:
    salt = stocked_product(office.store, name="Salt", batches=[(9, 10, 20)])
    sent = sale_of((sugar, 2), (sugar, 3), (salt, 1), (sugar, 1))
    body = office.post("/inventory/sales", sent, key="k").body
    assert [(one["productId"], one["quantity"], one["total"]) for one in body["data"]] == [
        (sugar.pk, "2", "200.00"),
        (sugar.pk, "3", "320.00"),
        (salt.pk, "1", "20.00"),
        (sugar.pk, "1", "110.00"),
    ]
    assert [len(one["batches"]) for one in body["data"]] == [1, 2, 1, 1]
    assert office.post("/inventory/sales", sent, key="k").body == body


def test_a_cashier_sees_no_cost(till: Caller, sugar: Product) -> None:
    body = till.post("/inventory/sales", sale_of((sugar, 5))).body
    assert set(body["data"][0]) == {"productId", "quantity", "price", "total", "batches"}
    assert set(body["data"][0]["batches"][0]) == {"batchId", "quantity", "price"}
    assert not {"totalCost", "profit"} & set(body["bill"])


def test_a_service_has_no_batches(office: Caller) -> None:
    haircut = ProductFactory(store=office.store, stock_policy="none", selling_price=Decimal(300), unit="hour")
    body = office.post("/inventory/sales", sale_of((haircut, "1.25"))).body
    assert body["data"] == [
        {
            "productId": haircut.pk,
            "quantity": "1.25",
            "price": "300.00",
            "total": "375.00",
            "cost": "0.00",
            "batches": [],
        }
    ]


def test_a_discount_is_spread_over_the_items(office: Caller, sugar: Product) -> None:
    body = office.post("/inventory/sales", sale_of((sugar, 5), discount="20.05", expectedTotal="499.95")).body
    items = body["bill"]["items"]
    assert (body["bill"]["subtotal"], body["bill"]["discount"], body["bill"]["total"]) == ("520.00", "20.05", "499.95")
    assert sum(Decimal(item["total"]) for item in items) == Decimal("499.95")
    assert sum(Decimal(item["discount"]) for item in items) == Decimal("20.05")
    assert body["data"][0]["total"] == "499.95"


def test_without_phone_and_name_all_customer_fields_are_null(till: Caller, sugar: Product) -> None:
    for nothing in ({}, {"customerPhone": "", "customerName": " "}, {"customerPhone": None, "customerName": None}):
        bill = till.post("/inventory/sales", sale_of((sugar, 1), **nothing)).body["bill"]
        fields = ("customer", "customerNumber", "customerName", "customerPhone", "forName")
        assert [bill[field] for field in fields] == [None] * 5
    assert not Customer.objects.exists()


def test_the_customers_id_wins_over_a_phone(till: Caller, sugar: Product) -> None:
    customer = CustomerFactory(store=till.store, name="Asha Rao")
    sent = sale_of((sugar, 1), customerId=customer.pk, customerPhone="9876500000", customerName="Ravi")
    bill = till.post("/inventory/sales", sent).body["bill"]
    assert (bill["customer"], bill["customerName"], bill["forName"]) == (customer.pk, "Asha Rao", "Ravi")
    assert Customer.objects.count() == 1


def test_a_name_alone_finds_or_makes_a_customer(till: Caller, sugar: Product) -> None:
    first = till.post("/inventory/sales", sale_of((sugar, 1), customerName="Meera")).body["bill"]
    again = till.post("/inventory/sales", sale_of((sugar, 1), customerName="MEERA")).body["bill"]
    assert first["customer"] == again["customer"] is not None


def test_snake_case_and_ids_as_text_are_taken(till: Caller, sugar: Product) -> None:
    sent = {
        "sale_items": [{"product_id": str(sugar.pk), "quantity": "1", "price": 120}],
        "reference_number": "R1",
        "receipt_data": {"payment_method": "upi", "customer_phone": "9876543210", "expected_total": 120.0},
    }
    body = till.post("/inventory/sales", sent).body
    assert body["bill"]["payments"] == [{"method": "upi", "amount": "120.00", "reference": None, "cashReceived": None}]
    assert (body["data"][0]["price"], body["bill"]["referenceNumber"]) == ("120.00", "R1")


@pytest.mark.parametrize(
    ("written", "method"),
    [("CASH", "cash"), ("Card", "card"), (" Upi ", "upi"), ("Bank Transfer", "bank_transfer"), ("bank-transfer",) * 2],
)
def test_methods_come_in_any_case(till: Caller, sugar: Product, written: str, method: str) -> None:
    body = till.post("/inventory/sales", sale_of((sugar, 1), paymentMethod=written)).body
    assert body["bill"]["payments"][0]["method"] == method.replace("-", "_")


def test_several_payments(till: Caller, sugar: Product) -> None:
    payments = [{"method": "card", "amount": "60", "reference": "4711"}, {"method": "cash", "amount": 40}]
    body = till.post("/inventory/sales", sale_of((sugar, 1), payments=payments, cashReceived=50)).body
    assert body["bill"]["payments"] == [
        {"method": "card", "amount": "60.00", "reference": "4711", "cashReceived": None},
        {"method": "cash", "amount": "40.00", "reference": None, "cashReceived": "50.00"},
    ]
    assert body["bill"]["change"] == "10.00"


@pytest.mark.parametrize(
    ("receipt", "field"),
    [
        ({"paymentMethod": "barter"}, "paymentMethod"),
        ({"paymentMethod": "Advance"}, "paymentMethod"),
        ({"paymentMethod": "wallet"}, "paymentMethod"),
        ({"paymentMethod": "CREDIT"}, "paymentMethod"),
        ({"payments": [{"method": "cash", "amount": 10}, {"method": "gold", "amount": 90}]}, "payments.1.method"),
        ({"payments": [{"method": "cash", "amount": 0}]}, "payments.0.amount"),
        ({"payments": [{"method": "cash"}]}, "payments.0.amount"),
        ({"payments": [{"method": "cash", "amount": "99.99"}]}, "payments"),
        ({"payments": []}, "payments"),
        ({"cashReceived": "99.99"}, "cashReceived"),
        ({"cashReceived": None}, "cashReceived"),
        ({"paymentMethod": "card", "cashReceived": "100"}, "cashReceived"),
        ({"discount": "100.01"}, "discount"),
        ({"customerPhone": "98765O3210"}, "customerPhone"),
        ({"customerPhone": "12345"}, "customerPhone"),
        ({"customerPhone": 9876543210}, "customerPhone"),
        ({"customerEmail": "nobody", "customerPhone": "9876543210"}, "customerEmail"),
        ({"customerName": "a\x00b"}, "customerName"),
        ({"customerId": "one"}, "customerId"),
    ],
)
def test_a_wrong_field_of_the_receipt_is_named(
    till: Caller, sugar: Product, receipt: dict[str, Any], field: str
) -> None:
    answer = till.post("/inventory/sales", sale_of((sugar, 1), **receipt))
    assert (answer.status, list(answer.errors)) == (422, [f"receiptData.{field}"])
    assert _nothing_sold()
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": "1.5"}, "quantity"),
        ({"price": "79.99"}, "price"),
        ({"price": None}, "price"),
        ({"productId": None}, "productId"),
        ({"notes": "n" * 201}, "notes"),
    ],
)
def test_a_wrong_field_of_an_item_is_named(till: Caller, sugar: Product, item: dict[str, Any], field: str) -> None:
    sent = sale_of((sugar, 1), (sugar, 1))
    sent["saleItems"][1] |= item
    answer = till.post("/inventory/sales", sent)
    assert (answer.status, list(answer.errors)) == (422, [f"saleItems.1.{field}"])
    assert _nothing_sold()


def test_nothing_to_sell_is_said(till: Caller, sugar: Product) -> None:
    assert list(till.post("/inventory/sales", sale_of()).errors) == ["saleItems"]
    assert set(till.post("/inventory/sales", {}).errors) == {"saleItems", "receiptData"}
    too_many = sale_of(*[(sugar, 1)] * 1001)
    assert list(till.post("/inventory/sales", too_many).errors) == ["saleItems"]


def test_more_than_there_is_is_a_conflict(till: Caller, sugar: Product) -> None:
    salt = stocked_product(till.store, name="Salt", batches=[(2, 1, 2)])
    answer = till.post("/inventory/sales", sale_of((sugar, 504), (salt, 3)))
    assert answer.status == 409
    assert answer.errors == {
        "saleItems.0.quantity": ["Only 503 of Sugar left."],
        "saleItems.1.quantity": ["Only 2 of Salt left."],
    }
    assert _nothing_sold()


@pytest.mark.parametrize("field", ["total", "expectedTotal"])
def test_another_total_is_a_conflict(till: Caller, sugar: Product, field: str) -> None:
    answer = till.post("/inventory/sales", sale_of((sugar, 1), **{field: "99.99"}))
    assert (answer.status, list(answer.errors)) == (409, [f"receiptData.{field}"])
    both = till.post("/inventory/sales", sale_of((sugar, 1), total="99", expectedTotal="100"))
    assert both.status == 409
    assert _nothing_sold()


def test_what_is_not_there_is_404(till: Caller, sugar: Product) -> None:
    gone = sale_of((sugar, 1))
    gone["saleItems"][0]["productId"] = sugar.pk + 1
    assert till.post("/inventory/sales", gone).status == 404
    assert till.post("/inventory/sales", sale_of((sugar, 1), customerId=1)).status == 404
    assert _nothing_sold()


def test_a_customer_that_cannot_be_saved_does_not_stop_the_sale(
    till: Caller, sugar: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise IntegrityError("a rule that the record breaks")

    monkeypatch.setattr(type(Customer.objects), "_create", refuse)
    sent = sale_of((sugar, 1), customerPhone="9876543210", customerName="John Doe")
    answer = till.post("/inventory/sales", sent, key="k")
    assert (answer.status, answer.body["bill"]["customer"]) == (201, None)
    assert answer.body["warnings"] == ["The customer could not be saved, so this bill has none."]
    monkeypatch.undo()
    assert till.post("/inventory/sales", sent, key="k").body == answer.body
    assert "warnings" not in till.post("/inventory/sales", sale_of((sugar, 1))).body


def test_an_auditor_sells_nothing(store: Store, sugar: Product) -> None:
    assert Caller(store, "auditor").post("/inventory/sales", sale_of((sugar, 1))).status == 403
    assert _nothing_sold()


def test_the_number_of_queries_does_not_grow_with_the_items(till: Caller) -> None:
    products = [stocked_product(till.store, by=till.user, batches=[(50, 80, 100)]) for _ in range(40)]
    till.post("/inventory/sales", sale_of((products[0], 1), customerPhone="9876543210"))
    counts = []
    for items in (1, 40):
        sent = sale_of(*[(product, 1) for product in products[:items]], customerPhone="9876543210")
        for key in ("first", "again"):
            with CaptureQueriesContext(connection) as queries:
                assert till.post("/inventory/sales", sent, key=f"{key}{items}").status == 201
            counts.append(len(queries))
    assert counts[0] == counts[2]
    assert max(counts) <= 18
    assert StockMovement.objects.filter(reason="sold").count() == 1 + 2 * 41
