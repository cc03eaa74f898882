"""What every deed of the machine shares: the clock, where one stands, refusals without a trace, and the comparing."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from typing import Any, TypeVar

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from billing.models import Batch, Bill, Product
from billing.received import money_by_mode
from billing.services.stock import receive_batch
from billing.tests.factories import ProductFactory
from billing.tills import summarize
from customers.models import Customer as CustomerRow
from customers.tests.factories import CustomerFactory
from debts.models import Debt as DebtRow
from debts.statement import read_statement
from tests.machine.shop import Customer, Goods, Line, Lot, Shop
from viveka.books.check import check_books
from viveka.legacy.recount import recount
from viveka.stores.errors import Refused
from viveka.stores.models import TillSession
from viveka.stores.tests.factories import StoreFactory, staff
from viveka.stores.tills import add_till, standing_at

BEGIN = datetime(2026, 3, 28, 5, tzinfo=UTC)  # within the runs the financial year ends
PICKS = st.integers(0, 10_000)
SHARES = st.integers(1, 100)
METHODS = st.sampled_from(["cash", "cash", "card", "upi", "bank_transfer"])
SHELF = [  # name, unit, policy, own price, lots of (quantity, cost, price)
    ("Soap", "pc", "refuse", "100", [("10", "50", "100"), ("10", "30", "100"), ("8", "72.35", "110")]),
    ("Sugar", "kg", "refuse", None, [("4.250", "41.37", "55"), ("9.5", "43.99", "55.50")]),
    ("Bread", "pc", "allow", "45", [("3", "33.33", "45")]),
    ("Oil", "kg", "allow", None, [("1.5", "120.07", "160.10")]),
    ("Haircut", "hour", "none", "199.99", []),
]
_COUNTED = [
    f"SELECT '{table}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} AS t"
    for table in (
        *[
            "billing_bill",
            "billing_billline",
            "billing_payment",
            "billing_batch",
            "billing_product",
            "billing_stockmovement",
        ],
        *["billing_stockadjustment", "billing_stockshortage", "billing_shortagesettlement", "billing_return"],
        *["billing_returnline", "billing_moneyback", "billing_creditnote", "billing_creditnoteline"],
        *["billing_creditnotemoney", "billing_billmove", "billing_methodchange", "billing_reassignment"],
        *["debts_debt", "debts_debtpayment", "debts_allocation", "debts_debtreduction", "debts_paymentreversal"],
        *["advances_advancepayment", "advances_deduction", "advances_utilization", "advances_walletentry"],
        *["customers_customer", "customers_merge", "customers_mergeundo", "stores_counter"],
        *["stores_tillsession", "stores_tillentry", "stores_tillcount"],
    )
]
_DIGEST = " UNION ALL ".join(_COUNTED)
Thing = TypeVar("Thing")

done: Counter[str] = Counter()
refused: Counter[str] = Counter()


def picked(things: "list[Thing]", number: int) -> Thing:
    return things[number % len(things)]


class AtWork(RuleBasedStateMachine):
    """One shop in one transaction, which is rolled back at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.store = StoreFactory()
        self.by, self.other = staff(self.store, "manager"), staff(self.store, "cashier")
        self.manager = self.by
        self.now = BEGIN
        self.shop = Shop()
        self.till: int | None = None  # where they stand
        self.tills = [add_till(store=self.store, name=name).pk for name in ("Front", "Back")]
        self.sessions: dict[int, int] = {}  # the open one of a till
        for n in range(3):
            row = CustomerFactory(store=self.store, phone=f"+91984500000{n}")
            self.shop.customers.append(Customer(row.pk, row.phone))
        for name, unit, policy, price, lots in SHELF:
            row = ProductFactory(
                store=self.store, name=name, unit=unit, stock_policy=policy, selling_price=price and D(price)
            )
            goods = Goods(row.pk, name, unit, policy, row.selling_price)
            self.shop.goods.append(goods)
            for days, lot in zip(range(9, 0, -1), lots, strict=False):
                quantity, cost, own = map(D, lot)
                self.receive_lot(goods, quantity, cost, own, self.now - timedelta(days=days))

    def teardown(self) -> None:
        try:
            self.insist_on_sound_books()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def told(self) -> dict[str, Any]:
        """Who and when; some minutes have passed."""
        self.now += timedelta(minutes=7)
        return {"by": self.by, "now": self.now}

    @property
    def day(self) -> Any:
        return self.store.day_of(self.now)

    @property
    def session(self) -> int | None:
        """What money moves in here is part of."""
        return self.sessions.get(self.till) if self.till else None

    @contextmanager
    def deed(self, name: str) -> Iterator[None]:
        """At the till where one stands. What is refused leaves no trace of money or goods."""
        before = digest()
        try:
            with standing_at(self.till):
                yield
        except Refused as refusal:
            if os.environ.get("VIVEKA_MACHINE_TELLS"):
                print(f"{name}: {type(refusal).__name__}: {refusal}")
            refused[name] += 1
            after = digest()
            assert after == before, f"{name} was refused and left {set(after) ^ set(before)}"
        else:
            done[name] += 1

    def receive_lot(self, goods: Goods, quantity: D, cost: D, price: D | None, at: datetime, **more: Any) -> None:
        row = receive_batch(
            product=Product.objects.get(pk=goods.pk), quantity=quantity, cost_price=cost, selling_price=price,
            received_at=at, now=self.now, by=self.by, **more,
        )  # fmt: skip
        self.put_in(goods, row, settles=True)

    def put_in(self, goods: Goods, row: Batch, *, settles: bool) -> Lot:
        """A new batch in the shop's own books too."""
        lot = Lot(
            row.pk, row.received_at, row.quantity, row.cost_price, row.selling_price, row.mrp, row.expiry_date,
            row.quantity,
        )  # fmt: skip
        goods.lots.append(lot)
        if settles:
            goods.settle([lot], self.day)
        return lot

    @invariant()
    def the_books_are_the_shops(self) -> None:
        with connection.cursor() as cursor:  # what a commit would look at
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        shop = self.shop
        rows = Product.objects.filter(store=self.store).values_list("pk", "current_stock", "short")
        assert set(rows) == {(one.pk, one.stock, one.short) for one in shop.goods}
        batches = Batch.objects.filter(store=self.store).values_list("pk", "remaining")
        assert dict(batches) == {lot.pk: lot.remaining for one in shop.goods for lot in one.lots}
        figures = CustomerRow.objects.filter(store=self.store).values_list(
            "pk", "debt_balance", "advance_balance", "total_purchases", "purchase_count"
        )
        assert {pk: rest for pk, *rest in figures} == {one.pk: list(one.figures) for one in shop.customers + shop.gone}
        debts = DebtRow.objects.filter(store=self.store).values_list("pk", "balance")
        assert dict(debts) == {debt.pk: debt.balance for one in shop.customers for debt in one.debts}
        received = {mode: amount for mode, amount in money_by_mode(self.store).items() if amount}
        assert received == {mode: amount for mode, amount in shop.received.items() if amount}
        for pk, cash in shop.drawers.items():
            assert summarize(self.store, TillSession.objects.get(pk=pk)).expected == cash

    def insist_on_sound_books(self) -> None:
        """Every rule, every count, every statement; and what came back whole left nothing."""
        broken = {verdict.rule.name: verdict.wrong for verdict in check_books(self.store) if not verdict.is_ok}
        assert broken == {}
        assert recount(store=self.store, dry_run=True) == []
        for customer in self.shop.customers:
            row = CustomerRow.objects.get(pk=customer.pk)
            statement = read_statement(row, self.store.day_of(BEGIN) - timedelta(days=30), self.day)
            assert (statement.closing_debt, statement.closing_advance) == (customer.owed, customer.held)
        for sale in self.shop.sales:
            self.insist_on_bill(sale.pk, sale.lines, is_gone=sale.is_gone)

    def insist_on_bill(self, pk: Any, lines: list[Line], *, is_gone: bool) -> None:
        bill = Bill.objects.with_status().prefetch_related("lines__return_lines", "lines__movements").get(pk=pk)
        assert bill.kept_total == sum((line.total - line.worth_back for line in lines), D(0))
        assert bill.kept_cost == sum((line.cost - line.cost_back for line in lines), D(0))
        assert (bill.status in ("returned", "void")) == is_gone and (bill.kept_profit == 0 or not is_gone)
        for row, line in zip(bill.lines.order_by("position"), lines, strict=True):
            assert (row.pk, row.returned) == (line.pk, line.returned)
            back = [(one.quantity, one.total, one.cost) for one in row.return_lines.all()]
            sums = tuple(sum((part[n] for part in back), D(0)) for n in range(3))
            assert sums == (line.returned, line.worth_back, line.cost_back)
            out = -sum((one.quantity for one in row.movements.all() if one.reason != "adjusted"), D(0))
            assert out == sum((part for _, part in line.out), D(0))
            if is_gone:
                assert (out, line.short, row.total - sums[1], line.cost - sums[2]) == (0, 0, 0, 0)


def digest() -> list[Any]:
    """What the tables of money and goods hold, in a few numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST)
        return list(cursor.fetchall())
