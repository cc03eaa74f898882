"""Several tills at one customer's money: nothing is spent twice, settled twice, or owed above the limit.

Every race has its counterpart below: with the locks taken out, the same check fails within some rounds.
"""

from decimal import Decimal as D

import pytest

from advances.models import AdvancePayment
from advances.tests.factories import paid_ahead
from billing.models import Bill
from billing.tests.factories import stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import Debt
from debts.services import set_credit_account
from debts.tests.factories import owes
from tests.races import faults, money_deeds
from tests.races.conftest import FAULT_ROUNDS, new_store
from tests.races.pool import TILLS, Fault, Tills
from tests.races.test_races import Race, answers, deadlocks
from viveka.books.check import check_books
from viveka.stores.models import Store, User

pytestmark = pytest.mark.races


def newcomer() -> tuple[Store, Customer]:
    store = new_store()
    return store, CustomerFactory(store=store)


def the_books_are_sound(store: Store) -> None:
    assert {verdict.rule.name: verdict.wrong for verdict in check_books(store) if not verdict.is_ok} == {}


def one_balance_spent_sixteen_times(tills: Tills, by: User, fault: Fault) -> None:
    """₹500 in bills of ₹100: five bills."""
    store, asha = newcomer()
    product = stocked_product(store, batches=[(100, 80, 100)], by=by)
    paid_ahead(asha, 300, by=by)
    paid_ahead(asha, 200, by=by)
    told = (store.pk, by.pk, asha.pk, product.pk, 1, ("advance", "100"))
    outcomes = tills.run(money_deeds.buy, [told] * TILLS, fault)
    assert len(answers(outcomes)) == 5
    assert sorted(outcome.refusal for outcome in outcomes) == [""] * 5 + ["InsufficientAdvance"] * 11
    assert Customer.objects.get(pk=asha.pk).advance_balance == 0
    used = AdvancePayment.objects.filter(customer=asha).values_list("utilized_amount", flat=True)
    assert sorted(used) == [D(200), D(300)]
    assert Bill.objects.filter(store=store).count() == 5
    the_books_are_sound(store)


def one_debt_paid_sixteen_times(tills: Tills, by: User, fault: Fault) -> None:
    """₹500 in payments of ₹100: five of them."""
    store, asha = newcomer()
    owes(asha, 500, by=by)
    outcomes = tills.run(money_deeds.pay, [(by.pk, asha.pk, "100")] * TILLS, fault)
    assert answers(outcomes) == {"100.00"}
    assert sorted(outcome.refusal for outcome in outcomes) == [""] * 5 + ["MoreThanOwed"] * 11
    debt = Debt.objects.get(customer=asha)
    assert (debt.paid, debt.balance, debt.status) == (D(500), D(0), "settled")
    the_books_are_sound(store)


def one_debt_paid_against_a_return(tills: Tills, by: User, fault: Fault) -> None:
    """₹500: half of the tills take payments of ₹100, half take goods back for as much."""
    store, asha = newcomer()
    debt = owes(asha, 500, by=by)
    told = [(by.pk, asha.pk, debt.pk, "100", n % 2 == 0) for n in range(TILLS)]
    outcomes = tills.run(money_deeds.pay_or_return, told, fault)
    answers(outcomes)
    assert [outcome.refusal for outcome in outcomes].count("") == 5
    debt.refresh_from_db()
    assert (debt.paid + debt.returned, debt.balance) == (D(500), D(0))
    the_books_are_sound(store)


def two_tills_at_the_limit(tills: Tills, by: User, fault: Fault) -> None:
    """Owes 900 of 1,500: each of two bills of 400 is within the limit, both are above it; some of it is paid now."""
    store, asha = newcomer()
    product = stocked_product(store, batches=[(100, 80, 100)], by=by)
    set_credit_account(customer=asha, by=by, credit_limit=D(1500), terms_days=None)
    owes(asha, 900, by=by)
    told = (store.pk, by.pk, asha.pk, product.pk, 4, ("cash", "10"), ("credit", "390"))
    outcomes = tills.run(money_deeds.buy, [told] * 2, fault)
    answers(outcomes)
    assert sorted(outcome.refusal for outcome in outcomes) == ["", "CreditLimitPassed"]
    assert Customer.objects.get(pk=asha.pk).debt_balance == D(1290)
    the_books_are_sound(store)


def everything_at_once(tills: Tills, by: User, fault: Fault) -> None:
    """Credit, advance, payments, reversals of one customer: no deadlock, nothing in error, sound books."""
    store, asha = newcomer()
    product = stocked_product(store, batches=[(100, 80, 100)], by=by)
    paid_ahead(asha, 200, by=by)
    owes(asha, 50, by=by)
    before = deadlocks()
    told = [(store.pk, by.pk, asha.pk, product.pk, n) for n in range(2 * TILLS)]
    answers(tills.run(money_deeds.anything, told, fault))
    assert deadlocks() == before
    the_books_are_sound(store)


# Each race, and what is seen where rows are read and written as if nobody else were there.
RACES: list[tuple[Race, str]] = [
    (one_balance_spent_sixteen_times, "== 5|InsufficientAdvance|IntegrityError"),
    (one_debt_paid_sixteen_times, "MoreThanOwed|IntegrityError"),
    (one_debt_paid_against_a_return, "== 5|IntegrityError"),
    (two_tills_at_the_limit, "CreditLimitPassed"),
    (everything_at_once, "IntegrityError|deadlock|_balance"),
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
