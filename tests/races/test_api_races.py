"""One Idempotency-Key in sixteen hands makes one thing, and all of them get its answer: for every POST there is."""

import json
from contextlib import nullcontext
from uuid import uuid4

import pytest

from billing.models import Bill
from tests.api.calls import POSTS, Call
from tests.api.shop import Shop, open_shop
from tests.api.written import written
from tests.races import api_deeds, faults
from tests.races.conftest import FAULT_ROUNDS
from tests.races.pool import TILLS, Fault, Tills
from tests.races.test_races import answers

pytestmark = pytest.mark.races
AT_ONCE = 25  # keys in one round, so that no till is waited for too long


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    return open_shop(slug=f"race-{uuid4()}"[:40])


def rows() -> int:
    return sum(int(said.split()[0]) for said in written().values())


def sent_to(call: Call, shop: Shop, key: str) -> tuple[str, str, str, str]:
    assert call.bodies
    return shop.manager.secret, call.address(shop), json.dumps(call.bodies(shop)[0]), f"{key}-{shop.fresh()}"


def rows_made_by_one(tills: Tills, shop: Shop, call: Call) -> int:
    """Of the second: the first may begin a counter."""
    for _ in range(2):
        before = rows()
        alone = answers(tills.run(api_deeds.send, [sent_to(call, shop, "alone")]))
        assert {status for status, _ in alone} <= {200, 201}, alone
    return rows() - before


def one_key_sixteen_times(tills: Tills, shop: Shop, call: Call, made: int, fault: Fault) -> None:
    before = rows()
    got = answers(tills.run(api_deeds.send, [sent_to(call, shop, "k")] * TILLS, fault))
    assert rows() == before + made, "more than one was made"
    assert len(got) == 1
    assert {status for status, _ in got} <= {200, 201}


@pytest.mark.parametrize("call", POSTS, ids=str)
def test_one_key_makes_one_thing_and_all_get_its_answer(tills: Tills, shop: Shop, call: Call, rounds: range) -> None:
    made = rows_made_by_one(tills, shop, call)
    for _ in rounds[: max(2, len(rounds) // 5)] if call.path != "/inventory/sales" else rounds:
        one_key_sixteen_times(tills, shop, call, made, faults.no_second_try)


@pytest.mark.parametrize("path", ["/inventory/sales", "/debts", "/advances"])
def test_without_the_key_taken_first_more_are_made(tills: Tills, shop: Shop, path: str) -> None:
    call = next(call for call in POSTS if call.path == path)
    made = rows_made_by_one(tills, shop, call)
    with pytest.raises(AssertionError, match="more than one was made"):
        for _ in range(FAULT_ROUNDS):
            one_key_sixteen_times(tills, shop, call, made, faults.key_read_then_written)


def test_so_many_keys_so_many_bills(tills: Tills, shop: Shop, rounds: range) -> None:
    """Sixteen callers send each of them; 2,000 keys where there are 200 rounds."""
    keys = len(rounds) * (10 if len(rounds) >= 200 else 4)
    before = Bill.objects.count()
    body = json.dumps(
        {
            "saleItems": [{"productId": shop.product.pk, "quantity": 1}],
            "receiptData": {"paymentMethod": "cash", "customerId": shop.customer.pk},
        }
    )
    bills = {}
    for first in range(0, keys, AT_ONCE):
        names = [f"sale-{n}" for n in range(first, min(first + AT_ONCE, keys))]
        sent = [(shop.manager.secret, "/inventory/sales", body, name) for name in names for _ in range(TILLS)]
        outcomes = tills.run(api_deeds.send, sent, nullcontext)
        assert [outcome.failure for outcome in outcomes if outcome.failure] == []
        found = [(status, json.loads(text)["bill"]["billNumber"]) for status, text in answers(outcomes)]
        assert {status for status, _ in found} == {201}
        bills.update(dict.fromkeys(number for _, number in found))
    assert len(bills) == keys
    assert Bill.objects.count() == before + keys
    sequences = Bill.objects.filter(store=shop.store).order_by("sequence").values_list("sequence", flat=True)
    assert list(sequences) == list(range(1, before + keys + 1))
