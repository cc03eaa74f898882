"""Products and batches over the JSON API."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.models import Batch, Product, StockMovement
from billing.tests.factories import ProductFactory, stocked_product
from viveka.stores.models import Store
from viveka.stores.tests.callers import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(store: Store) -> Caller:
    return Caller(store, "cashier")


@pytest.fixture
def office(store: Store) -> Caller:
    return Caller(store, "manager")


def test_adds_a_product_and_answers_all_of_it(office: Caller) -> None:
    sent = {
        "name": "Sugar 1 kg",
        "sku": "SUG-1",
        "barcode": "890 123 4567",
        "unit": "Pack",
        "category": "Grocery",
        "sellingPrice": 55,
        "stockPolicy": "refuse",
    }
    answer = office.post("/products", sent)
    assert answer.status == 201
    assert answer.body == {
        "success": True,
        "product": {
            "id": Product.objects.get().pk,
            "name": "Sugar 1 kg",
            "sku": "SUG-1",
            "barcode": "8901234567",
            "category": "Grocery",
            "unit": "pack",
            "stockPolicy": "refuse",
            "currentStock": "0",
            "price": "55.00",
            "sellingPrice": "55.00",
            "batches": [],
        },
    }


def test_a_name_is_enough(office: Caller) -> None:
    made = office.post("/products", {"name": "Sugar", "selling_price": "12.5"}).body["product"]
    assert (made["unit"], made["stockPolicy"], made["price"], made["sku"]) == ("pc", "refuse", "12.50", None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", None),
        ("name", "n" * 201),
        ("sku", "s" * 49),
        ("barcode", "a\x00b"),
        ("unit", "furlong"),
        ("sellingPrice", None),
        ("sellingPrice", "-1"),
        ("sellingPrice", "0.005"),
        ("stockPolicy", "maybe"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(office: Caller, field: str, value: object) -> None:
    answer = office.post("/products", {"name": "Sugar", field: value})
    assert (answer.status, list(answer.errors)) == (422, [field])
    assert not Product.objects.exists()


@pytest.mark.parametrize("field", ["sku", "barcode"])
def test_a_code_of_another_product_is_a_conflict(office: Caller, field: str, other_store: Store) -> None:
    ProductFactory(store=other_store, **{field: "A1"})
    assert office.post("/products", {"name": "Sugar", field: "A1"}).status == 201
    answer = office.post("/products", {"name": "Salt", field: "A1"})
    assert (answer.status, list(answer.errors)) == (409, [field])


def test_receives_a_batch_and_answers_all_of_it(office: Caller) -> None:
    product = ProductFactory(store=office.store, unit="kg")
    sent = {
        "quantity": "12.50",
        "costPrice": 80,
        "sellingPrice": "100.5",
        "receivedAt": "2026-01-15T10:30:00+05:30",
        "expiryDate": "2027-01-31",
        "note": "Lorry",
    }
    answer = office.post(f"/products/{product.pk}/batches", sent)
    batch = Batch.objects.get()
    assert answer.status == 201
    assert answer.body == {
        "success": True,
        "batch": {
            "id": batch.pk,
            "quantity": "12.5",
            "remaining": "12.5",
            "costPrice": "80.00",
            "sellingPrice": "100.50",
            "receivedAt": "2026-01-15T05:00:00Z",
            "expiryDate": "2027-01-31",
        },
    }
    product.refresh_from_db()
    assert (product.current_stock, batch.note, batch.by) == (Decimal("12.5"), "Lorry", office.user)
    assert StockMovement.objects.get().quantity == Decimal("12.5")


def test_a_time_without_an_offset_is_the_stores_own(office: Caller) -> None:
    product = ProductFactory(store=office.store)
    sent = {"quantity": 1, "costPrice": 1, "sellingPrice": 1, "receivedAt": "2026-01-15T00:10:00"}
    body = office.post(f"/products/{product.pk}/batches", sent).body
    assert body["batch"]["receivedAt"] == "2026-01-14T18:40:00Z"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", "0"),
        ("quantity", "1.5"),  # sold by the piece
        ("quantity", "0.0005"),
        ("quantity", "100000000"),
        ("costPrice", "-0"),
        ("sellingPrice", None),
        ("receivedAt", "2999-01-01T00:00:00Z"),
        ("receivedAt", "2026-13-01"),
        ("receivedAt", 1767225600),
        ("expiryDate", "31/01/2027"),
        ("expiryDate", "20270131"),
        ("note", "n" * 501),
    ],
)
def test_a_wrong_field_of_a_batch_is_named(office: Caller, field: str, value: object) -> None:
    product = ProductFactory(store=office.store)
    sent = {"quantity": 1, "costPrice": 1, "sellingPrice": 1, field: value}
    answer = office.post(f"/products/{product.pk}/batches", sent)
    assert (answer.status, list(answer.errors)) == (422, [field])
    assert not Batch.objects.exists()


def test_what_is_needed_is_asked_for(office: Caller) -> None:
    product = ProductFactory(store=office.store)
    answer = office.post(f"/products/{product.pk}/batches", {})
    assert (answer.status, set(answer.errors)) == (422, {"quantity", "costPrice", "sellingPrice"})


def test_products_come_with_price_stock_and_batches(office: Caller, till: Caller) -> None:
    product = stocked_product(office.store, batches=[(3, 80, 100), (500, 85, 110)], sku="S1", barcode="890")
    first, second = Batch.objects.order_by("received_at")

    def batch(one: Batch, cost: str, price: str) -> dict[str, object]:
        received = one.received_at.isoformat().replace("+00:00", "Z")
        quantity = str(int(one.quantity))
        return {
            "id": one.pk,
            "quantity": quantity,
            "remaining": quantity,
            "costPrice": cost,
            "sellingPrice": price,
            "receivedAt": received,
            "expiryDate": None,
        }

    shown = {
        "id": product.pk,
        "name": product.name,
        "sku": "S1",
        "barcode": "890",
        "category": None,
        "unit": "pc",
        "stockPolicy": "refuse",
        "currentStock": "503",
        "price": "100.00",
        "sellingPrice": None,
        "batches": [batch(first, "80.00", "100.00"), batch(second, "85.00", "110.00")],
    }
    assert office.get("/products").body == {"success": True, "products": [shown], "nextCursor": None}
    for one in shown["batches"]:
        del one["costPrice"]
    assert till.get("/products").body == {"success": True, "products": [shown], "nextCursor": None}


def test_finds_by_words_and_by_barcode(till: Caller, other_store: Store) -> None:
    sugar = ProductFactory(store=till.store, name="Brown sugar", barcode="8901", sku="BS")
    ProductFactory(store=till.store, name="Salt", barcode="8902")
    ProductFactory(store=other_store, name="Brown sugar", barcode="8901")
    for query in ({"q": "sug"}, {"q": "BS"}, {"barcode": "8901"}, {"barcode": " BS "}):
        assert [one["id"] for one in till.get("/products", **query).body["products"]] == [sugar.pk]
    for barcode in ("890", "\x00", "x" * 200):
        assert till.get("/products", barcode=barcode).body["products"] == []


def test_lists_what_is_on_sale_newest_first_by_pages(till: Caller) -> None:
    made = ProductFactory.create_batch(5, store=till.store)
    ProductFactory(store=till.store, is_active=False)
    seen, cursor = [], ""
    while cursor is not None:
        body = till.get("/products", limit=2, cursor=cursor).body
        seen += [one["id"] for one in body["products"]]
        cursor = body["nextCursor"]
    assert seen == [one.pk for one in reversed(made)]


def test_a_batch_past_its_expiry_date_has_no_say_in_the_price(till: Caller) -> None:
    product = stocked_product(till.store, batches=[(3, 80, 100), (5, 85, 110)])
    oldest = Batch.objects.order_by("received_at")[0]
    Batch.objects.filter(pk=oldest.pk).update(expiry_date=till.store.day_of(timezone.now()) - timedelta(days=1))
    (shown,) = till.get("/products").body["products"]
    assert (shown["id"], shown["price"], len(shown["batches"])) == (product.pk, "110.00", 2)


@pytest.mark.parametrize("role", ["cashier", "auditor"])
def test_only_managers_write(store: Store, role: str) -> None:
    product = ProductFactory(store=store)
    caller = Caller(store, role)
    for path in ("/products", f"/products/{product.pk}/batches"):
        for body in ({"name": "Salt"}, "{", ""):
            assert caller.post(path, body).status == 403, "the role is judged before the body"
    assert Product.objects.count() == 1
    assert not Batch.objects.exists()


def test_an_auditor_sees_cost(store: Store) -> None:
    stocked_product(store, batches=[(3, 80, 100)])
    (shown,) = Caller(store, "auditor").get("/products").body["products"]
    assert shown["batches"][0]["costPrice"] == "80.00"
