"""Forty bad values in every field of every call: refused, the field named, nothing written, each at once."""

import json
import time
from typing import Any

import pytest

from billing.models import Batch, Bill, Product
from billing.tests.factories import ProductFactory, stocked_product
from customers.models import Customer
from viveka.stores.models import RequestKey, Store
from viveka.stores.tests.callers import Caller

pytestmark = pytest.mark.django_db

# As they stand in the body: some of these no JSON writer makes, and every JSON reader may meet.
NUMBERS = [
    "NaN", "Infinity", "-Infinity", "1e999999", "1e-999999", "1E5", "-0", "-0.0", "-1", "0.005", "0.0001",
    "9" * 5000, "1" + "0" * 30, "10000000000", "12345678901234567890.12",
]  # fmt: skip
TEXTS = [
    '"NaN"', '"Infinity"', '"1e3"', '"1_000"', '"1,000"', '"१२"', '"٣"', '"１２"', '"-1"', '"+1"', '" 1"', '"1 "',
    '"0x10"', '"1.2.3"', '"."', '""', '"\\u0000"', '"\\ud800"', '"1\\n"', '"₹5"',
]  # fmt: skip
OTHERS = ["true", "false", "null", "[]", "[1]", "{}", '{"amount": 1}']
BAD_AMOUNTS = NUMBERS + TEXTS + OTHERS
BAD_TEXTS = [
    "NaN", "1", "1e999999", "true", "[]", '["a"]', "{}", '"\\u0000"', '"\\ud800"', '"a\\udfffb"',
    '"a\\u0007b"', '"a\\u202eb"',
]  # fmt: skip
BAD_IDS = ["NaN", "1e1", "1.0", "-1", "0", "9" * 19, "9" * 5000, '"१"', '"1_0"', '""', "true", "[]", "{}", '"\\u0000"']
BAD_TIMES = [
    "1",
    "NaN",
    '"yesterday"',
    '"0000-01-01T00:00:00Z"',
    '"9999-12-31T23:59:59Z"',
    "true",
    "[]",
    '""',
    '"२०२६-०१-०१"',
]

MARK = "HERE"


def _bodies() -> list[tuple[str, str, dict[str, Any], str, list[str]]]:
    """Path, field as it is named in a refusal, a good body with a mark in the field's place, values."""
    customer = {"name": "Asha", "phone": "9876543210"}
    product = {"name": "Salt"}
    batch = {"quantity": 1, "costPrice": 1, "sellingPrice": 1}
    item = {"productId": "PRODUCT", "quantity": 1}
    receipt = {"paymentMethod": "cash"}
    found = []

    def add(path: str, field: str, body: dict[str, Any], values: list[str]) -> None:
        found.append((path, field, body, MARK, values))

    for name in ("name", "phone", "address", "email", "emailId", "gstNo", "gender", "note"):
        add("/customers", name, {**customer, name: MARK}, BAD_TEXTS)
    for name in ("name", "phone"):
        add("/customers/find-or-create", name, {**customer, name: MARK}, BAD_TEXTS)
    for name in ("name", "sku", "barcode", "unit", "category", "stockPolicy"):
        add("/products", name, {**product, name: MARK}, BAD_TEXTS)
    add("/products", "sellingPrice", {**product, "sellingPrice": MARK}, BAD_AMOUNTS)
    for name in batch:
        add("/products/PRODUCT/batches", name, {**batch, name: MARK}, BAD_AMOUNTS)
    for name in ("receivedAt", "expiryDate"):
        add("/products/PRODUCT/batches", name, {**batch, name: MARK}, BAD_TIMES)
    add("/products/PRODUCT/batches", "note", {**batch, "note": MARK}, BAD_TEXTS)

    def sale(field: str, items: Any, paid: Any, values: list[str]) -> None:
        add("/inventory/sales", field, {"saleItems": items, "receiptData": paid}, values)

    sale("saleItems.0.productId", [{**item, "productId": MARK}], receipt, [*BAD_IDS, "null"])
    sale("saleItems.0.quantity", [{**item, "quantity": MARK}], receipt, BAD_AMOUNTS)
    sale("saleItems.0.price", [{**item, "price": MARK}], receipt, BAD_AMOUNTS)
    sale("saleItems.0.notes", [{**item, "notes": MARK}], receipt, BAD_TEXTS)
    for name in ("discount", "cashReceived", "total", "expectedTotal"):
        sale(f"receiptData.{name}", [item], {**receipt, name: MARK}, BAD_AMOUNTS)
    for name in ("customerPhone", "customerName", "paymentMethod"):
        sale(f"receiptData.{name}", [item], {**receipt, name: MARK}, BAD_TEXTS)
    bought = {**receipt, "customerPhone": "9876543210"}
    sale("receiptData.customerEmail", [item], {**bought, "customerEmail": MARK}, BAD_TEXTS)
    sale("receiptData.customerId", [item], {**receipt, "customerId": MARK}, BAD_IDS)
    payment = {"method": "cash", "amount": 1, "reference": ""}
    for name, values in (("method", BAD_TEXTS), ("amount", BAD_AMOUNTS), ("reference", BAD_TEXTS)):
        sale(f"receiptData.payments.0.{name}", [item], {"payments": [{**payment, name: MARK}]}, values)
    add(
        "/inventory/sales",
        "referenceNumber",
        {"saleItems": [item], "receiptData": receipt, "referenceNumber": MARK},
        BAD_TEXTS,
    )
    for bad in ("null", "true", "1", '"x"', "{}", "[1]", '["x"]', "[null]"):
        add("/inventory/sales", "saleItems", {"saleItems": MARK, "receiptData": receipt}, [bad])
    for bad in ("null", "true", "1", '"x"', "[]"):
        add("/inventory/sales", "receiptData", {"saleItems": [item], "receiptData": MARK}, [bad])
    return found


