"""Any sequence of what can happen to advances keeps every identity and the FIFO order.

The same sequences are booked a second time by beancount, whose FIFO is somebody else's: it must use the same lots.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from beancount import loader
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from advances.models import AdvancePayment, Deduction, WalletEntry
from advances.services import (
    InsufficientAdvance,
    add_advance,
    deduct_advance,
    expire_advances,
    refund_advance,
    restore_advances,
    reverse_advance,
)
from advances.tests.factories import with_balance
from billing.models import Bill
from billing.services.buyer import Buyer
from billing.services.returns import void_bill
from billing.services.tender import Tender
from billing.tests.factories import ProductFactory, sell, take_back
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.books.advances import RULES
from viveka.stores.errors import Conflict
from viveka.stores.tests.factories import StoreFactory, UserFactory

BEGIN = datetime(2026, 1, 1, 6, tzinfo=UTC)
EXAMPLES, EXAMPLES_AT_THE_COUNTER, STEPS = 60, 8, 40
AMOUNTS = st.decimals("0.01", 300, places=2)
PICKS = st.integers(0, 10_000)
Place = tuple[datetime, Any]  # of an advance: its moment and id, which is their order
Parts = list[tuple[Place, D]]

done: list[str] = []  # every step of the run, to see that there were enough


class Ledger(RuleBasedStateMachine):
    """One customer's advances, beside a model of dictionaries: what remains of each advance, oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.store, self.by = StoreFactory(), UserFactory()
        self.customer = CustomerFactory(store=self.store)
        self.now = BEGIN + timedelta(days=400)
        self.remaining: dict[Place, D] = {}
        self.journal: list[tuple[str, Any]] = []
        self.deductions: list[tuple[Deduction, Parts]] = []
        self.bills: dict[Any, Bill] = {}  # by deduction, where the use was a sale

    def teardown(self) -> None:
        try:
            broken = {rule.name: list(rule.find([self.store.pk])) for rule in RULES if rule.name != USED}
            assert broken == {rule.name: [] for rule in RULES if rule.name != USED}
            assert list(booked_by_beancount(self.journal)) == list(booked_by_us(self.deductions))
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def step(self, name: str) -> dict[str, Any]:
        done.append(name)
        self.now += timedelta(minutes=7)
        return {"by": self.by, "now": self.now}

    @property
    def oldest_first(self) -> list[Place]:
        return sorted(place for place, remaining in self.remaining.items() if remaining)

    def pick(self, number: int) -> Place:
        open_ones = self.oldest_first
        return open_ones[number % len(open_ones)]

    @rule(amount=AMOUNTS, days_ago=st.integers(0, 300))
    def add(self, amount: D, days_ago: int) -> None:
        told = self.step("add")
        at = self.now - timedelta(days=days_ago) if days_ago else None
        advance = add_advance(customer=self.customer, amount=amount, mode="cash", at=at, **told)
        place = (advance.at, advance.pk)
        self.remaining[place] = amount
        self.journal.append(("add", (place, amount)))

    @rule(amount=st.one_of(AMOUNTS, st.decimals(300, 2000, places=2)))
    def deduct(self, amount: D) -> None:
        told = self.step("deduct") | {"customer": self.customer, "amount": amount}
        if amount > sum(self.remaining.values()):
            with pytest.raises(InsufficientAdvance):
                deduct_advance(**told)
            return
        self.use(deduct_advance(**told), amount)

    def use(self, deduction: Deduction, amount: D) -> None:
        """So much was used, the oldest first."""
        parts = []
        for place in self.oldest_first:
            part = min(amount, self.remaining[place])
            if part:
                parts.append((place, part))
            self.remaining[place] -= part
            amount -= part
        self.deductions.append((deduction, parts))
        self.journal.append(("deduct", sum(part for _, part in parts)))

    @precondition(lambda self: self.oldest_first)
    @rule(number=PICKS, share=st.integers(1, 100))
    def refund(self, number: int, share: int) -> None:
        told, place = self.step("refund"), self.pick(number)
        part = max(D("0.01"), (self.remaining[place] * share / 100).quantize(D("0.01")))
        refund_advance(store=self.store, advance_id=place[1], amount=part, mode="upi", reason="x", **told)
        self.take_out(place, part)

    @precondition(lambda self: self.remaining)
    @rule(number=PICKS)
    def reverse(self, number: int) -> None:
        told, place = self.step("reverse"), sorted(self.remaining)[number % len(self.remaining)]
        whole = AdvancePayment.objects.get(pk=place[1]).amount
        if self.remaining[place] != whole:
            with pytest.raises(Conflict):
                reverse_advance(store=self.store, advance_id=place[1], reason="x", **told)
            return
        reverse_advance(store=self.store, advance_id=place[1], reason="x", **told)
        self.take_out(place, whole)

    @rule(days=st.integers(30, 400))
    def expire(self, days: int) -> None:
        told = self.step("expire")
        begins = self.store.start_of(self.store.day_of(self.now) - timedelta(days=days))
        old = [place for place in self.oldest_first if place[0] < begins]
        gone = expire_advances(store=self.store, days=days, **told)
        assert [(one.at, one.pk) for one in gone] == old
        assert expire_advances(store=self.store, days=days, **told) == []
        for place in old:
            self.take_out(place, self.remaining[place])

    @precondition(lambda self: self.deductions)
    @rule(number=PICKS, share=st.integers(1, 100))
    def restore(self, number: int, share: int) -> None:
        told, n = self.step("restore"), number % len(self.deductions)
        deduction, parts = self.deductions[n]
        left = sum(part for _, part in parts) - sum(self.given_back(deduction, parts).values())
        if not left or deduction.pk in self.bills:
            return
        amount = max(D("0.01"), (left * share / 100).quantize(D("0.01")))
        with self.gives(deduction, parts, amount):
            restore_advances(deduction=deduction, amount=amount, reason="Returned", **told)

    def given_back(self, deduction: Deduction, parts: Parts) -> dict[Place, D]:
        """What came back already, by advance."""
        back = {place: D(0) for place, _ in parts}
        for entry in WalletEntry.objects.filter(deduction=deduction, cause="restoration").select_related("advance"):
            back[(entry.advance.at, entry.advance_id)] += entry.change
        return back

    @contextmanager
    def gives(self, deduction: Deduction, parts: Parts, rest: D) -> Iterator[None]:
        """So much goes back to the same advances, the one used last first."""
        back = self.given_back(deduction, parts)
        yield
        for place, part in reversed(parts):
            given = min(rest, part - back[place])
            rest -= given
            self.remaining[place] += given
            if given:
                self.journal.append(("give", (place, given)))

    def take_out(self, place: Place, part: D) -> None:
        self.remaining[place] -= part
        self.journal.append(("take", (place, part)))

    @invariant()
    def the_books_are_the_model(self) -> None:
        kept = {(one.at, one.pk): one.remaining_amount for one in AdvancePayment.objects.filter(store=self.store)}
        assert kept == self.remaining
        balance = Customer.objects.get(pk=self.customer.pk).advance_balance
        lines = [entry.balance for entry in with_balance(self.customer.wallet.all())]
        assert balance == sum(self.remaining.values()) == (lines[-1] if lines else 0)
        assert all(line >= 0 for line in lines)


