"""A real trade ledger (ClassicModels) through the shop's own services: orders on credit, payments, credit limits.

What comes out is compared with sums over the files, and with a FIFO of ten lines.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from billing.models import Bill, Product
from billing.services.buyer import Buyer
from billing.services.checkout import checkout
from billing.services.quote import SaleItem
from billing.services.tender import Tender
from billing.tests.factories import ProductFactory
from customers.models import Customer
from debts.aging import read_aging, total_of
from debts.models import Allocation, Debt
from debts.services import CreditLimitPassed, Permission, Repayment, repay_debts, set_credit_account
from debts.statement import read_statement
from viveka.books.check import check_books
from viveka.stores.models import StockPolicy, Store, User

pytestmark = [pytest.mark.django_db, pytest.mark.data]
ABOVE_THE_LIMIT = {"10165", "10334", "10394", "10401", "10407", "10414"}


@dataclass(frozen=True)
class Event:
    """An order (with its lines) or a payment (without)."""

    day: date
    customer: str
    number: str
    amount: D
    lines: tuple[tuple[str, D, D], ...] = ()


def rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with gzip.open(folder / f"ledger/classicmodels_{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@pytest.fixture
def events(real_data: Path) -> list[Event]:
    """In order of date; orders before payments of a day."""
    lines = defaultdict(list)
    for row in rows(real_data, "orderdetails"):
        lines[row["orderNumber"]].append((row["productCode"], D(row["quantityOrdered"]), D(row["priceEach"])))
    found = []
    for row in rows(real_data, "orders"):
        bought = tuple(lines[row["orderNumber"]])
        total = sum((quantity * price for _, quantity, price in bought), D(0))
        day = date.fromisoformat(row["orderDate"])
        found.append(Event(day, row["customerNumber"], row["orderNumber"], total, bought))
    for row in rows(real_data, "payments"):
        day = date.fromisoformat(row["paymentDate"])
        found.append(Event(day, row["customerNumber"], row["checkNumber"], D(row["amount"])))
    return sorted(found, key=lambda event: (event.day, not event.lines, event.customer, event.number))


class Books:
    """The store's books as the services write them."""

    def __init__(self, store: Store, manager: User, folder: Path) -> None:
        self.store, self.manager, self.now = store, manager, timezone.now()
        self.permitted: set[str] = set()
        self.kept: set[str] = set()
        self.customers: dict[str, Customer] = {}
        for row in rows(folder, "customers"):
            # Their phones are of all countries and shapes: here a name is enough.
            name = f"{row['customerName']} ({row['customerNumber']})"
            found = Customer.objects.find_or_create(store=store, details={"name": name}).customer
            found.store = store
            set_credit_account(customer=found, by=manager, credit_limit=D(row["creditLimit"]), terms_days=30)
            self.customers[row["customerNumber"]] = found
        told: dict[str, Any] = {"store": store, "stock_policy": StockPolicy.NONE}
        self.products: dict[str, Product] = {
            row["productCode"]: ProductFactory(name=row["productName"], sku=row["productCode"], **told)
            for row in rows(folder, "products")
        }

    def enter(self, event: Event) -> None:
        at = datetime(event.day.year, event.day.month, event.day.day, 5 if event.lines else 9, tzinfo=UTC)
        self.sell(event, at) if event.lines else self.receive(event, at)

    def sell(self, event: Event, at: datetime) -> None:
        items = [SaleItem(self.products[code].pk, quantity, price) for code, quantity, price in event.lines]
        told: dict[str, Any] = {"store": self.store, "by": self.manager, "items": items, "now": self.now, "at": at}
        told["buyer"] = Buyer(customer_id=self.customers[event.customer].pk)
        try:
            sale = checkout(**told, tenders=[Tender("credit", reference=event.number)])
        except CreditLimitPassed:
            self.permitted.add(event.number)
            permission = Permission(self.manager, "Known for years")
            sale = checkout(**told, tenders=[Tender("credit", reference=event.number, permission=permission)])
        assert sale.bill.total == event.amount
        customer = Customer.objects.get(pk=sale.bill.customer_id)
        if customer.advance_balance:  # paid before it was owed
            self.pay(event, at, min(customer.advance_balance, customer.debt_balance), "advance")

    def receive(self, event: Event, at: datetime) -> None:
        owed = Customer.objects.get(pk=self.customers[event.customer].pk).debt_balance
        if event.amount > owed:
            self.kept.add(event.number)
        self.pay(event, at, event.amount, "bank_transfer")

    def pay(self, event: Event, at: datetime, amount: D, mode: str) -> None:
        repayment = Repayment(amount, mode, event.number, keep_rest=mode != "advance")
        told: dict[str, Any] = {"by": self.manager, "now": self.now, "at": at}
        repay_debts(customer=self.customers[event.customer], repayment=repayment, **told)


