"""Debts: opened, paid oldest first, lowered, undone. Nothing is left behind by a refusal."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from advances.models import AdvancePayment, Deduction, WalletEntry
from advances.services import InsufficientAdvance, reverse_advance
from advances.tests.factories import history, paid_ahead, used
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import Allocation, Debt, DebtPayment, DebtReduction, DebtStatus, PaymentReversal, ReductionCause
from debts.services import (
    DebtEntry,
    MoreThanOwed,
    Repayment,
    open_debt,
    reduce_debt,
    repay_debts,
    reverse_debt,
    reverse_payment,
    write_off_debt,
)
from debts.tests.factories import left, owes, pays
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.models import Store, User
from viveka.stores.money import MAX_MONEY

pytestmark = pytest.mark.django_db
MARCH, APRIL = datetime(2026, 3, 1, 6, tzinfo=UTC), datetime(2026, 4, 1, 6, tzinfo=UTC)
LEDGER = (
    Debt,
    DebtPayment,
    Allocation,
    DebtReduction,
    PaymentReversal,
    AdvancePayment,
    Deduction,
    WalletEntry,
    Customer,
)


@pytest.fixture
def asha(store: Store) -> Customer:
    return CustomerFactory(store=store, name="Asha Rao")


def owed(customer: Customer) -> D:
    return Customer.objects.get(pk=customer.pk).debt_balance


def refuses(error: type[Refused], words: str, call: Callable[..., Any], **arguments: Any) -> set[str]:
    """The fields named; every table stays as it was."""
    before = [list(model.objects.order_by("pk").values()) for model in LEDGER]
    with pytest.raises(error, match=words) as refusal:
        call(**arguments)
    assert [list(model.objects.order_by("pk").values()) for model in LEDGER] == before
    return set(refusal.value.errors)


class TestOpen:
    def test_keeps_what_was_said(self, asha: Customer, cashier: User) -> None:
        debt = owes(asha, "250.50", at=APRIL, due_on=date(2026, 5, 1), note="Two bags", by=cashier)
        kept = Debt.objects.get(pk=debt.pk)
        assert (kept.amount, kept.balance, kept.status) == (D("250.50"), D("250.50"), "open")
        assert (kept.at, kept.due_on, kept.note, kept.by) == (APRIL, date(2026, 5, 1), "Two bags", cashier)
        assert owed(asha) == D("250.50")

    @pytest.mark.parametrize(
        ("fields", "words", "field"),
        [
            ({"amount": D(0)}, "at least 0.01", "amount"),
            ({"amount": D(-1)}, "at least 0.01", "amount"),
            ({"amount": MAX_MONEY}, "would pass", "amount"),
            ({"at": datetime(2999, 1, 1, tzinfo=UTC)}, "in the future", "date"),
            ({"entry": DebtEntry(due_on=date(2026, 3, 31)), "at": APRIL}, "before the debt", "due_on"),
        ],
        ids=lambda value: str(value)[:30],
    )
    def test_refuses(self, asha: Customer, cashier: User, fields: dict[str, Any], words: str, field: str) -> None:
        owes(asha, 1)
        told = {"customer": asha, "amount": D(5), "by": cashier, "now": timezone.now(), **fields}
        assert refuses(Refused, words, open_debt, **told) == {field}

    def test_a_debt_always_has_a_customer(self, store: Store, other_store: Store, cashier: User) -> None:
        told = {"amount": D(5), "by": cashier, "now": timezone.now()}
        assert refuses(Refused, "always has a customer", open_debt, customer=None, **told) == {"customer"}
        nobody = CustomerFactory(store=store, phone=None, name="Walk-in Customer")
        assert refuses(Refused, "phone or name", open_debt, customer=nobody, **told) == {"customer"}
        theirs = CustomerFactory(store=other_store)
        theirs.store = store
        refuses(Missing, "No such customer", open_debt, customer=theirs, **told)

    def test_refuses_closed_books(self, store: Store, asha: Customer, cashier: User) -> None:
        store.closed_until = store.day_of(APRIL)
        store.save()
        told = {"customer": asha, "amount": D(5), "by": cashier, "now": timezone.now()}
        assert refuses(Refused, "books are closed", open_debt, **told, at=APRIL) == {"date"}
        told = {"customer": asha, "repayment": Repayment(D(1), "cash"), "by": cashier, "now": timezone.now()}
        assert refuses(Refused, "books are closed", repay_debts, **told, at=APRIL) == {"date"}


class TestPay:
    def test_the_oldest_first(self, asha: Customer) -> None:
        younger, older = owes(asha, 100, at=APRIL), owes(asha, 100, at=MARCH)
        payment = pays(asha, 150)
        assert left(older, younger) == [D(0), D(50)]
        parts = list(payment.allocations.values_list("debt", "amount"))
        assert parts == [(older.pk, D(100)), (younger.pk, D(50))]
        assert owed(asha) == D(50)
        statuses = dict(Debt.objects.values_list("pk", "status"))
        assert statuses == {older.pk: DebtStatus.SETTLED, younger.pk: DebtStatus.OPEN}

    def test_those_picked_the_oldest_of_them_first(self, asha: Customer) -> None:
        debts = [owes(asha, 100, at=MARCH + timedelta(days=n)) for n in range(3)]
        pays(asha, 150, debts=[debts[2], debts[1]])
        assert left(*debts) == [D(100), D(0), D(50)]

    def test_picked_debts_are_open_and_the_customers_own(self, store: Store, asha: Customer, cashier: User) -> None:
        settled, theirs = owes(asha, 10, at=MARCH), owes(CustomerFactory(store=store), 10)
        pays(asha, 10)
        owes(asha, 10)
        told = {"customer": asha, "by": cashier, "now": timezone.now()}
        for pk in (settled.pk, theirs.pk, uuid4()):
            repayment = Repayment(D(5), "cash", debt_ids=[pk])
            assert refuses(Missing, "not open", repay_debts, repayment=repayment, **told) == {"debtIds"}

    def test_more_than_is_owed(self, asha: Customer, cashier: User) -> None:
        first, _ = owes(asha, 100), owes(asha, 50)
        told = {"customer": asha, "by": cashier, "now": timezone.now()}
        words = "^Only ₹150.00 is owed. Take less, or keep the rest as an advance.$"
        assert refuses(MoreThanOwed, words, repay_debts, repayment=Repayment(D("150.01"), "cash"), **told) == {"amount"}
        picked = Repayment(D("100.01"), "cash", debt_ids=[first.pk])
        assert refuses(MoreThanOwed, "Only ₹100.00", repay_debts, repayment=picked, **told) == {"amount"}

    def test_the_rest_is_kept_as_an_advance_where_the_cashier_says_so(self, asha: Customer) -> None:
        debt = owes(asha, 100)
        payment = pays(asha, 130, mode="upi", reference="U1", keep_rest=True)
        assert (payment.amount, payment.kept_amount, left(debt)) == (D(130), D(30), [D(0)])
        kept = AdvancePayment.objects.get()
        assert (kept.amount, kept.mode, kept.payment_reference) == (D(30), "upi", "U1")
        assert (kept.reference_type, kept.reference_id) == ("overpayment", payment.pk)
        assert history(asha) == [(D(30), D(30))]

    def test_nothing_owed_and_all_of_it_kept(self, asha: Customer) -> None:
        payment = pays(asha, 130, keep_rest=True)
        assert (payment.kept_amount, payment.allocations.count(), owed(asha)) == (D(130), 0, D(0))

    def test_from_the_advance_balance(self, asha: Customer, cashier: User) -> None:
        owes(asha, 100)
        paid_ahead(asha, 40)
        paid_ahead(asha, 40)
        payment = pays(asha, 60, mode="advance")
        assert payment.deduction.amount == D(60)
        assert history(asha)[-2:] == [(D(-40), D(40)), (D(-20), D(20))]
        assert owed(asha) == D(40)
        told = {"customer": asha, "by": cashier, "now": timezone.now()}
        refuses(InsufficientAdvance, "Insufficient", repay_debts, repayment=Repayment(D(21), "advance"), **told)
        paid_ahead(asha, 100)
        more = Repayment(D(41), "advance", keep_rest=True)
        refuses(MoreThanOwed, "^Only ₹40.00 is owed. Take less.$", repay_debts, repayment=more, **told)

    @pytest.mark.parametrize(
        ("repayment", "field"),
        [(Repayment(D(0), "cash"), "amount"), (Repayment(D(-1), "cash"), "amount"), (Repayment(D(1), "cheque"), "mode"),
         (Repayment(D(1), "credit"), "mode")],
    )  # fmt: skip
    def test_refuses(self, asha: Customer, cashier: User, repayment: Repayment, field: str) -> None:
        owes(asha, 1)
        told = {"customer": asha, "by": cashier, "now": timezone.now(), "repayment": repayment}
        assert refuses(Refused, "at least|one of", repay_debts, **told) == {field}

    def test_about_an_earlier_day_settles_what_stood_open_then(self, asha: Customer, cashier: User) -> None:
        old, young = owes(asha, 100, at=MARCH), owes(asha, 100, at=APRIL)
        told = {"customer": asha, "by": cashier, "now": timezone.now(), "at": APRIL - timedelta(days=1)}
        refuses(MoreThanOwed, "Only ₹100.00", repay_debts, repayment=Repayment(D(150), "cash"), **told)
        pays(asha, 150, at=APRIL - timedelta(days=1), keep_rest=True)
        assert left(old, young) == [D(0), D(100)]

    def test_about_an_earlier_day_leaves_what_a_reversal_opened_later(
        self, store: Store, asha: Customer, cashier: User
    ) -> None:
        owes(asha, 100, at=MARCH)
        wrong = pays(asha, 100, at=APRIL)
        reverse_payment(store=store, payment_id=wrong.pk, reason="x", by=cashier, now=timezone.now())
        told = {"customer": asha, "by": cashier, "now": timezone.now(), "at": APRIL - timedelta(days=1)}
        refuses(MoreThanOwed, "Only ₹0.00", repay_debts, repayment=Repayment(D(1), "cash"), **told)
        pays(asha, 100)
        assert owed(asha) == D(0)

    def test_takes_a_fixed_number_of_statements(
        self, asha: Customer, cashier: User, django_assert_num_queries: Any
    ) -> None:
        owes(asha, 1, by=cashier)
        with django_assert_num_queries(9):
            pays(asha, 1, by=cashier)
        for _ in range(40):
            owes(asha, 1, by=cashier)
        with django_assert_num_queries(9):
            pays(asha, 40, by=cashier)


class TestLess:
    def test_goods_returned_then_written_off(self, store: Store, asha: Customer, manager: User) -> None:
        debt = owes(asha, 100)
        told = {"by": manager, "now": timezone.now()}
        reduce_debt(debt=debt, amount=D(30), cause=ReductionCause.RETURN, reason="Torn", **told)
        pays(asha, 20)
        write_off_debt(store=store, debt_id=debt.pk, amount=None, reason="Gone away", **told)
        kept = Debt.objects.get()
        assert (kept.paid, kept.returned, kept.written_off, kept.balance) == (D(20), D(30), D(50), D(0))
        assert (kept.status, owed(asha)) == (DebtStatus.WRITTEN_OFF, D(0))

    def test_a_return_settles(self, asha: Customer, manager: User) -> None:
        debt = owes(asha, 100)
        reduce_debt(
            debt=debt, amount=D(100), cause=ReductionCause.RETURN, reason="Torn", by=manager, now=timezone.now()
        )
        assert Debt.objects.get().status == DebtStatus.SETTLED

    def test_refuses(self, store: Store, other_store: Store, asha: Customer, manager: User) -> None:
        debt = owes(asha, 100)
        pays(asha, 40)
        told = {"store": store, "debt_id": debt.pk, "amount": D(5), "reason": "x", "by": manager, "now": timezone.now()}
        refuses(Conflict, "60.00 is left", write_off_debt, **told | {"amount": D("60.01")})
        refuses(Conflict, "60.00 is left", write_off_debt, **told | {"amount": D(0)})
        refuses(Refused, "Say why", write_off_debt, **told | {"reason": " "})
        refuses(Missing, "No such debt", write_off_debt, **told | {"store": other_store})
        del told["amount"]
        refuses(Conflict, "paid or given up", reverse_debt, **told)

    def test_a_debt_entered_by_mistake(self, store: Store, asha: Customer, manager: User) -> None:
        debt = owes(asha, 100)
        reverse_debt(store=store, debt_id=debt.pk, reason="Wrong Asha", by=manager, now=timezone.now())
        assert (owed(asha), Debt.objects.get().balance) == (D(0), D(0))
        assert DebtReduction.objects.get().cause == ReductionCause.REVERSAL


class TestReversePayment:
    def test_opens_the_debts_again_and_takes_the_advance_back(
        self, store: Store, asha: Customer, cashier: User
    ) -> None:
        debts = [owes(asha, 100), owes(asha, 50)]
        payment = pays(asha, 170, keep_rest=True)
        told = {"store": store, "payment_id": payment.pk, "reason": "It was Usha", "by": cashier}
        reverse_payment(**told, now=timezone.now())
        assert (left(*debts), owed(asha)) == ([D(100), D(50)], D(150))
        assert history(asha) == [(D(20), D(20)), (D(-20), D(0))]
        assert set(Debt.objects.values_list("status", flat=True)) == {DebtStatus.OPEN}
        refuses(Conflict, "reversed already", reverse_payment, **told, now=timezone.now())

    def test_gives_the_balance_back(self, store: Store, asha: Customer, cashier: User) -> None:
        owes(asha, 100)
        advances = [paid_ahead(asha, 30), paid_ahead(asha, 50)]
        payment = pays(asha, 70, mode="advance")
        reverse_payment(store=store, payment_id=payment.pk, reason="x", by=cashier, now=timezone.now())
        kept = [AdvancePayment.objects.get(pk=one.pk).remaining_amount for one in advances]
        assert (kept, owed(asha)) == ([D(30), D(50)], D(100))

    def test_refuses_where_the_advance_it_left_is_used(self, store: Store, asha: Customer, cashier: User) -> None:
        owes(asha, 100)
        payment = pays(asha, 120, keep_rest=True)
        told = {"store": store, "by": cashier, "now": timezone.now(), "reason": "x"}
        kept = payment.kept_advance_id
        refuses(Conflict, "made this advance", reverse_advance, advance_id=kept, **told)
        used(asha, 1)
        refuses(Conflict, "used or refunded already", reverse_payment, payment_id=payment.pk, **told)

    def test_refuses_without_a_reason_or_a_payment(
        self, store: Store, other_store: Store, asha: Customer, cashier: User
    ) -> None:
        owes(asha, 100)
        told = {"store": store, "payment_id": pays(asha, 5).pk, "by": cashier, "now": timezone.now(), "reason": "x"}
        refuses(Refused, "Say why", reverse_payment, **told | {"reason": ""})
        refuses(Missing, "No such payment", reverse_payment, **told | {"store": other_store})
        refuses(Missing, "No such payment", reverse_payment, **told | {"payment_id": uuid4()})
