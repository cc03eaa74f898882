"""At the shelves at once: sold short while batches come in, counted while sold. With the lock taken out, it fails."""

import random
from collections.abc import Callable
from decimal import Decimal as D

import pytest

from billing.models import StockMovement
from billing.tests.factories import stocked_product
from tests.races import faults
from tests.races.conftest import FAULT_ROUNDS, new_store
from tests.races.pool import Fault, Tills
from tests.races.stock_deeds import at_the_shelf
from tests.races.test_races import answers
from viveka.books import oldest_first, shortages, stock
from viveka.books.check import check_books
from viveka.stores.models import Store, User

pytestmark = pytest.mark.races
RULES = [*stock.RULES, *shortages.RULES, *oldest_first.RULES]
Race = Callable[..., None]


def sold_short_while_batches_come_in(tills: Tills, by: User, fault: Fault) -> None:
    """Twenty want one of five, two batches of four come in meanwhile: seven are short, whoever was first."""
    store = new_store()
    product = stocked_product(store, batches=[(2, 80, 100), (3, 85, 110)], by=by, stock_policy="allow")
    wanted = [("sell", 0)] * 20 + [("receive", 4)] * 2
    random.shuffle(wanted)
    outcomes = tills.run(at_the_shelf, [(what, store.pk, by.pk, product.pk, n) for what, n in wanted], fault)
    answers(outcomes)
    assert [outcome.refusal for outcome in outcomes if outcome.refusal] == []
    product.refresh_from_db()
    assert (product.current_stock, product.short) == (D(-7), D(7))
    assert sum(batch.remaining for batch in product.batches.all()) == 0
    assert_sound(store)


def counted_while_it_sells(tills: Tills, by: User, fault: Fault) -> None:
    """Each count is right at its moment: what moved until then adds up to what was counted."""
    store = new_store()
    product = stocked_product(store, batches=[(60, 80, 100)], by=by)
    wanted = [("sell", 0)] * 14 + [("count", n) for n in (40, 45, 50, 55)]
    random.shuffle(wanted)
    outcomes = tills.run(at_the_shelf, [(what, store.pk, by.pk, product.pk, n) for what, n in wanted], fault)
    answers(outcomes)
    there = D(0)
    for movement in StockMovement.objects.filter(product=product).select_related("adjustment").order_by("id"):
        there += movement.quantity
        assert movement.adjustment is None or movement.adjustment.counted == there
    assert_sound(store)


def assert_sound(store: Store) -> None:
    assert {one.rule.name: one.wrong for one in check_books(store, rules=RULES) if not one.is_ok} == {}


RACES: list[tuple[Race, str]] = [
    (sold_short_while_batches_come_in, "IntegrityError.*billing_batch"),
    (counted_while_it_sells, r"Decimal\('\d+.*counted|counted == Decimal|IntegrityError.*billing_"),
]


@pytest.mark.parametrize("race", [race for race, _ in RACES])
def test_at_once_is_as_one_after_the_other(race: Race, tills: Tills, by: User, rounds: range) -> None:
    for _ in rounds:
        race(tills, by, faults.no_second_try)


@pytest.mark.parametrize(("race", "sign"), RACES)
def test_without_the_lock_it_fails(race: Race, sign: str, tills: Tills, by: User) -> None:
    with pytest.raises(AssertionError, match=f"(?s){sign}"):
        for _ in range(FAULT_ROUNDS):
            race(tills, by, faults.no_row_locks)
