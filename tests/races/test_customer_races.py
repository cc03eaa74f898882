"""A record that is merged while somebody sells to it, and a thousand phones that come fifty times each."""

from contextlib import nullcontext

import pytest
from django.db import connection

from billing.models import Bill
from billing.tests.factories import filled_cart, stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from tests.races import customer_deeds, deeds, faults
from tests.races.conftest import FAULT_ROUNDS, ROUNDS, new_store
from tests.races.pool import Fault, Tills
from tests.races.test_races import answers, deadlocks
from viveka.books.check import check_books
from viveka.stores.models import Counter, User

pytestmark = pytest.mark.races
THEIRS = "+919876543211"


def a_sale_to_the_loser_of_a_merge(tills: Tills, by: User, fault: Fault, *, swapped: bool = False) -> None:
    """One till sells by the phone, another completes a cart of the picked customer, a third merges."""
    store = new_store()
    soap = stocked_product(store, batches=[(10, 80, 100)], by=by).pk
    milk = stocked_product(store, batches=[(10, 80, 100)], by=by)
    one, other = (
        CustomerFactory(store=store, phone=None, name="Asha") if n else CustomerFactory(store=store, phone=THEIRS)
        for n in (0, 1)
    )
    survivor, loser = (one, other) if swapped else (other, one)
    cart = filled_cart(store, by, [(milk, 1)], customer=loser)
    outcomes = tills.run(
        customer_deeds.do,
        [
            ("merge", store.pk, by.pk, survivor.pk, loser.pk),
            ("sell", store.pk, by.pk, [soap], THEIRS),
            ("complete", store.pk, by.pk, cart.pk),
        ],
        fault,
    )
    assert [outcome.refusal for outcome in outcomes if outcome.refusal] == []
    assert len(answers(outcomes)) == 3
    assert list(Bill.objects.filter(store=store).values_list("customer", flat=True)) == [survivor.pk] * 2
    survivor.refresh_from_db()
    assert (survivor.purchase_count, survivor.total_purchases) == (2, 200)


@pytest.mark.parametrize("swapped", [False, True])
def test_a_bill_that_is_being_made_lands_on_the_survivor(tills: Tills, by: User, rounds: range, swapped: bool) -> None:
    before = deadlocks()
    for _ in rounds:
        a_sale_to_the_loser_of_a_merge(tills, by, nullcontext, swapped=swapped)
    assert deadlocks() == before
    assert [verdict.rule.name for verdict in check_books() if not verdict.is_ok] == []


def test_without_the_lock_it_does_not(tills: Tills, by: User) -> None:
    with pytest.raises(AssertionError):
        for _ in range(FAULT_ROUNDS):
            a_sale_to_the_loser_of_a_merge(tills, by, faults.no_row_locks)


AT_ONCE = 5000
SPELLINGS = ("{0} {1}", "+91-{0}-{1}", "0{0}{1}", "0091{0}{1}", "{2}")
DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")


def test_a_thousand_phones_fifty_times_each_are_a_thousand_customers(tills: Tills, by: User) -> None:
    """Sixteen processes, five spellings: no gap in the numbers, no error, no deadlock. (A hundred in `make test`.)"""
    store, before = new_store(), deadlocks()
    count = min(10 * ROUNDS, 1000)
    phones = [f"98{n:08d}" for n in range(7_654_321, 7_654_321 + count)]
    typed = [
        (store.pk, SPELLINGS[n % 5].format(phone[:5], phone[5:], phone.translate(DEVANAGARI)))
        for phone in phones
        for n in range(50)  # side by side: dealt out over the tills, they meet
    ]
    outcomes = []
    for first in range(0, len(typed), AT_ONCE):
        outcomes += tills.run(deeds.find_or_create, typed[first : first + AT_ONCE], faults.no_second_try)
    answers(outcomes)
    assert [outcome.answer[2] for outcome in outcomes].count(True) == count
    numbers = list(Customer.objects.filter(store=store).order_by("pk").values_list("number", flat=True))
    assert sorted(numbers) == [f"CUST{n:04d}" for n in range(1, count + 1)]
    assert Counter.objects.get(store=store, name="CUST").value == count
    assert deadlocks() == before
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT phone) FROM customers_customerphone WHERE store_id = %s", [store.pk]
        )
        assert cursor.fetchone() == (count, count)