class Counter(Ledger):
    """The same at the counter: bills paid from the balance in part, goods taken back, bills made void."""

    def __init__(self) -> None:
        super().__init__()
        self.service = ProductFactory(store=self.store, stock_policy="none", unit="hour", selling_price=D("1.00"))

    @precondition(lambda self: self.oldest_first)
    @rule(share=st.integers(1, 100), cash=st.sampled_from([D(0), D("7.50")]))
    def sell(self, share: int, cash: D) -> None:
        now = self.step("sell")["now"]
        amount = max(D("0.01"), (sum(self.remaining.values()) * share / 100).quantize(D("0.01")))
        tenders = [Tender("advance", amount), *([Tender("cash", cash)] if cash else [])]
        buyer = Buyer(phone=self.customer.phone or "")
        sale = sell(self.store, self.by, [(self.service, amount + cash)], tenders=tenders, buyer=buyer, now=now)
        deduction = Deduction.objects.get(payment__bill=sale.bill)
        self.bills[deduction.pk] = sale.bill
        self.use(deduction, amount)

    @precondition(lambda self: self.bills)
    @rule(number=PICKS, share=st.integers(1, 99))
    def take_back(self, number: int, share: int) -> None:
        """The advance is given back first, money only for the rest."""
        told = self.step("take_back")
        deduction, parts, bill, left = self.sold(number)
        line = bill.lines.get()
        quantity = ((line.quantity - line.returned) * share / 100).quantize(D("0.01"))
        if not quantity:
            return
        with self.gives(deduction, parts, min(quantity, left)):
            take_back(bill, quantity, by=told["by"], now=told["now"])

    @precondition(lambda self: self.bills)
    @rule(number=PICKS)
    def void(self, number: int) -> None:
        """After it the advances are as if there had been no sale."""
        told = self.step("void") | {"store": self.store, "reason": "Wrong customer"}
        deduction, parts, bill, left = self.sold(number)
        if bill.lines.get().returned or self.store.day_of(told["now"]) != bill.day:
            with pytest.raises(Conflict):
                void_bill(bill_id=bill.pk, **told)
            return
        assert left == sum(part for _, part in parts)
        with self.gives(deduction, parts, left):
            void_bill(bill_id=bill.pk, **told)

    def sold(self, number: int) -> tuple[Deduction, Parts, Bill, D]:
        """A sale, and what it still has of the balance."""
        sales = [one for one in self.deductions if one[0].pk in self.bills]
        deduction, parts = sales[number % len(sales)]
        left = sum((part for _, part in parts), D(0)) - sum(self.given_back(deduction, parts).values())
        return deduction, parts, self.bills[deduction.pk], left


