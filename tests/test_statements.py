"""Statements and aging add up on every date, and the past stays as it was."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from random import Random

import pytest
from django.db import transaction

from advances.models import AdvancePayment
from advances.services import add_advance, refund_advance
from advances.tests.factories import paid_ahead
from billing.models import Bill, Return
from billing.services.buyer import Buyer
from billing.services.return_money import GiveBack
from billing.services.tender import Tender
from billing.tests.factories import ProductFactory, sell, take_back
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.aging import read_aging, total_of
from debts.models import Debt, DebtPayment, ReductionCause
from debts.services import reduce_debt, reverse_payment
from debts.statement import Line, Statement, read_statement
from debts.tests.factories import owes, pays
from viveka.books.check import check_books
from viveka.merge.merging import merge_customers
from viveka.stores.errors import Refused
from viveka.stores.models import StockPolicy, Store, User
from viveka.stores.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
BEGIN, DAYS, HISTORIES = datetime(2025, 12, 20, 5, tzinfo=UTC), 9, 200


class Life:
    """One customer to whom something happens day after day, at random."""

    def __init__(self, seed: int, store: Store, by: User) -> None:
        self.random = Random(seed)
        self.store, self.by, self.now = store, by, BEGIN
        self.customer = CustomerFactory(store=store)
        self.haircut = ProductFactory(store=store, stock_policy=StockPolicy.NONE, selling_price=D("33.37"))

    def live(self, steps: int) -> None:
        for _ in range(steps):
            self.now += timedelta(minutes=self.random.randint(1, 60 * 24))
            try:
                with transaction.atomic():
                    self.random.choice(self.deeds())()
            except Refused:
                pass

    def deeds(self) -> list[Callable[[], object]]:
        often = [self.owe, self.pay] * 2 + [self.buy, self.bring_back] * 2
        return [*often, self.pay_ahead, self.give_up, self.undo, self.refund]

    def amount(self) -> D:
        return D(self.random.randint(1, 30_000)) / 100

    def when(self) -> datetime | None:
        """Now, or some days ago."""
        return self.now - timedelta(hours=self.random.randint(1, 96)) if self.random.random() < 0.3 else None

    def owe(self) -> None:
        at = self.when()
        day = self.store.day_of(at or self.now)
        due_on = day + timedelta(days=self.random.choice([0, 5, 30, 75])) if self.random.random() < 0.6 else None
        owes(self.customer, self.amount(), at=at, now=self.now, due_on=due_on, by=self.by)

    def pay(self) -> None:
        told = {"now": self.now, "by": self.by, "at": self.when()}
        mode = self.random.choice(["cash", "upi", "advance"])
        pays(self.customer, self.amount(), mode=mode, keep_rest=self.random.random() < 0.5, **told)

    def buy(self) -> None:
        """On credit, with cash and what is held for some of it, now or some days ago."""
        tenders = [Tender("advance", up_to=self.amount()), Tender("cash", up_to=self.amount()), Tender("credit")]
        told = {"tenders": self.random.sample(tenders[:2], self.random.randint(0, 2)) + tenders[2:], "now": self.now}
        items, buyer = [(self.haircut, self.random.randint(1, 9))], Buyer(customer_id=self.customer.pk)
        sell(self.store, self.by, items, buyer=buyer, at=self.when(), **told)

    def bring_back(self) -> None:
        """Some of what a bill sold, for money or kept as an advance."""
        bills = [bill for bill in self.customer.bills.order_by("at", "id") if any(one.left for one in bill.lines.all())]
        if bills:
            bill = self.random.choice(bills)
            part = self.random.randint(1, int(bill.lines.get().left))
            give = GiveBack(self.random.choice(["cash", "advance"]), over_debts=self.random.random() < 0.5)
            take_back(bill, part, by=self.by, now=self.now, give_back=give)

    def pay_ahead(self) -> None:
        add_advance(customer=self.customer, amount=self.amount(), mode="cash", by=self.by, now=self.now, at=self.when())

    def give_up(self) -> None:
        debts = list(Debt.objects.filter(customer=self.customer).open().order_by("at", "id"))
        if debts:
            debt = self.random.choice(debts)
            cause = self.random.choice([ReductionCause.RETURN, ReductionCause.WRITE_OFF])
            part = min(debt.balance, self.amount())
            reduce_debt(debt=debt, amount=part, cause=cause, reason="x", by=self.by, now=self.now)

    def undo(self) -> None:
        payments = list(DebtPayment.objects.filter(customer=self.customer).order_by("at", "id"))
        if payments:
            payment = self.random.choice(payments)
            reverse_payment(store=self.store, payment_id=payment.pk, reason="x", by=self.by, now=self.now)

    def refund(self) -> None:
        advances = list(AdvancePayment.objects.filter(customer=self.customer).open().order_by("at", "id"))
        if advances:
            pk = self.random.choice(advances).pk
            refund_advance(
                store=self.store, advance_id=pk, amount=None, mode="cash", reason="x", by=self.by, now=self.now
            )


def the_books_are_sound() -> bool:
    return {verdict.rule.name: verdict.wrong for verdict in check_books() if not verdict.is_ok} == {}


def test_what_closes_a_day_opens_the_next_for_any_history(store: Store) -> None:
    by, lines = UserFactory(), 0
    for seed in range(HISTORIES):
        life = Life(seed, store, by)
        life.live(12)
        begins, ends = store.day_of(BEGIN) - timedelta(days=5), store.day_of(life.now) + timedelta(days=1)
        whole = read_statement(life.customer, None, ends)
        assert min((line.debt_balance for line in whole.lines), default=0) >= 0
        assert min((line.advance_balance for line in whole.lines), default=0) >= 0
        closing, day, pieces = (D(0), D(0)), begins, []
        while day <= ends:
            told = read_statement(life.customer, day, day)
            assert (told.opening_debt, told.opening_advance) == closing
            closing = told.closing_debt, told.closing_advance
            aged = read_aging(store, day, life.customer)
            assert total_of(aged).total == told.closing_debt
            pieces += told.lines
            day += timedelta(days=1)
        kept = Customer.objects.get(pk=life.customer.pk)
        assert closing == (kept.debt_balance, kept.advance_balance)
        assert pieces == list(whole.lines)
        lines += len(pieces)
    assert lines > 1000
    assert min(Bill.objects.count(), Return.objects.count()) > HISTORIES / 2
    assert total_of(read_aging(store, date(2026, 3, 1))).total == sum(
        Customer.objects.filter(store=store).values_list("debt_balance", flat=True)
    )
    assert the_books_are_sound()


def test_the_31st_of_december_looks_the_same_in_february(store: Store) -> None:
    by, last = UserFactory(), date(2025, 12, 31)
    lives = [Life(seed, store, by) for seed in range(1000, 1020)]
    for life in lives:
        life.live(8)
        assert store.day_of(life.now) <= last

    def seen() -> str:
        told = [repr(read_statement(life.customer, date(2025, 12, 25), last)) for life in lives]
        return repr([told, read_aging(store, last)])

    before = seen()
    for life in lives:
        life.now = datetime(2026, 1, 1, 6, tzinfo=UTC)
        life.when = lambda: None
        life.live(12)
    assert seen() == before
    assert Return.objects.filter(day__gt=last, bill__day__lte=last).exists()
    assert repr(read_aging(store, date(2026, 2, 1))) != repr(read_aging(store, last))
    assert the_books_are_sound()


def test_the_survivors_statement_is_both_histories_in_order_of_date(store: Store) -> None:
    by = UserFactory()
    for seed in range(2000, 2010):
        lives = [Life(seed + more, store, by) for more in (0, 500)]
        for life in lives:
            life.live(15)
        first, last = store.day_of(BEGIN) - timedelta(days=5), max(store.day_of(life.now) for life in lives)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]

        def told(life: Life, days: list[date] = days) -> list[Statement]:
            return [read_statement(life.customer, day, day) for day in days]

        apart = [told(life) for life in lives]
        keys = {"survivor_id": lives[0].customer.pk, "loser_id": lives[1].customer.pk}
        merge_customers(store=store, **keys, by=by, now=lives[0].now + timedelta(days=90))
        for mine, theirs, both in zip(*apart, told(lives[0]), strict=True):
            assert sorted(map(happened, both.lines)) == sorted(map(happened, [*mine.lines, *theirs.lines]))
            assert [line.at for line in both.lines] == sorted(line.at for line in [*mine.lines, *theirs.lines])
            assert both.opening_net == mine.opening_net + theirs.opening_net
            assert both.closing_debt == mine.closing_debt + theirs.closing_debt
            assert both.closing_advance == mine.closing_advance + theirs.closing_advance
        assert read_statement(lives[1].customer, None, last).lines == []
    assert the_books_are_sound()


def happened(line: Line) -> tuple[str, ...]:
    """All that is said of it but the balances after it."""
    told = (line.at, line.kind, line.about, line.debt_change, line.advance_change, line.mode, line.reference, line.note)
    return tuple(map(str, told))


def test_the_small_hours_belong_to_the_stores_own_day(store: Store) -> None:
    """00:10 and 05:25 of 2 June in India are still 1 June in Greenwich."""
    asha = CustomerFactory(store=store)
    owes(asha, 100, now=datetime(2026, 6, 1, 18, 40, tzinfo=UTC))
    pays(asha, 30, now=datetime(2026, 6, 1, 23, 55, tzinfo=UTC))
    paid_ahead(asha, 5, at=datetime(2026, 6, 1, 18, 29, tzinfo=UTC))
    assert [line.text for line in read_statement(asha, date(2026, 6, 2), date(2026, 6, 2)).lines] == [
        "Credit",
        "Payment",
    ]
    assert [line.text for line in read_statement(asha, None, date(2026, 6, 1)).lines] == ["Advance paid"]
    assert read_aging(store, date(2026, 6, 1)) == []
    assert total_of(read_aging(store, date(2026, 6, 2))).total == D(70)


def test_statement_and_aging_take_a_fixed_number_of_queries(
    store: Store, django_assert_num_queries: Callable[[int], object]
) -> None:
    for _ in range(3):
        asha = CustomerFactory(store=store)
        for _ in range(20):
            owes(asha, 10)
    with django_assert_num_queries(2):
        read_statement(asha, date(2020, 1, 1), date(2099, 1, 1))
    with django_assert_num_queries(1):
        read_aging(store, date(2099, 1, 1))
