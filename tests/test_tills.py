"""A day at a till: what is expected in it counts every way in which cash moves."""

from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone

from advances.services import add_advance, refund_advance, reverse_advance
from billing.services.buyer import Buyer
from billing.services.return_money import GiveBack
from billing.services.tender import Tender
from billing.tests.factories import sell, stocked_product, take_back
from billing.tests.till_factories import counted, opened_till, took_out
from billing.tills import summarize
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.services import Repayment, repay_debts, reverse_payment
from debts.tests.factories import owes
from viveka.books.check import check_books
from viveka.stores.models import Store, TillSession, User
from viveka.stores.tills import move_cash, standing_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(store: Store, cashier: User) -> TillSession:
    return opened_till(store, cashier, 500)


@pytest.fixture
def asha(store: Store) -> Customer:
    return CustomerFactory(store=store)


def expected(session: TillSession) -> D:
    return summarize(session.store, session).expected


def sound(store: Store) -> None:
    assert {verdict.rule.name: verdict.wrong for verdict in check_books(store) if not verdict.is_ok} == {}


def test_the_day_of_a_till(store: Store, session: TillSession, asha: Customer, cashier: User, manager: User) -> None:
    """Float 500; every movement of cash is counted, and nothing else is."""
    soap = stocked_product(store, batches=[(100, 40, 60), (100, 20, 50)], by=manager)
    owes(asha, 900, by=manager)
    now: dict[str, Any] = {"by": cashier, "now": timezone.now()}
    with standing_at(session.till_id):
        sold = sell(
            store, cashier, [(soap, 2)], tenders=[Tender("cash", received=D(200))], buyer=Buyer(phone=asha.phone)
        )
        assert (sold.bill.change, expected(session)) == (D(80), D(620))
        repay_debts(customer=asha, repayment=Repayment(D(300), "cash"), **now)
        assert expected(session) == D(920)
        first = add_advance(customer=asha, amount=D(250), mode="cash", **now)
        assert expected(session) == D(1170)
        refund_advance(store=store, advance_id=first.pk, amount=D(100), mode="cash", reason="Wants it back", **now)
        assert expected(session) == D(1070)
        take_back(sold.bill, 1, by=manager, give_back=GiveBack(over_debts=True))
        assert expected(session) == D(1010)
        took_out(session, 1000, cashier)
        assert expected(session) == D(10)
        put_in = {"direction": "in", "amount": D("90.50"), "reason": "Small change"}
        move_cash(store=store, session_id=session.pk, **put_in, **now)
        assert expected(session) == D("100.50")
        # What brings no cash, or is another's, is no part of it
        sell(store, cashier, [(soap, 1)], tenders=[Tender("upi")])
        sell(store, cashier, [(soap, 1)], tenders=[Tender("advance")], buyer=Buyer(phone=asha.phone))
        sell(store, cashier, [(soap, 1)], tenders=[Tender("credit")], buyer=Buyer(phone=asha.phone))
        add_advance(customer=asha, amount=D(70), mode="card", **now)
        repay_debts(customer=asha, repayment=Repayment(D(10), "advance"), **now)
        assert expected(session) == D("100.50")
        # Mistakes, undone
        wrong = repay_debts(customer=asha, repayment=Repayment(D(40), "cash"), **now)
        taken = add_advance(customer=asha, amount=D(30), mode="cash", **now)
        assert expected(session) == D("170.50")
        reverse_payment(store=store, payment_id=wrong.pk, reason="Ravi's", **now)
        reverse_advance(store=store, advance_id=taken.pk, reason="Ravi's", **now)
        assert expected(session) == D("100.50")
        # Money above a bill, to old debts and into advance, and a debt payment kept whole with its reversal
        for above in ("debts", "advance"):
            tender = Tender("cash", received=D(100), above=above)
            sell(store, cashier, [(soap, 1)], tenders=[tender], buyer=Buyer(phone=asha.phone))
        assert expected(session) == D("300.50")
        kept = repay_debts(customer=asha, repayment=Repayment(D(5000), "cash", keep_rest=True), **now)
        assert expected(session) == D("5300.50")
        reverse_payment(store=store, payment_id=kept.pk, reason="A typing mistake", **now)
        assert expected(session) == D("300.50")
    sell(store, cashier, [(soap, 1)])  # elsewhere
    count = counted(session, "300.50", cashier)
    assert (count.expected, count.counted, count.difference) == (D("300.50"), D("300.50"), D(0))
    session.refresh_from_db()
    assert session.closed_at == count.at
    sound(store)
