"""Three days of a real shop, sold again through the checkout: what comes out equals the file to the penny.

The file is the first three days of *Online Retail* (UCI): a British wholesaler, 337 invoices of up to 593 lines. Lines
of a quantity and a price above zero are sold. Each stock code is a product (codes that differ in letter case alone are
two) with one batch that holds enough; the batch has the first price seen, a line that was sold at another price has it
typed. A CustomerID is the name of a customer without a phone; lines without one are sold to nobody.

Cancellations become returns where a sale matches: 7 of 84 lines in these three days, whose other sales were before.

Prices have two decimals. The three days have no price of more; the whole year has four of 0.001 (`PADS`), which as a
price is 0.00 and as a line total, rounded at the line, is 0.00 as well. `price_of` rounds half up, as the line does.
"""

import csv
import gzip
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Count, Sum
from django.utils import timezone

from billing.models import Bill, BillLine, Product, Return, StockMovement
from billing.received import money_received
from billing.services.buyer import Buyer
from billing.services.checkout import Terms, checkout
from billing.services.quote import SaleItem
from billing.services.return_money import GiveBack
from billing.services.return_plan import ReturnItem
from billing.services.returns import return_goods
from billing.services.stock import receive_batch
from billing.services.tender import Tender
from customers.models import Customer
from viveka.books.check import check_books
from viveka.stores.models import Store, User
from viveka.stores.tests.factories import StoreFactory, UserFactory

pytestmark = [pytest.mark.data, pytest.mark.django_db(transaction=True)]
FILE = "retail/online_retail_sample_2010-12-01_03.csv.gz"
LONDON = ZoneInfo("Europe/London")
AMPLE = Decimal(1_000_000)


class Line(NamedTuple):
    """A line of the file that is a sale."""

    invoice: str
    code: str
    name: str
    quantity: Decimal
    at: datetime
    price: Decimal
    customer: str

    @property
    def total(self) -> Decimal:
        return self.quantity * self.price


def price_of(text: str) -> Decimal:
    return Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_UP)


def read(path: Path) -> tuple[list[Line], list[Line]]:
    """The sales, and the cancellations (their invoices begin with C, their quantities are above zero here)."""
    sales, cancelled = [], []
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            line = Line(
                row["InvoiceNo"],
                row["StockCode"],
                row["Description"] or row["StockCode"],
                abs(Decimal(row["Quantity"])),
                datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=LONDON),
                price_of(row["UnitPrice"]),
                row["CustomerID"],
            )
            if Decimal(row["Quantity"]) > 0 and line.price > 0:
                sales.append(line)
            elif line.invoice.startswith("C"):
                cancelled.append(line)
    return sales, cancelled


class Undone(NamedTuple):
    """A cancelled line and the sale that it matches: the invoice and the line's place in it."""

    line: Line
    invoice: str
    position: int


def matched(sales: list[Line], cancelled: list[Line]) -> list[Undone]:
    """Cancelled lines that match a sale: customer, code and price are the same, it was before, and as much is left of
    it; of several the last one. Of the others the sale was before these three days, or there was none (a discount)."""
    places: dict[str, int] = defaultdict(int)
    sold: dict[tuple[str, str, Decimal], list[list]] = defaultdict(list)
    for line in sales:
        places[line.invoice] += 1
        sold[line.customer, line.code, line.price].append([line, places[line.invoice], line.quantity])
    undone = []
    for line in sorted(cancelled, key=lambda line: line.at):
        candidates = sold[line.customer, line.code, line.price] if line.customer else []
        found = [one for one in candidates if one[0].at <= line.at and one[2] >= line.quantity]
        if found:
            last = max(found, key=lambda one: one[0].at)
            last[2] -= line.quantity
            undone.append(Undone(line, last[0].invoice, last[1]))
    return undone


def take_back(store: Store, by: User, undone: list[Undone]) -> None:
    """Each cancelled invoice is one return of each bill that it is about, at its moment."""
    invoices: dict[tuple[str, str], list[Undone]] = defaultdict(list)
    for one in undone:
        invoices[one.line.invoice, one.invoice].append(one)
    for (_, invoice), of in invoices.items():
        bill = Bill.objects.of(store).get(reference_number=invoice)
        lines = dict(bill.lines.values_list("position", "pk"))
        quantities: dict[int, Decimal] = defaultdict(Decimal)
        for one in of:
            quantities[one.position] += one.line.quantity
        return_goods(
            store=store,
            bill_id=bill.pk,
            items=[ReturnItem(lines[position], quantity) for position, quantity in quantities.items()],
            reason=f"Cancelled by {of[0].line.invoice}",
            by=by,
            now=of[0].line.at,
            give_back=GiveBack("card", of[0].line.invoice),
        )


def stock_up(store: Store, by: User, lines: Iterable[Line]) -> dict[str, Product]:
    """A product with an ample batch for each code, at the first price seen."""
    goods: dict[str, Product] = {}
    for line in lines:
        if line.code in goods:
            continue
        goods[line.code] = Product.objects.create(store=store, sku=line.code, name=line.name)
        receive_batch(
            product=goods[line.code],
            quantity=AMPLE,
            cost_price=Decimal(0),
            selling_price=line.price,
            received_at=datetime(2010, 11, 30, 9, tzinfo=LONDON),
            now=timezone.now(),
            by=by,
        )
    return goods


