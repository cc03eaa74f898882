"""The same list of opening balances confirmed many times at once, while its customers buy on credit and are merged."""

from contextlib import nullcontext

import pytest
from django.db.models import Sum

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import OpeningBalance
from tests.races import faults, opening_deeds
from tests.races.conftest import FAULT_ROUNDS, new_store
from tests.races.pool import Fault, Tills
from tests.races.test_races import deadlocks
from viveka.books.check import check_books
from viveka.stores.models import User

pytestmark = pytest.mark.races


def one_list_eight_times(tills: Tills, by: User, fault: Fault, *, is_first: bool = False) -> None:
    """Each of its lines is entered once, and every balance is the sum of what came of it.

    In the store's first hour there is not even a counter of customers to wait for.
    """
    store = new_store()
    rows = ["Asha,98765 43210,500,,40", "Ravi,,70,,", "Mona,98765 43211,,,5"]
    work = [("enter", store.pk, by.pk, rows)] * 8
    lines, owed = 3, 570
    if not is_first:
        asha, twin = CustomerFactory(store=store, phone="+919876543210"), CustomerFactory(store=store)
        work[2:2] = [("owe", by.pk, asha.pk, "5")] * 4 + [("merge", store.pk, by.pk, twin.pk, asha.pk)]
        owed += 20
    outcomes = tills.run(opening_deeds.do, work, fault)
    assert [outcome.failure or outcome.refusal for outcome in outcomes if outcome.answer is None] == []
    assert sum(outcome.answer[1] for outcome in outcomes if outcome.answer[0] == "enter") == lines
    assert OpeningBalance.objects.filter(store=store).count() == lines
    sums = Customer.objects.filter(store=store).aggregate(owed=Sum("debt_balance"), ahead=Sum("advance_balance"))
    assert (sums["owed"], sums["ahead"]) == (owed, 45)


@pytest.mark.parametrize("is_first", [False, True], ids=["in a store at work", "in a new store"])
def test_each_line_is_entered_once(tills: Tills, by: User, rounds: range, is_first: bool) -> None:
    before = deadlocks()
    for _ in rounds:
        one_list_eight_times(tills, by, nullcontext, is_first=is_first)
    assert deadlocks() == before
    assert [verdict.rule.name for verdict in check_books() if not verdict.is_ok] == []


def test_without_the_locks_it_is_not(tills: Tills, by: User) -> None:
    with pytest.raises(AssertionError):
        for _ in range(FAULT_ROUNDS):
            one_list_eight_times(tills, by, faults.no_row_locks)
