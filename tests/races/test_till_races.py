"""A drawer is counted while fifteen machines sell at it: what was expected is what its rows say, to the paisa."""

import pytest

from billing.models import Payment
from billing.tests.factories import stocked_product
from billing.tests.till_factories import opened_till
from customers.tests.factories import CustomerFactory
from debts.tests.factories import owes
from tests.races import faults, till_deeds
from tests.races.conftest import FAULT_ROUNDS, new_store
from tests.races.pool import TILLS, Fault, Tills
from tests.races.test_races import answers, deadlocks
from viveka.books.check import check_books
from viveka.books.tills import RULES
from viveka.stores.models import TillCount, TillSession, User
from viveka.stores.tests.factories import MembershipFactory

pytestmark = pytest.mark.races


def a_count_among_sales(tills: Tills, by: User, fault: Fault) -> None:
    """Handed over in the middle: each sale is in the one session or in the next, none in neither or in both."""
    store = new_store()
    MembershipFactory(store=store, user=by)
    products = [stocked_product(store, batches=[(100, 80, 100)], by=by).pk for _ in range(4)]
    asha = CustomerFactory(store=store)
    owes(asha, 500, by=by)
    session = opened_till(store, by, 500)
    told = [
        (store.pk, by.pk, session.till_id, products[n % 4], asha.pk, ("debt" if n % 5 == 1 else "sale"))
        for n in range(2 * TILLS)
    ]
    told[TILLS] = (*told[TILLS][:-1], "count")
    told[TILLS + 1] = (*told[TILLS + 1][:-1], "change")
    before = deadlocks()
    outcomes = tills.run(till_deeds.at_the_drawer, told, fault)
    answers(outcomes)
    assert deadlocks() == before
    assert {outcome.refusal for outcome in outcomes} <= {"", "Conflict"}  # the change, where it came too late
    assert TillCount.objects.filter(store=store).count() == 1
    assert not Payment.objects.filter(store=store, till_session=None).exists()
    wrong = {verdict.rule.name: verdict.wrong for verdict in check_books(store, rules=RULES) if not verdict.is_ok}
    assert wrong == {}
    assert TillSession.objects.filter(store=store).count() == 2


def test_a_count_takes_in_all_that_is_sold_before_it(tills: Tills, by: User, rounds: range) -> None:
    for _ in rounds:
        a_count_among_sales(tills, by, faults.no_second_try)


def test_without_the_lock_a_sale_slips_in_after_the_count(tills: Tills, by: User) -> None:
    with pytest.raises(AssertionError, match="(?s)till_expected_what_its_rows_say|is closed|IntegrityError"):
        for _ in range(FAULT_ROUNDS):
            a_count_among_sales(tills, by, faults.no_hold_on_the_till)