def replay(store: Store, by: User, lines: list[Line], goods: dict[str, Product]) -> None:
    """Each invoice is one sale, in the order of time; its lines in the order of the file."""
    prices: dict[str, Decimal] = {}
    for line in lines:
        prices.setdefault(line.code, line.price)
    invoices: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        invoices[line.invoice].append(line)
    for of in sorted(invoices.values(), key=lambda of: (of[0].at, of[0].invoice)):
        items = [
            SaleItem(goods[one.code].pk, one.quantity, None if one.price == prices[one.code] else one.price)
            for one in of
        ]
        checkout(
            store=store,
            by=by,
            items=items,
            tenders=[Tender("card", reference=of[0].invoice)],
            now=timezone.now(),
            at=of[0].at,
            buyer=Buyer(name=of[0].customer),
            terms=Terms(expected_total=sum((one.total for one in of), Decimal(0)), reference_number=of[0].invoice),
        )


def net_by_day(store: Store) -> dict[date, Decimal]:
    """What the days brought, by the list of money received: in, less what went out again."""
    net: dict[date, Decimal] = defaultdict(Decimal)
    for one in money_received(store):
        net[store.day_of(one.at)] += one.amount
    return net


def test_three_days_come_out_to_the_penny(real_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines, cancelled = read(real_data / FILE)
    undone = matched(lines, cancelled)
    by_day: dict[date, Decimal] = defaultdict(Decimal)
    back_by_day: dict[date, Decimal] = defaultdict(Decimal)
    by_customer: dict[str, Decimal] = defaultdict(Decimal)
    by_invoice: dict[str, int] = defaultdict(int)
    for line in lines:
        by_day[line.at.date()] += line.total
        by_customer[line.customer] += line.total
        by_invoice[line.invoice] += 1
    for one in undone:
        back_by_day[one.line.at.date()] += one.line.total
    assert (len(lines), len(by_invoice), max(by_invoice.values())) == (7290, 337, 593), "another file"
    assert (len(cancelled), len(undone)) == (84, 7), "another file"
    store = StoreFactory.create(region="GB", currency="GBP", timezone="Europe/London")
    by = UserFactory.create()

    began = time.monotonic()
    goods = stock_up(store, by, lines)
    stocked = time.monotonic()
    replay(store, by, lines, goods)
    take_back(store, by, undone)
    replayed = time.monotonic()
    verdicts = list(check_books())
    checked = time.monotonic()

    bills = Bill.objects.of(store)
    assert bills.count() == 337
    assert BillLine.objects.filter(bill__store=store).count() == 7290
    assert dict(bills.values_list("reference_number").annotate(Count("lines"))) == by_invoice
    assert dict(bills.values_list("day").annotate(Sum("total"))) == by_day
    returns = Return.objects.of(store)
    assert dict(returns.order_by().values_list("day").annotate(Sum("total"))) == back_by_day
    assert {day: total - back_by_day[day] for day, total in by_day.items()} == net_by_day(store)
    anonymous = by_customer.pop("")
    assert bills.filter(customer=None).aggregate(total=Sum("total"))["total"] == anonymous
    assert dict(bills.exclude(customer=None).values_list("customer_name").annotate(Sum("total"))) == by_customer
    for one in undone:
        by_customer[one.line.customer] -= one.line.total
    assert dict(Customer.objects.of(store).values_list("name", "total_purchases")) == by_customer
    moved = StockMovement.objects.filter(store=store, reason="returned")
    assert sum(moved.values_list("quantity", flat=True)) == sum(one.line.quantity for one in undone)
    assert [bill.number for bill in bills.order_by("sequence")] == [f"BILL-1011-{n:06d}" for n in range(1, 338)]
    assert [verdict.rule.name for verdict in verdicts if not verdict.is_ok] == []
    with capsys.disabled():
        print(
            f"\n  3 days of a real shop: {len(goods)} products in {stocked - began:.1f} s, 337 bills of 7,290 lines"
            f" and {returns.count()} returns of {len(undone)} cancelled lines in {replayed - stocked:.1f} s,"
            f" checked in {checked - replayed:.1f} s",
            file=sys.stderr,
        )


def test_codes_that_differ_in_case_are_two_products(real_data: Path) -> None:
    codes = {line.code for line in read(real_data / FILE)[0]}
    assert len(codes) - len({code.upper() for code in codes}) == 26
    store, by = StoreFactory.create(), UserFactory.create()
    goods = stock_up(store, by, [line for line in read(real_data / FILE)[0] if line.code.upper() == "15056BL"])
    assert {product.sku for product in goods.values()} == {"15056bl", "15056BL"}
    assert [product.sku for product in Product.objects.of(store).with_code("15056bl")] == ["15056bl"]


def test_a_price_of_a_tenth_of_a_penny_is_nothing() -> None:
    assert (price_of("0.001"), price_of("0.005"), price_of("2.55")) == (Decimal(0), Decimal("0.01"), Decimal("2.55"))
