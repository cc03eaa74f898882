"""Random shelves and random sales: cost is what an independent FIFO says, stock adds up, and nothing is lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP
from decimal import Decimal as D

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import Bill, Product, Unit
from billing.services.checkout import checkout
from billing.services.quote import InsufficientStock, SaleItem
from billing.services.tender import Tender
from billing.tests.factories import stocked_product
from viveka.books.check import check_books
from viveka.stores.models import User
from viveka.stores.tests.factories import StoreFactory, UserFactory

QUANTITIES = st.decimals("0.001", 20, places=3, allow_nan=False)
COSTS = st.decimals(0, 50, places=2, allow_nan=False)
PRICES = st.sampled_from([D("60.00"), D("75.50"), D("99.99")])
BATCHES = st.lists(st.tuples(QUANTITIES, COSTS, PRICES), min_size=1, max_size=5)
SHELVES = st.lists(BATCHES, min_size=1, max_size=3)
SALES = st.lists(st.lists(st.tuples(st.integers(0, 2), QUANTITIES), min_size=1, max_size=4), max_size=6)


@dataclass
class Shelf:
    """A shelf as a child would keep it: a list of thousandths, each with its cost and price."""

    parts: list[tuple[D, D, D]]

    def take(self, quantity: D) -> list[tuple[D, D, D]] | None:
        taken = []
        while quantity and self.parts:
            there, cost, price = self.parts.pop(0)
            part = min(there, quantity)
            taken.append((part, cost, price))
            quantity -= part
            if there > part:
                self.parts.insert(0, (there - part, cost, price))
        return None if quantity else taken


def to_paisa(amount: D) -> D:
    return amount.quantize(D("0.01"), ROUND_HALF_UP)


def expected_lines(taken: Sequence[tuple[D, D, D]]) -> list[tuple[D, D, D, D]]:
    """(quantity, price, subtotal, cost): parts that follow each other at one price are one line."""
    lines: list[list[D]] = []
    for part, cost, price in taken:
        if lines and lines[-1][1] == price:
            lines[-1][0] += part
            lines[-1][2] += part * cost
        else:
            lines.append([part, price, part * cost])
    return [(quantity, price, to_paisa(quantity * price), to_paisa(cost)) for quantity, price, cost in lines]


def expect(shelves: list[Shelf], wanted: Sequence[tuple[int, D]]) -> list[tuple[D, D, D, D]] | None:
    """The lines of the bill, and the shelves after it; None, and the shelves as they were, where something is short."""
    before = [list(shelf.parts) for shelf in shelves]
    lines: list[tuple[D, D, D, D]] = []
    for index, quantity in wanted:
        taken = shelves[index].take(quantity)
        if taken is None:
            for shelf, parts in zip(shelves, before, strict=True):
                shelf.parts = parts
            return None
        lines += expected_lines(taken)
    return lines


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stock=SHELVES, sales=SALES)
def test_every_sale_is_what_an_independent_fifo_says(
    db: None, stock: list[list[tuple[D, D, D]]], sales: list[list[tuple[int, D]]]
) -> None:
    store, by = StoreFactory.create(), UserFactory.create()
    goods = [stocked_product(store, batches=batches, unit=Unit.KILOGRAM, by=by) for batches in stock]
    shelves = [Shelf(list(batches)) for batches in stock]
    billed = 0
    for wanted in sales:
        wanted = [(index % len(goods), quantity) for index, quantity in wanted]
        lines = expect(shelves, wanted)
        if lines is None:
            with pytest.raises(InsufficientStock):
                sell_by_weight(store, by, goods, wanted)
            continue
        bill = sell_by_weight(store, by, goods, wanted)
        billed += 1
        made = [(line.quantity, line.price, line.subtotal, line.cost) for line in bill.lines.all()]
        assert made == lines
        assert bill.total == sum(subtotal for _, _, subtotal, _ in lines)
        assert bill.total_cost == sum(cost for _, _, _, cost in lines)
        assert bill.sequence == billed
    for product, shelf in zip(goods, shelves, strict=True):
        product.refresh_from_db()
        assert product.current_stock == sum((there for there, _, _ in shelf.parts), D(0))
        there = product.batches.in_stock().oldest_first().values_list("remaining", "cost_price", "selling_price")
        assert list(there) == shelf.parts
    assert [verdict for verdict in check_books(store) if not verdict.is_ok] == []


def sell_by_weight(store: object, by: User, goods: Sequence[Product], wanted: Sequence[tuple[int, D]]) -> Bill:
    items = [SaleItem(goods[index].pk, quantity) for index, quantity in wanted]
    return checkout(store=store, by=by, items=items, tenders=[Tender("cash")], now=timezone.now()).bill
