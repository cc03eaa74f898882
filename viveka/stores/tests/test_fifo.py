from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from viveka.stores.fifo import take_oldest_first

quantities = st.decimals(0, 1000, places=3)
shelves = st.lists(quantities, max_size=30)


def test_takes_from_the_oldest_and_goes_on_to_the_next():
    taken = take_oldest_first([("old", Decimal(3)), ("empty", Decimal(0)), ("new", Decimal(10))], Decimal(5))
    assert taken.parts == [("old", Decimal(3)), ("new", Decimal(2))]
    assert taken.missing == 0


def test_says_what_no_lot_could_give():
    assert take_oldest_first([("only", Decimal(2))], Decimal(5)).missing == 3
    assert take_oldest_first([], Decimal(5)).missing == 5


def test_takes_nothing_for_nothing():
    assert take_oldest_first([("lot", Decimal(2))], Decimal(0)).parts == []


@given(shelves, quantities)
def test_what_is_taken_and_what_is_missing_make_the_amount(shelf, amount):
    taken = take_oldest_first(enumerate(shelf), amount)
    assert sum(part for _, part in taken.parts) + taken.missing == amount
    assert taken.missing == max(amount - sum(shelf), 0)


@given(shelves, quantities)
def test_a_lot_gives_at_most_what_it_has_and_a_younger_one_only_after_all_older_are_empty(shelf, amount):
    parts = take_oldest_first(enumerate(shelf), amount).parts
    lots = [lot for lot, _ in parts]
    assert lots == sorted(set(lots))
    assert all(0 < part <= shelf[lot] for lot, part in parts)
    if parts:
        given_so_far = dict(parts)
        assert all(given_so_far.get(lot, 0) == shelf[lot] for lot in range(lots[-1]))
