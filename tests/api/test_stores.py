"""A store's data is its own, roles hold, and cost is not for cashiers: over every call of the JSON API."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest

from tests.api.calls import ANYONE, CALLS, FAMILIES, IDS, MANAGER, PLACES, SELLER, Call
from tests.api.shop import COSTS, Shop, open_shop, taken_back
from tests.api.written import written
from viveka.stores.models import Store
from viveka.stores.tests.callers import Answer, Caller, names_in

pytestmark = pytest.mark.django_db
NOWHERE = {"uuid": "0192f0c1-7a3e-7d52-9c41-5a1f6c8e2b90", "id": 9_000_000_000}
SECRET = re.compile("cost|profit|margin", re.IGNORECASE)


@pytest.fixture
def ours(db: None) -> Shop:
    return open_shop()


@pytest.fixture
def theirs(db: None) -> Shop:
    """Another store; its customer has another phone, its product another barcode."""
    shop = open_shop()
    shop.manager.get("/bills")
    return shop


def put(body: Any, place: str, value: Any) -> Any:
    """A copy of the body with another value in this place; None where it has no such place."""
    copy = holder = json.loads(json.dumps(body))
    *way, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    try:
        for part in way:
            holder = holder[part]
        holder[last]
    except (KeyError, IndexError):
        return None
    holder[last] = value
    return copy


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_another_stores_is_nothing_and_a_role_holds(ours: Shop, theirs: Shop, family: str) -> None:
    """Answered as what does not exist, and nothing is changed on either side."""
    auditor = Caller(ours.store, "auditor")
    for caller in (ours.manager, ours.cashier, auditor):
        caller.get("/bills")  # notes that the token was used
    before = written()
    for call in (call for call in CALLS if call.family == family):
        with taken_back(call):
            _is_closed_to_others(ours, theirs, auditor, call, before)


def _is_closed_to_others(ours: Shop, theirs: Shop, auditor: Caller, call: Call, before: dict[str, str]) -> None:
    _foreign_in_the_path(ours, theirs, call)
    _foreign_in_the_body(ours, theirs, call)
    for caller in (auditor, ours.cashier, ours.manager) if "{store_id}" in call.path else ():
        for place in (theirs.store.slug, str(theirs.store.pk), "nowhere", "0"):
            assert caller.send(call.method, call.address(ours, store_id=place), "{").status == 404, "before the role"
    for caller in {ANYONE: (), SELLER: (auditor,), MANAGER: (ours.cashier, auditor)}[call.needs]:
        assert call.send(caller, ours, key="k").status == 403
    assert written() == before
    assert call.send(ours.caller(call.needs), ours).status in ((200, 201) if call.method != "delete" else (409,))


def _foreign_in_the_path(ours: Shop, theirs: Shop, call: Call) -> None:
    caller = ours.caller(call.needs)
    body = call.bodies(ours)[0] if call.bodies else None
    for name in re.findall(r"{(?!phone|store_id)(\w+)}", call.path):
        foreign = call.address(ours, **{name: PLACES[name](theirs)})
        absent = call.address(ours, **{name: NOWHERE["uuid" if "-" in str(PLACES[name](ours)) else "id"]})
        there, missing = (caller.send(call.method, address, body) for address in (foreign, absent))
        assert (there.status, there.body["success"]) == (404, False)
        assert (there.status, there.body) == (missing.status, missing.body)


def _foreign_in_the_body(ours: Shop, theirs: Shop, call: Call) -> None:
    for field in [field for field in call.body_fields if field.kind in ("id", "uuid")]:
        bodies = [
            put(body, field.place, IDS[field.name](theirs)) for body in (call.bodies(ours) if call.bodies else [])
        ]
        for foreign in filter(None, bodies):
            there = call.send(ours.manager, ours, foreign, key="k")
            assert there.status == 404, (field.place, there.body)
            assert [name for name in there.errors if name == field.place or field.place.startswith(f"{name}.")]
            missing = call.send(ours.manager, ours, put(foreign, field.place, NOWHERE[field.kind]), key="k")
            assert (there.status, there.body) == (missing.status, missing.body), "as one that does not exist"


def test_another_stores_id_in_a_query_finds_nothing(ours: Shop, theirs: Shop) -> None:
    for call in CALLS:
        for field in call.query_fields:
            if field.name in IDS:
                assert len(_rows_of(ours.manager.get(call.address(ours), **{field.name: IDS[field.name](ours)}))) > 0
                assert _rows_of(ours.manager.get(call.address(ours), **{field.name: IDS[field.name](theirs)})) == []
    words = {"q": ["Doe", theirs.customer.number], "number": [theirs.bill.number], "barcode": ["890"]}
    newcomer = open_shop().manager
    their_ids = {str(one) for one in (theirs.customer.pk, theirs.product.pk, theirs.bill.pk)}
    for call in CALLS:
        for field in call.query_fields:
            for word in words.get(field.name, []):
                found = newcomer.get(call.address(theirs), **{field.name: word})
                assert not their_ids & {str(one["id"]) for one in _rows_of(found)}


def _rows_of(answer: Answer) -> list[Any]:
    assert answer.status == 200
    (rows,) = [value for value in answer.body.values() if isinstance(value, list)]
    return rows


def test_the_same_phone_is_another_customer_there(store: Store, other_store: Store) -> None:
    body = {"name": "Asha", "phone": "9876543210"}
    for shop in (store, other_store):
        answer = Caller(shop).post("/customers", body)
        assert (answer.status, answer.body["clientCustomer"]["customerNumber"]) == (201, "CUST0001")


def test_a_cashier_never_sees_cost_or_profit(ours: Shop) -> None:
    """No field of that name and no amount that a cost is, in any answer of any call, refusals among them."""
    seen = {}
    for role, caller in (("manager", ours.manager), ("cashier", ours.cashier)):
        answers = [
            call.send(caller, ours, body, key=key)
            for call in CALLS
            if call.method != "delete"
            for body in (call.bodies(ours) if call.bodies else [None])
            for key in ((f"{role} {call}", f"{role} {call}") if call.method == "post" and body else (None,))
        ]
        answers += _refused_for_their_price(caller, ours)
        seen[role] = set().union(*(names_in(answer.body) for answer in answers))
        said = json.dumps([answer.body for answer in answers])
        known = [cost for cost in _amounts_of_cost() if re.search(rf"\b{re.escape(cost)}\b", said)]
        assert bool(known) == (role == "manager"), known
    assert {name for name in seen["manager"] if SECRET.search(name)} == {"cost", "costPrice", "totalCost", "profit"}
    assert not {name for name in seen["cashier"] if SECRET.search(name)}


def _amounts_of_cost() -> list[str]:
    """Of one piece, of what the calls sell, and what is earned by it."""
    one = Decimal(COSTS[1])
    return [*COSTS, f"{2 * one:.2f}", f"{220 - 2 * one:.2f}", f"{170 - 2 * one:.2f}", "12.34"]


def _refused_for_their_price(caller: Caller, ours: Shop) -> list[Answer]:
    """Below cost by the price, and by the discount: the refusal does not say what it cost."""
    item = {"productId": ours.product.pk, "quantity": 2}
    receipt = {"paymentMethod": "cash"}
    answers = [
        caller.post("/inventory/sales", {"saleItems": [{**item, "price": 1}], "receiptData": receipt}),
        caller.post("/inventory/sales", {"saleItems": [item], "receiptData": {**receipt, "discount": "219"}}),
    ]
    assert [answer.status for answer in answers] == [422, 422]
    return answers
