"""Several tills at one bill that comes back: never more back than was sold, never more settled than was owed."""

from decimal import Decimal as D

import pytest
from django.utils import timezone

from advances.tests.factories import paid_ahead
from billing.models import Bill, BillLine, MoneyBack, Product
from billing.services.buyer import Buyer
from billing.services.tender import Tender
from billing.tests.factories import sell, stocked_product
from customers.models import Customer
from debts.models import Debt
from tests.races import faults, return_deeds
from tests.races.conftest import FAULT_ROUNDS, new_store
from tests.races.pool import TILLS, Fault, Tills
from tests.races.test_money_races import newcomer, the_books_are_sound
from tests.races.test_races import Race, answers, deadlocks
from viveka.stores.models import Store, User

pytestmark = pytest.mark.races


def bought_on_credit(by: User) -> tuple[Store, Customer, Bill]:
    """Eight pieces at 100, all of it owed."""
    store, asha = newcomer()
    soap = stocked_product(store, batches=[(4, 80, 100), (50, 85, 100)], by=by)
    buyer = Buyer(customer_id=asha.pk)
    return store, asha, sell(store, by, [(soap, 8)], tenders=[Tender("credit")], buyer=buyer).bill


def settled_and_sound(store: Store, bill: Bill) -> tuple[D, D, D]:
    """What was paid and returned of the debt and what is left; cash that went out was paid before."""
    debt = Debt.objects.get(payment__bill=bill)
    out = sum(MoneyBack.objects.filter(goods_return__bill=bill, way="cash").values_list("amount", flat=True))
    assert debt.paid + debt.returned + debt.balance == 800
    assert out <= debt.paid
    line = BillLine.objects.get(bill=bill)
    assert debt.returned + out == 100 * line.returned
    numbers = return_deeds.numbers(store.pk)
    year = store.financial_year(store.day_of(timezone.now()))
    assert numbers == [f"RET-{year}-{n:06d}" for n in range(1, len(numbers) + 1)]
    the_books_are_sound(store)
    return debt.paid, debt.returned, debt.balance


def payments_against_returns(tills: Tills, by: User, fault: Fault) -> None:
    """Half of the tills take payments of 100, half take a piece back: all pieces are back, all of it is settled, and
    what was paid above goes out again."""
    store, asha, bill = bought_on_credit(by)
    told = [(store.pk, by.pk, asha.pk, bill.pk, "pay" if n % 2 else "back") for n in range(TILLS)]
    outcomes = tills.run(return_deeds.pay_or_take_back, told, fault)
    answers(outcomes)
    assert [outcome.refusal for outcome in outcomes[::2]].count("") == 8
    paid, returned, balance = settled_and_sound(store, bill)
    assert (paid + returned, balance) == (D(800), D(0))


def payments_against_a_void(tills: Tills, by: User, fault: Fault) -> None:
    """Whoever comes after the void is told that nothing is owed; what came before goes out again."""
    store, asha, bill = bought_on_credit(by)
    told = [(store.pk, by.pk, asha.pk, bill.pk, "pay" if n % 4 else "void") for n in range(TILLS)]
    outcomes = tills.run(return_deeds.pay_or_take_back, told, fault)
    answers(outcomes)
    assert sorted(outcome.refusal for outcome in outcomes[::4]) == ["", *["NothingLeft"] * 3]
    paid, returned, balance = settled_and_sound(store, bill)
    assert (paid + returned, balance) == (D(800), D(0))
    asha.refresh_from_db()
    assert (asha.debt_balance, asha.purchase_count, asha.total_purchases) == (0, 0, 0)


def two_pieces_brought_back_sixteen_times(tills: Tills, by: User, fault: Fault) -> None:
    """A bill to nobody in particular, so that no customer's row is the lock: two returns of one piece each."""
    store = new_store()
    soap = stocked_product(store, batches=[(50, 80, 100)], by=by)
    bill = sell(store, by, [(soap, 2)]).bill
    outcomes = tills.run(return_deeds.take_back, [(store.pk, by.pk, bill.pk, "1")] * TILLS, fault)
    assert len(answers(outcomes)) == 2
    assert sorted(outcome.refusal for outcome in outcomes) == [""] * 2 + ["NothingLeft"] * 14
    assert Product.objects.get(pk=soap.pk).current_stock == 50
    assert sum(MoneyBack.objects.filter(goods_return__bill=bill).values_list("amount", flat=True)) == 200
    the_books_are_sound(store)


def everything_at_once(tills: Tills, by: User, fault: Fault) -> None:
    """Sales, returns, voids, payments, reversals of one customer: no deadlock, nothing in error, sound books."""
    store, asha = newcomer()
    product = stocked_product(store, batches=[(200, 80, 100)], by=by)
    paid_ahead(asha, 500, by=by)
    before = deadlocks()
    told = [(store.pk, by.pk, asha.pk, product.pk, n) for n in range(2 * TILLS)]
    answers(tills.run(return_deeds.anything, told, fault))
    assert deadlocks() == before
    the_books_are_sound(store)


# Each race, and what is seen where rows are read and written as if nobody else were there.
RACES: list[tuple[Race, str]] = [
    (payments_against_returns, "== 8|IntegrityError|debt"),
    (payments_against_a_void, "NothingLeft|IntegrityError|debt"),
    (two_pieces_brought_back_sixteen_times, "== 2|IntegrityError"),
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