USED = "deduction_paid_one_thing"  # here they pay nothing: there is no bill


def booked_by_us(deductions: list[Any]) -> Iterator[list[tuple[str, D]]]:
    """For each use, from which advance how much, as the database has it."""
    for deduction, _ in deductions:
        parts = deduction.utilizations.order_by("id").values_list("advance_id", "amount")
        yield [(str(advance), amount) for advance, amount in parts]


def booked_by_beancount(journal: list[tuple[str, Any]]) -> Iterator[list[tuple[str, D]]]:
    """The same by beancount: a lot for each advance, its date the place in the order of age."""
    places = sorted(what[0] for kind, what in journal if kind == "add")
    lots = {place: f'1 INR, {date(2000, 1, 1) + timedelta(days=n)}, "{place[1]}"' for n, place in enumerate(places)}
    text = ['2000-01-01 open Liabilities:Advances ADV "FIFO"', "2000-01-01 open Assets:Cash"]
    for n, (kind, what) in enumerate(journal):
        if kind == "deduct":
            posting = f"-{what} ADV {{}}"
        else:
            place, amount = what
            posting = f"{'-' if kind == 'take' else ''}{amount} ADV {{{lots[place]}}}"
        text.append(
            f'{date(2010, 1, 1) + timedelta(days=n)} * "{kind}"\n  Liabilities:Advances  {posting}\n  Assets:Cash'
        )
    entries, errors, _ = loader.load_string("\n".join(text) + "\n")
    assert errors == []
    for entry in entries:
        if getattr(entry, "narration", "") == "deduct":
            yield [(part.cost.label, -part.units.number) for part in entry.postings if part.cost]


@pytest.mark.django_db
def test_any_sequence_keeps_the_books() -> None:
    """In the ledger by itself, and at the counter: 2,400 steps and 320 more in which bills are made and undone."""
    done.clear()
    _run(Ledger, EXAMPLES)
    for _ in range(5):  # Hypothesis leaves rules out of a run at times
        _run(Counter, EXAMPLES_AT_THE_COUNTER)
        if {"take_back", "void"} <= set(done):
            break
    assert len(done) >= 2000, f"only {len(done)} steps"
    assert set(done) == {"add", "deduct", "refund", "reverse", "expire", "restore", "sell", "take_back", "void"}


def _run(machine: type[Ledger], examples: int) -> None:
    kept = settings(
        max_examples=examples, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine, settings=kept)
