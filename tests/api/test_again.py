"""Safe to send again: an Idempotency-Key makes one thing, whoever sends it how often."""

import threading
from typing import Any

import pytest
from django.db import connection

from billing.models import Batch, Bill, Product
from billing.tests.factories import stocked_product
from customers.models import Customer
from viveka.stores.models import Counter, RequestKey, Store
from viveka.stores.services import add_member
from viveka.stores.tests.callers import Answer, Caller
from viveka.stores.tests.factories import MembershipFactory, staff

pytestmark = pytest.mark.django_db


def calls(product: Product) -> list[tuple[str, dict[str, Any]]]:
    """A good body for each call that writes."""
    return [
        ("/customers", {"name": "Asha", "phone": "9876500001"}),
        ("/customers/find-or-create", {"phone": "9876500002"}),
        ("/products", {"name": "Salt", "sku": "S1"}),
        (f"/products/{product.pk}/batches", {"quantity": 2, "costPrice": 80, "sellingPrice": 100}),
        (
            "/inventory/sales",
            {
                "saleItems": [{"productId": product.pk, "quantity": 2}],
                "receiptData": {"paymentMethod": "cash", "customerPhone": "9876500003", "cashReceived": 500},
            },
        ),
    ]


def _rows() -> list[int]:
    return [model.objects.count() for model in (Customer, Product, Batch, Bill, RequestKey)]


@pytest.fixture
def product(store: Store) -> Product:
    return stocked_product(store, batches=[(50, 80, 100)])


def test_the_same_key_and_body_do_nothing_more_and_answer_the_same(store: Store, product: Product) -> None:
    manager = Caller(store, "manager")
    for path, body in calls(product):
        first = manager.post(path, body, key="once")
        assert first.status in {200, 201}
        before = _rows()
        for _ in range(2):
            again = manager.post(path, body, key="once")
            assert (again.status, again.body) == (first.status, first.body)
        assert _rows() == before
    product.refresh_from_db()
    assert product.current_stock == 50 + 2 - 2


def test_another_body_with_the_key_is_refused(store: Store, product: Product) -> None:
    manager = Caller(store, "manager")
    for path, body in calls(product):
        manager.post(path, body, key="once")
        before = _rows()
        answer = manager.post(path, {**body, "note": "another"}, key="once")
        assert (answer.status, list(answer.errors)) == (422, ["Idempotency-Key"])
        assert _rows() == before


def test_a_key_belongs_to_store_user_and_path(store: Store, other_store: Store, product: Product) -> None:
    manager = Caller(store, "manager")
    colleague = Caller(store, "manager")
    MembershipFactory(store=other_store, user=manager.user, role="manager")
    elsewhere = Caller(other_store, user=manager.user)
    body = {"name": "Asha", "phone": "9876543210"}
    assert manager.post("/customers", body, key="k").body["isNew"] is True
    assert elsewhere.post("/customers", body, key="k").body["isNew"] is True
    assert colleague.post("/customers", body, key="k").body["isNew"] is False
    assert manager.post("/customers/find-or-create", body, key="k").body["isNew"] is False
    assert RequestKey.objects.count() == 4


def test_a_failure_leaves_the_key_free(store: Store, product: Product) -> None:
    manager = Caller(store, "manager")
    path, body = calls(product)[-1]
    too_many = {**body, "saleItems": [{"productId": product.pk, "quantity": 51}]}
    assert manager.post(path, too_many, key="k").status == 409
    assert manager.post("/customers", {"name": "Asha", "gender": "x"}, key="k").status == 422
    assert (
        manager.post("/products/1/batches", {"quantity": 1, "costPrice": 1, "sellingPrice": 1}, key="k").status == 404
    )
    assert not RequestKey.objects.exists()
    assert not Counter.objects.filter(name__startswith="bill").exists()
    assert manager.post(path, body, key="k").status == 201
    assert manager.post("/customers", {"name": "Asha"}, key="k").status == 201


def test_the_answer_is_rendered_for_who_asks_today(store: Store, product: Product) -> None:
    caller = Caller(store, "manager")
    staff(store, "manager")  # a store keeps a manager
    path, body = calls(product)[-1]
    assert "profit" in caller.post(path, body, key="k").body["bill"]
    add_member(store=store, username=caller.user.username, role="cashier")
    answer = caller.post(path, body, key="k")
    assert answer.status == 201
    assert not {"profit", "totalCost"} & set(answer.body["bill"])
    assert "cost" not in answer.body["data"][0]


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb", "a\x7fb", "a\x85b"])
def test_a_key_that_cannot_be_kept_is_refused(store: Store, product: Product, key: str) -> None:
    manager = Caller(store, "manager")
    before = _rows()
    for path, body in calls(product):
        answer = manager.post(path, body, key=key)
        assert (answer.status, list(answer.errors)) == (422, ["Idempotency-Key"])
    assert _rows() == before


@pytest.mark.parametrize("key", ["x" * 200, "7f6d1f0e-2c55-4a1b-9a43-0d7d3b1f6a10", "a key, with = signs"])
def test_any_other_key_is_taken(store: Store, key: str) -> None:
    assert Caller(store).post("/customers", {"name": "Asha"}, key=key).status == 201


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_eight_callers_with_one_key_make_one_bill(store: Store) -> None:
    product = stocked_product(store, batches=[(50, 80, 100)])
    caller = Caller(store, "manager")
    path, body = calls(product)[-1]
    start, answers = threading.Barrier(8), list[Answer]()

    def send() -> None:
        try:
            mine = Caller.__new__(Caller)
            for name in ("store", "user", "token", "secret"):
                setattr(mine, name, getattr(caller, name))
            mine.client = type(caller.client)()
            start.wait()
            answers.append(mine.post(path, body, key="k"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers] == [201] * 8
    assert all(answer.body == answers[0].body for answer in answers)
    assert (Bill.objects.count(), Customer.objects.count()) == (1, 1)
    product.refresh_from_db()
    assert product.current_stock == 48