def oldest_first(events: list[Event]) -> dict[tuple[str, str], D]:
    """How much of which payment settles which order: the oldest of either first, whichever of the two came before."""
    settled: dict[tuple[str, str], D] = {}
    for customer in {event.customer for event in events}:
        mine = [event for event in events if event.customer == customer]
        orders = [(event.number, event.amount) for event in mine if event.lines]
        payments = [(event.number, event.amount) for event in mine if not event.lines]
        while orders and payments:
            (order, owed), (payment, paid) = orders.pop(0), payments.pop(0)
            settled[payment, order] = part = min(owed, paid)
            orders[:0] = [(order, owed - part)] if owed > part else []
            payments[:0] = [(payment, paid - part)] if paid > part else []
    return settled


def settled_in_the_books() -> dict[tuple[str, str], D]:
    """The same, as the services wrote it; what was kept of a payment as an advance is that payment's still."""
    settled: dict[tuple[str, str], D] = defaultdict(D)
    parts = Allocation.objects.select_related("payment__deduction", "debt__payment").order_by("id")
    for part in parts:
        order = part.debt.payment.reference
        if part.payment.mode != "advance":
            settled[part.payment.reference, order] += part.amount
            continue
        assert part.payment.deduction.amount == part.amount
        for use in part.payment.deduction.utilizations.all():
            settled[use.advance.debt_payment.reference, order] += use.amount
    return dict(settled)


def test_the_trade_ledger(store: Store, manager: User, real_data: Path, events: list[Event]) -> None:
    books = Books(store, manager, real_data)
    for event in events:
        books.enter(event)

    expected: dict[str, D] = defaultdict(D)
    for event in events:
        expected[event.customer] += event.amount if event.lines else -event.amount
    kept = {
        pk: (owed, held) for pk, owed, held in Customer.objects.values_list("pk", "debt_balance", "advance_balance")
    }
    assert {number: kept[one.pk][0] - kept[one.pk][1] for number, one in books.customers.items()} == {
        number: expected[number] for number in books.customers
    }
    assert all(held == 0 for _, held in kept.values())
    assert (books.permitted, books.kept) == (ABOVE_THE_LIMIT, {"NB291497"})
    allowed = Debt.objects.filter(allowed_by=manager, allowed_why="Known for years")
    assert set(allowed.values_list("payment__reference", flat=True)) == ABOVE_THE_LIMIT
    assert Bill.objects.count() == 326

    settled = oldest_first(events)
    assert settled_in_the_books() == settled
    orders = {event.number: event.amount for event in events if event.lines}
    for (_, order), part in settled.items():
        orders[order] -= part
    assert dict(Debt.objects.values_list("payment__reference", "balance")) == orders

    last = date(2005, 6, 30)
    assert total_of(read_aging(store, last)).total == sum(expected.values())
    for number, one in books.customers.items():
        told = read_statement(one, None, last)
        assert told.net == expected[number]
    before = [read_statement(one, None, date(2004, 12, 31)).net for one in books.customers.values()]
    after = [read_statement(one, date(2005, 1, 1), last).opening_net for one in books.customers.values()]
    assert before == after
    assert sum(before) == sum(
        event.amount if event.lines else -event.amount for event in events if event.day.year < 2005
    )
    assert {verdict.rule.name: verdict.wrong for verdict in check_books() if not verdict.is_ok} == {}


@pytest.mark.parametrize("number", ["141", "357", "496"])
def test_the_statement_of_a_customer_reads_as_the_files_do(
    store: Store, manager: User, real_data: Path, events: list[Event], number: str
) -> None:
    books = Books(store, manager, real_data)
    mine = [event for event in events if event.customer == number]
    for event in mine:
        books.enter(event)
    lines = read_statement(books.customers[number], None, date(2005, 6, 30)).lines
    read = [
        (store.day_of(line.at), line.debit, line.credit)
        for line in lines
        if line.mode != "advance" and line.debt_change
    ]
    told = [(event.day, event.amount, D(0)) if event.lines else (event.day, D(0), event.amount) for event in mine]
    if number == "357":  # one payment came before its order: an advance first, used on the day of the order
        assert [line.text for line in lines].count("Used from advance") == 1
        (ahead,) = [line for line in lines if line.reference == "NB291497"]
        assert (ahead.text, ahead.mode, ahead.advance_change) == ("Advance paid", "bank_transfer", D("36442.34"))
        assert sum(debit - credit for _, debit, credit in told) == lines[-1].net
    else:
        assert read == told
    balance = D(0)
    for line in lines:
        balance += line.debt_change - line.advance_change
        assert line.net == balance
