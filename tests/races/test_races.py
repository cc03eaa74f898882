"""Sixteen processes at once get the same result as one after the other, and nobody gets an error.

Every race has its counterpart below: with the lock taken out, the same check fails within some rounds.
"""

import random
from collections.abc import Callable, Iterable

import pytest
from django.db import connection
from django.utils import timezone

from billing.models import Bill, BillLine, CartLine
from billing.tests.factories import filled_cart, stocked_product
from customers.models import CUST, Customer
from tests.races import deeds, faults
from tests.races.conftest import FAULT_ROUNDS, new_store
from tests.races.pool import TILLS, Fault, Outcome, Tills
from viveka.stores.models import Counter, Store, User

pytestmark = pytest.mark.races
SPELLINGS = ["98765 43210", "+91-98765-43210", "098765 43210", "९८७६५४३२१०", "919876543210"]
Race = Callable[..., None]


def one_phone_fifty_times(tills: Tills, by: User, fault: Fault) -> None:
    store = new_store()
    outcomes = tills.run(deeds.find_or_create, [(store.pk, SPELLINGS[n % 5]) for n in range(50)], fault)
    customer = Customer.objects.get(store=store)
    assert answers(outcomes) == {(customer.pk, "CUST0001", False), (customer.pk, "CUST0001", True)}
    assert [outcome.answer[2] for outcome in outcomes].count(True) == 1
    assert Counter.objects.get(store=store, name=CUST).value == 1


def one_name_in_any_case(tills: Tills, by: User, fault: Fault) -> None:
    store = new_store()
    names = ["Asha Rao", "ASHA RAO", " asha  rao "]
    outcomes = tills.run(deeds.find_or_create, [(store.pk, "", names[n % 3]) for n in range(2 * TILLS)], fault)
    customer = Customer.objects.get(store=store)
    assert answers(outcomes) == {(customer.pk, "CUST0001", False), (customer.pk, "CUST0001", True)}
    assert Counter.objects.get(store=store, name=CUST).value == 1


def forty_new_phones(tills: Tills, by: User, fault: Fault) -> None:
    store = new_store()
    outcomes = tills.run(deeds.find_or_create, [(store.pk, f"98765 {n:05d}") for n in range(40)], fault)
    assert sorted(number for _, number, _ in answers(outcomes)) == [f"CUST{n:04d}" for n in range(1, 41)]
    assert Customer.objects.filter(store=store).count() == 40


def the_last_five_pieces(tills: Tills, by: User, fault: Fault) -> None:
    store = new_store()
    product = stocked_product(store, batches=[(2, 80, 100), (3, 85, 110)], by=by)
    outcomes = tills.run(deeds.sell, [(store.pk, by.pk, [product.pk])] * 20, fault)
    numbers = answers(outcomes)
    assert sorted(outcome.refusal for outcome in outcomes) == [""] * 5 + ["InsufficientStock"] * 15
    product.refresh_from_db()
    assert product.current_stock == 0
    assert sum(batch.remaining for batch in product.batches.all()) == 0
    assert_bills(store, numbers, 5)


def the_same_ten_products_in_any_order(tills: Tills, by: User, fault: Fault) -> None:
    store = new_store()
    products = [stocked_product(store, batches=[(20, 8, 10), (40, 9, 11)], by=by).pk for _ in range(10)]
    buyers = [f"98765 {n:05d}" if n % 2 else "" for n in range(2 * TILLS)]  # not one: they would queue for the record
    carts = [(store.pk, by.pk, random.sample(products, 10), buyer) for buyer in buyers]
    before = deadlocks()
    outcomes = tills.run(deeds.sell, carts, fault)
    assert_bills(store, answers(outcomes), 2 * TILLS)
    assert deadlocks() == before


def one_key_sixteen_times(tills: Tills, by: User, fault: Fault) -> None:
    store = new_store()
    product = stocked_product(store, by=by)
    outcomes = tills.run(deeds.sell_with_key, [(store.pk, by.pk, [product.pk], "key")] * TILLS, fault)
    assert_made_once(store, outcomes)