@pytest.mark.parametrize(
    ("path", "field", "body", "mark", "values"), _bodies(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_a_bad_value_is_refused_and_named(
    store: Store, path: str, field: str, body: dict[str, Any], mark: str, values: list[str]
) -> None:
    manager = Caller(store, "manager")
    product = stocked_product(store, batches=[(5, 80, 100)])
    written = json.dumps(body).replace('"PRODUCT"', str(product.pk))
    for value in values:
        started = time.monotonic()
        text = written.replace(f'"{mark}"', value)
        answer = manager.post(path.replace("PRODUCT", str(product.pk)), text, key="k")
        named = [name for name in answer.errors if name == field or name.startswith(f"{field}.")]
        assert answer.status == 422, (value, answer.body)
        assert named, (value, answer.body)
        assert time.monotonic() - started < 1
    product.refresh_from_db()
    assert product.current_stock == 5
    assert [model.objects.count() for model in (Customer, Product, Batch, Bill, RequestKey)] == [0, 1, 1, 0, 0]


def test_the_whole_body_may_hold_such_things_where_nothing_reads_them(store: Store) -> None:
    """Older tills send fields that are ignored."""
    product = stocked_product(store, batches=[(5, 80, 100)])
    ignored = ", ".join(f'"x{n}": {value}' for n, value in enumerate(BAD_AMOUNTS))
    body = f"""{{{ignored}, "\\ud800": 1, "saleItems": [{{{ignored}, "productId": {product.pk}, "quantity": 1}}],
        "receiptData": {{{ignored}, "billNumber": NaN, "items": 1e999, "subtotal": null, "paymentMethod": "cash"}}}}"""
    assert Caller(store).post("/inventory/sales", body).status == 201


@pytest.mark.parametrize("pk", ["0", "-1", "1.0", "1e1", "1_0", "१", "9" * 19, "9" * 400, "x", "%00", " 1"])
def test_an_id_in_the_path_that_cannot_be_one_is_404(store: Store, pk: str) -> None:
    product = ProductFactory(store=store)
    good = {"quantity": 1, "costPrice": 1, "sellingPrice": 1}
    assert Caller(store, "manager").post(f"/products/{pk}/batches", good).status == 404
    assert product.current_stock == 0
