"""Three days of a real shop, sold again through the checkout: what comes out equals the file to the penny.

The file is the first three days of *Online Retail* (UCI): a British wholesaler, 337 invoices of up to 593 lines. Lines
of a quantity and a price above zero are sold. Each stock code is a product (codes that differ in letter case alone are
two) with one batch that holds enough; the batch has the first price seen, a line that was sold at another price has it
typed. A CustomerID is the name of a customer without a phone; lines without one are sold to nobody.

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

from billing.models import Bill, BillLine, Product
from billing.services.buyer import Buyer
from billing.services.checkout import Terms, checkout
from billing.services.quote import SaleItem
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


def read(path: Path) -> list[Line]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [
            Line(
                row["InvoiceNo"],
                row["StockCode"],
                row["Description"] or row["StockCode"],
                Decimal(row["Quantity"]),
                datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=LONDON),
                price_of(row["UnitPrice"]),
                row["CustomerID"],
            )
            for row in csv.DictReader(file)
            if Decimal(row["Quantity"]) > 0 and Decimal(row["UnitPrice"]) > 0
        ]


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


def test_three_days_come_out_to_the_penny(real_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = read(real_data / FILE)
    by_day: dict[date, Decimal] = defaultdict(Decimal)
    by_customer: dict[str, Decimal] = defaultdict(Decimal)
    by_invoice: dict[str, int] = defaultdict(int)
    for line in lines:
        by_day[line.at.date()] += line.total
        by_customer[line.customer] += line.total
        by_invoice[line.invoice] += 1
    assert (len(lines), len(by_invoice), max(by_invoice.values())) == (7290, 337, 593), "another file"
    store = StoreFactory.create(region="GB", currency="GBP", timezone="Europe/London")
    by = UserFactory.create()

    began = time.monotonic()
    goods = stock_up(store, by, lines)
    stocked = time.monotonic()
    replay(store, by, lines, goods)
    replayed = time.monotonic()
    verdicts = list(check_books())
    checked = time.monotonic()

    bills = Bill.objects.of(store)
    assert bills.count() == 337
    assert BillLine.objects.filter(bill__store=store).count() == 7290
    assert dict(bills.values_list("reference_number").annotate(Count("lines"))) == by_invoice
    assert dict(bills.values_list("day").annotate(Sum("total"))) == by_day
    anonymous = by_customer.pop("")
    assert bills.filter(customer=None).aggregate(total=Sum("total"))["total"] == anonymous
    assert dict(bills.exclude(customer=None).values_list("customer_name").annotate(Sum("total"))) == by_customer
    assert dict(Customer.objects.of(store).values_list("name", "total_purchases")) == by_customer
    assert [bill.number for bill in bills.order_by("sequence")] == [f"BILL-1011-{n:06d}" for n in range(1, 338)]
    assert [verdict.rule.name for verdict in verdicts if not verdict.is_ok] == []
    with capsys.disabled():
        print(
            f"\n  3 days of a real shop: {len(goods)} products in {stocked - began:.1f} s, 337 bills of 7,290 lines"
            f" in {replayed - stocked:.1f} s, checked in {checked - replayed:.1f} s",
            file=sys.stderr,
        )


def test_codes_that_differ_in_case_are_two_products(real_data: Path) -> None:
    codes = {line.code for line in read(real_data / FILE)}
    assert len(codes) - len({code.upper() for code in codes}) == 26
    store, by = StoreFactory.create(), UserFactory.create()
    goods = stock_up(store, by, [line for line in read(real_data / FILE) if line.code.upper() == "15056BL"])
    assert {product.sku for product in goods.values()} == {"15056bl", "15056BL"}
    assert [product.sku for product in Product.objects.of(store).with_code("15056bl")] == ["15056bl"]


def test_a_price_of_a_tenth_of_a_penny_is_nothing() -> None:
    assert (price_of("0.001"), price_of("0.005"), price_of("2.55")) == (Decimal(0), Decimal("0.01"), Decimal("2.55"))
