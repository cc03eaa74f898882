"""Safe to send again: an Idempotency-Key makes one thing, whoever sends it how often."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from customers.models import Customer
from tests.api.calls import FAMILIES, POSTS, Call
from tests.api.shop import Shop, open_shop, taken_back
from tests.api.written import written
from viveka.merge.merging import merge_customers
from viveka.stores.models import Counter, RequestKey
from viveka.stores.services import add_member
from viveka.stores.tests.callers import Caller
from viveka.stores.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db

SALE = next(call for call in POSTS if call.path == "/inventory/sales")
MADE = (200, 201)


@pytest.fixture
def shop(db: None) -> Iterator[Shop]:
    shop = open_shop()
    shop.manager.client.raise_request_exception = False
    for caller in (shop.manager, shop.cashier):
        caller.get("/bills")  # notes that the token was used
    yield shop


def body_of(call: Call, shop: Shop) -> dict[str, Any]:
    assert call.bodies
    return call.bodies(shop)[0]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_key_makes_one_thing(shop: Shop, family: str) -> None:
    """Once however often it is sent, whatever broke on the way; with another body it is refused."""
    elsewhere = open_shop()
    MembershipFactory(store=elsewhere.store, user=shop.manager.user, role="manager")
    others = [(Caller(shop.store, "manager"), shop), (Caller(elsewhere.store, user=shop.manager.user), elsewhere)]
    for call in (call for call in POSTS if call.family == family):
        with taken_back(call):
            _makes_one_thing(shop, call, others)


def _makes_one_thing(shop: Shop, call: Call, others: list[tuple[Caller, Shop]]) -> None:
    body = body_of(call, shop)
    _breaks_in_the_middle(shop, call, body)
    _breaks_before_the_answer(shop, call, body)
    before = written()
    answers = [call.send(shop.manager, shop, body, key="k") for _ in range(2)]
    assert answers[0].status in MADE
    assert (answers[1].status, answers[1].body) == (answers[0].status, answers[0].body)
    for other in ({**body, "x": 1}, body_of(call, shop) | {"x": 2}):
        refused = call.send(shop.manager, shop, other, key="k")
        assert (refused.status, list(refused.errors)) == (422, ["Idempotency-Key"])
    assert written() == before, "the first one had made it"
    assert RequestKey.objects.count() == 1
    for caller, where in others:  # another person here, and the same one in another store
        assert call.send(caller, where, key="k").status in MADE
    assert RequestKey.objects.count() == 3


def _breaks_in_the_middle(shop: Shop, call: Call, body: dict[str, Any]) -> None:
    """Refused, or failed after something was written: nothing stays, and the key is free."""
    before = written()
    assert call.send(shop.manager, shop, "{}", key="k").status == 422
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("viveka.stores.idempotency.KeyedRequest.note_result", fail)
        patch.setattr("billing.services.checkout._write_bill", fail)
        patch.setattr("billing.services.returns._write_return", fail)
        assert call.send(shop.manager, shop, body, key="k").status == 500
    assert written() == before


def _breaks_before_the_answer(shop: Shop, call: Call, body: dict[str, Any]) -> None:
    """It is made, and nobody hears of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("viveka.stores.api.answers.HttpResponse", fail)
        assert call.send(shop.manager, shop, body, key="k").status == 500
    assert RequestKey.objects.count() == 1


def fail(*_: Any, **__: Any) -> None:
    raise ZeroDivisionError


def test_a_key_belongs_to_a_path(shop: Shop) -> None:
    body = {"name": "Asha", "phone": "9876543210"}
    for path in ("/customers", "/customers/find-or-create"):
        assert shop.manager.post(path, body, key="k").status in MADE
    assert RequestKey.objects.count() == 2


def test_a_refused_sale_burns_neither_key_nor_number(shop: Shop) -> None:
    numbers = set(Counter.objects.filter(name__startswith="bill").values_list("name", "value"))
    too_many = {
        "saleItems": [{"productId": shop.product.pk, "quantity": 9_000_000}],
        "receiptData": {"paymentMethod": "cash"},
    }
    assert shop.manager.post("/inventory/sales", too_many, key="k").status == 409
    assert not RequestKey.objects.exists()
    assert set(Counter.objects.filter(name__startswith="bill").values_list("name", "value")) == numbers


def test_the_answer_is_rendered_for_who_asks_today(shop: Shop) -> None:
    caller, body = Caller(shop.store, "manager"), body_of(SALE, shop)
    assert "profit" in SALE.send(caller, shop, body, key="k").body["bill"]
    add_member(store=shop.store, username=caller.user.username, role="cashier")
    answer = SALE.send(caller, shop, body, key="k")
    assert answer.status == 201
    assert "ost" not in json.dumps(answer.body)
    assert "profit" not in json.dumps(answer.body)


def test_the_answer_tells_what_became_of_the_bill_since(shop: Shop) -> None:
    body = body_of(SALE, shop)
    sold = SALE.send(shop.manager, shop, body, key="k").body["bill"]
    back = {"items": [{"itemId": sold["items"][0]["id"], "quantity": 1}], "reason": "Torn"}
    assert shop.manager.post(f"/bills/{sold['id']}/returns", back).status == 201
    again = SALE.send(shop.manager, shop, body, key="k").body["bill"]
    assert again == shop.manager.get(f"/bills/{sold['id']}").body["bill"]
    assert again["status"] == "returned_in_part"


def test_what_was_deleted_or_merged_since_is_still_answered(shop: Shop) -> None:
    for path in ("/customers", "/customers/find-or-create"):
        body = {"name": "Asha Rao", "phone": shop.phone()}
        made = shop.manager.post(path, body, key="k")
        (customer,) = (value for value in made.body.values() if isinstance(value, dict))
        assert shop.manager.delete(f"/customers/{customer['id']}").status == 200
        again = shop.manager.post(path, body, key="k")
        assert again.status == made.status
        assert Customer.objects.of(shop.store).on_record().filter(phone=body["phone"]).count() == 0, "stays deleted"
        other = shop.manager.post(path, {"name": "Asha Roy", "phone": shop.phone()}, key="l")
        (loser,) = (value for value in other.body.values() if isinstance(value, dict))
        told = {"store": shop.store, "by": shop.manager.user, "now": timezone.now()}
        merge_customers(**told, survivor_id=shop.customer.pk, loser_id=loser["id"])
        once_more = shop.manager.post(path, {"name": "Asha Roy", "phone": loser["phone"]}, key="l")
        assert once_more.status == other.status


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb", "a\x7fb", "a\x85b", "clé"])
def test_a_key_that_cannot_be_kept_is_refused(shop: Shop, key: str) -> None:
    before = written()
    for call in POSTS:
        answer = call.send(shop.manager, shop, key=key)
        assert (answer.status, list(answer.errors)) == (422, ["Idempotency-Key"])
    assert written() == before


@pytest.mark.parametrize("key", ["x" * 200, "7f6d1f0e-2c55-4a1b-9a43-0d7d3b1f6a10", "a key, with = signs"])
def test_any_other_key_is_taken(shop: Shop, key: str) -> None:
    assert shop.cashier.post("/customers", {"name": "Asha"}, key=key).status == 201
