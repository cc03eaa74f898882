"""A day at a till: what is expected in it counts every way in which cash moves."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from advances.services import add_advance, refund_advance, reverse_advance
from billing.services.buyer import Buyer
from billing.services.return_money import GiveBack
from billing.services.tender import Tender
from billing.services.till_counts import Counted, TillDiffers, close_till
from billing.tests.factories import sell, stocked_product, take_back
from billing.tests.till_factories import counted, opened_till, took_out
from billing.tills import summarize
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.services import Repayment, repay_debts, reverse_payment
from debts.tests.factories import owes
from viveka.books.check import check_books
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.models import Store, TillCount, TillSession, User
from viveka.stores.tests.factories import staff
from viveka.stores.tills import TillNotOpen, change_till, move_cash, open_till, standing_at

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


class TestCounting:
    def test_a_difference_needs_a_note(self, store: Store, session: TillSession, cashier: User) -> None:
        with pytest.raises(TillDiffers, match="₹490.00 is counted, ₹500.00 should be there: ₹10.00 missing"):
            counted(session, 490, cashier)
        session.refresh_from_db()
        assert session.is_open and not TillCount.objects.exists()
        count = counted(session, 490, cashier, note="A note was torn")
        assert (count.difference, count.note) == (D(-10), "A note was torn")
        sound(store)

    def test_notes_and_coins_make_the_sum(self, store: Store, session: TillSession, cashier: User) -> None:
        def close(**said: Any) -> TillCount:
            told: dict[str, Any] = {"store": store, "session_id": session.pk, "by": cashier, "now": timezone.now()}
            return close_till(counted=Counted(**said), **told)

        for wrong in ({}, {"total": D(499), "pieces": {"500": 1}}, {"pieces": {"25": 20}}, {"pieces": {"500": -1}}):
            with pytest.raises(Refused):
                close(**wrong)
        assert close(pieces={"200": 2, "100": 1, "5": 0}).pieces == {"200": 2, "100": 1}
        sound(store)

    def test_a_hand_over_goes_on_with_what_was_counted(
        self, store: Store, session: TillSession, cashier: User, other_store: Store
    ) -> None:
        ravi = staff(store)
        for stranger in (staff(store, "auditor"), staff(other_store)):
            with pytest.raises(Refused, match="somebody who sells"):
                counted(session, 500, cashier, hand_to=stranger)
        counted(session, 480, cashier, note="Twenty are missing", hand_to=ravi)
        following = TillSession.objects.open().get(till=session.till)
        assert (following.opened_by, following.opening_float) == (ravi, D(480))
        with standing_at(session.till_id):  # the machine goes on at the same drawer
            sold = sell(store, cashier, [(stocked_product(store, by=cashier), 1)])
        assert sold.bill.payments.get().till_session_id == following.pk
        assert expected(following) == D(580)
        sound(store)

    def test_is_closed_once(self, store: Store, session: TillSession, cashier: User, other_store: Store) -> None:
        with pytest.raises(Missing):
            session.store = other_store
            counted(session, 500, cashier)
        session.store = store
        counted(session, 500, cashier)
        with pytest.raises(Conflict):
            counted(session, 500, cashier)
        with pytest.raises(Conflict):
            took_out(session, 5, cashier)


class TestWhereATillIsNeeded:
    @pytest.fixture(autouse=True)
    def needed(self, store: Store) -> None:
        store.needs_till = True
        store.save(update_fields=["needs_till"])

    def test_no_screen_moves_cash_without_one(self, store: Store, cashier: User, asha: Customer) -> None:
        soap = stocked_product(store, by=cashier)
        owes(asha, 100, by=cashier)
        now: dict[str, Any] = {"by": cashier, "now": timezone.now()}
        with standing_at(None):
            with pytest.raises(TillNotOpen):
                sell(store, cashier, [(soap, 1)], tenders=[Tender("upi")])
            with pytest.raises(TillNotOpen):
                repay_debts(customer=asha, repayment=Repayment(D(5), "cash"), **now)
            with pytest.raises(TillNotOpen):
                add_advance(customer=asha, amount=D(5), mode="cash", **now)
            repay_debts(customer=asha, repayment=Repayment(D(5), "upi"), **now)
        sell(store, cashier, [(soap, 1)])  # by the API or a command

    def test_a_closed_till_is_none(self, store: Store, session: TillSession, cashier: User) -> None:
        counted(session, 500, cashier)
        with standing_at(session.till_id), pytest.raises(TillNotOpen):
            sell(store, cashier, [(stocked_product(store, by=cashier), 1)])


def test_an_earlier_day_is_no_part_of_a_till(session: TillSession, asha: Customer, manager: User) -> None:
    """It was counted then."""
    earlier = timezone.now() - timedelta(days=2)
    now: dict[str, Any] = {"by": manager, "now": timezone.now(), "at": earlier}
    with standing_at(session.till_id):
        advance = add_advance(customer=asha, amount=D(50), mode="cash", **now)
        owes(asha, 100, by=manager, at=earlier - timedelta(days=1))
        payment = repay_debts(customer=asha, repayment=Repayment(D(10), "cash"), **now)
    assert (advance.till_session_id, payment.till_session_id) == (None, None)


@pytest.mark.parametrize("with_till", [True, False])
def test_a_sale_pays_one_statement_for_an_open_till(
    with_till: bool, store: Store, session: TillSession, cashier: User
) -> None:
    soap = stocked_product(store, by=cashier)
    with CaptureQueriesContext(connection) as plain:
        sell(store, cashier, [(soap, 1)])
    with standing_at(session.till_id if with_till else None), CaptureQueriesContext(connection) as standing:
        sell(store, cashier, [(soap, 1)])
    assert len(standing) == len(plain) + with_till


def test_a_till_is_opened_once(store: Store, session: TillSession, cashier: User) -> None:
    told: dict[str, Any] = {"store": store, "opening_float": D(5), "by": cashier, "now": timezone.now()}
    with pytest.raises(Conflict, match="open already"):
        open_till(till_id=session.till_id, **told)
    with pytest.raises(Missing):
        open_till(till_id=session.till_id + 99, **told)
    with pytest.raises(Conflict):
        change_till(store=store, till_id=session.till_id, is_active=False)
    counted(session, 500, cashier)
    change_till(store=store, till_id=session.till_id, is_active=False)
    with pytest.raises(Missing):
        open_till(till_id=session.till_id, **told)
