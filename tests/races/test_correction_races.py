"""Corrections and exchanges at once with all else: each deed once, nobody's books torn."""

from contextlib import nullcontext
from decimal import Decimal as D

import pytest
from django.utils import timezone

from billing.models import Bill, MethodChange, Product, Return
from billing.services.buyer import Buyer
from billing.services.exchange import carry_return
from billing.services.return_money import IN_CASH
from billing.services.return_plan import ReturnItem
from billing.services.tender import Tender
from billing.tests.factories import filled_cart, sell, stocked_product
from customers.tests.factories import CustomerFactory
from tests.races import correction_deeds, deeds, faults
from tests.races.conftest import FAULT_ROUNDS, new_store
from tests.races.pool import TILLS, Fault, Tills
from tests.races.test_money_races import the_books_are_sound
from tests.races.test_races import Race, answers
from viveka.stores.models import User

pytestmark = pytest.mark.races


def a_bill_that_moves_while_others_touch_it(tills: Tills, by: User, fault: Fault) -> None:
    """To and fro between two customers, while pieces come back and both pay: figures and debts follow."""
    store = new_store()
    soap = stocked_product(store, batches=[(50, 80, 100)], by=by)
    both = CustomerFactory.create_batch(2, store=store)
    buyer, credit = Buyer(customer_id=both[0].pk), [Tender("credit", D(200)), Tender("cash")]
    bill = sell(store, by, [(soap, 8)], tenders=credit, buyer=buyer).bill
    kinds = ("move", "back", "move", "pay")
    told = [(store.pk, by.pk, bill.pk, both[(n // 2) % 2].pk, kinds[n % 4]) for n in range(TILLS)]
    outcomes = tills.run(correction_deeds.move_or_touch, told, fault)
    answers(outcomes)
    assert [outcome.refusal for outcome in outcomes[1::4]] == [""] * 4  # what comes back, comes back
    for one in both:
        one.refresh_from_db()
    back = 100 * Return.objects.filter(bill=bill).count()
    assert sum(one.total_purchases for one in both) == 800 - back
    the_books_are_sound(store)


def two_pieces_exchanged_sixteen_times(tills: Tills, by: User, fault: Fault) -> None:
    """Sixteen carts carry the same two pieces: two are billed, with their returns."""
    store = new_store()
    soap, oil = (stocked_product(store, batches=[(50, 80, price)], by=by) for price in (100, 130))
    bill = sell(store, by, [(soap, 2)]).bill
    item, carts = ReturnItem(bill.lines.get().pk, D(1)), []
    for n in range(TILLS):
        carts.append(filled_cart(store, by, [(oil, 1)], machine=f"m{n}"))
        carry_return(
            store=store, by=by, machine=f"m{n}", bill_id=bill.pk, items=[item], reason="x", give_back=IN_CASH,
            now=timezone.now(),
        )  # fmt: skip
    outcomes = tills.run(deeds.complete, [(store.pk, by.pk, cart.pk) for cart in carts], fault)
    answers(outcomes)
    assert sorted(outcome.refusal for outcome in outcomes).count("") == 2
    assert (Return.objects.filter(bill=bill).count(), Bill.objects.of(store).count()) == (2, 3)
    stock = dict(Product.objects.of(store).values_list("pk", "current_stock"))
    assert stock == {soap.pk: 50, oil.pk: 48}
    the_books_are_sound(store)


def a_payment_put_right_sixteen_times(tills: Tills, by: User, fault: Fault) -> None:
    """It was UPI: said once."""
    store = new_store()
    payment = sell(store, by, [(stocked_product(store, by=by), 1)]).bill.payments.get()
    outcomes = tills.run(correction_deeds.paid_by_upi, [(store.pk, by.pk, payment.pk)] * TILLS, fault)
    answers(outcomes)
    assert MethodChange.objects.filter(payment=payment).count() == 1
    the_books_are_sound(store)


# Each race, and what is seen where rows are read and written as if nobody else were there.
RACES: list[tuple[Race, str]] = [
    (a_bill_that_moves_while_others_touch_it, "IntegrityError|== 800|debt|customer_statistics|moved_bill|== \\["),
    (two_pieces_exchanged_sixteen_times, "== 2|IntegrityError"),
    (a_payment_put_right_sixteen_times, "== 1|method_change"),
]


@pytest.mark.parametrize("race", [race for race, _ in RACES])
def test_at_once_is_as_one_after_the_other(race: Race, tills: Tills, by: User, rounds: range) -> None:
    for _ in rounds:
        race(tills, by, nullcontext)


@pytest.mark.parametrize(("race", "sign"), RACES)
def test_without_the_lock_it_fails(race: Race, sign: str, tills: Tills, by: User) -> None:
    with pytest.raises(AssertionError, match=f"(?s){sign}"):
        for _ in range(FAULT_ROUNDS):
            race(tills, by, faults.no_row_locks)