def one_cart_sixteen_times(tills: Tills, by: User, fault: Fault) -> None:
    store = new_store()
    cart = filled_cart(store, by, [(stocked_product(store, by=by), 2)])
    outcomes = tills.run(deeds.complete, [(store.pk, by.pk, cart.pk)] * TILLS, fault)
    assert_made_once(store, outcomes)


def the_last_pieces_in_two_lines_each(tills: Tills, by: User, fault: Fault) -> None:
    """One piece at the price of the batches, one at that of another packet, out of the same five."""
    store = new_store()
    product = stocked_product(store, batches=[(3, 80, 100), (2, 85, 110)], by=by)
    dear = product.batches.get(selling_price=110)
    carts = []
    for _ in range(TILLS):
        cart = filled_cart(store, by, [(product, 1)])
        CartLine.objects.create(store=store, cart=cart, product=product, quantity=1, packet=dear)
        carts.append((store.pk, by.pk, cart.pk))
    outcomes = tills.run(deeds.complete, carts, fault)
    numbers = {number for number, _ in answers(outcomes)}
    assert sorted(outcome.refusal for outcome in outcomes) == [""] * 2 + ["InsufficientStock"] * 14
    product.refresh_from_db()
    assert product.current_stock == 1
    assert sum(batch.remaining for batch in product.batches.all()) == 1
    assert list(Bill.objects.filter(store=store).values_list("total", flat=True)) == [210, 210]
    assert_bills(store, numbers, 2)


def answers(outcomes: Iterable[Outcome]) -> set[object]:
    """What was answered, refusals left out; a failure fails the test."""
    outcomes = list(outcomes)
    assert [outcome.failure for outcome in outcomes if outcome.failure] == []
    return {outcome.answer for outcome in outcomes if not outcome.refusal}


def assert_made_once(store: Store, outcomes: list[Outcome]) -> None:
    made = answers(outcomes)
    assert_bills(store, {number for number, _ in made}, 1)
    assert [outcome.answer[1] for outcome in outcomes].count(False) == 1


def assert_bills(store: Store, numbers: set[object], count: int) -> None:
    """So many bills, each answered, and numbered without a gap."""
    year = store.financial_year(store.day_of(timezone.now()))
    assert numbers == {f"BILL-{year}-{n:06d}" for n in range(1, count + 1)}
    assert set(Bill.objects.filter(store=store).values_list("number", flat=True)) == numbers
    assert (
        BillLine.objects.filter(store=store, bill__number__isnull=False).count()
        == BillLine.objects.filter(store=store).count()
    )


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


# Each race, the lock to take out, and what is then seen.
RACES: list[tuple[Race, Fault, str]] = [
    (one_phone_fifty_times, faults.no_second_look, "IntegrityError.*(customer_phone_once|phone_leads_to)"),
    (one_name_in_any_case, faults.no_second_look, "IntegrityError.*customer_name_without_phone_once"),
    (forty_new_phones, faults.number_read_then_written, "IntegrityError.*customer_number_once"),
    (the_last_five_pieces, faults.no_row_locks, "IntegrityError.*billing_batch"),
    (the_same_ten_products_in_any_order, faults.products_locked_as_they_come, "OperationalError.*deadlock detected"),
    (one_key_sixteen_times, faults.key_read_then_written, "Extra items in the left set.*BILL-"),
    (one_cart_sixteen_times, faults.no_row_locks, "IntegrityError.*billing_bill_cart"),
    (the_last_pieces_in_two_lines_each, faults.no_row_locks, "IntegrityError.*billing_batch"),
]


@pytest.mark.parametrize("race", [race for race, _, _ in RACES])
def test_at_once_is_as_one_after_the_other(race: Race, tills: Tills, by: User, rounds: range) -> None:
    for _ in rounds:
        race(tills, by, faults.no_second_try)


@pytest.mark.parametrize(("race", "fault", "sign"), RACES)
def test_without_the_lock_it_fails(race: Race, fault: Fault, sign: str, tills: Tills, by: User) -> None:
    with pytest.raises(AssertionError, match=f"(?s){sign}"):
        for _ in range(FAULT_ROUNDS):
            race(tills, by, fault)
