"""What goods cost, judged by others: FIFO as a child would do it, and as beancount books it, exactly, in Decimal.

Random sequences of receiving, selling and taking back; what is taken back goes to where it was taken last.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal as D
from pathlib import Path
from random import Random
from typing import Any

import pytest
from beancount import loader
from django.utils import timezone

from billing.models import Product
from billing.services.stock import receive_batch
from billing.tests.factories import ProductFactory, sell, take_back
from viveka.books.check import check_books
from viveka.stores.fifo import take_oldest_first
from viveka.stores.models import Store, User
from viveka.stores.money import to_paisa

SEQUENCES, SHOWN_TO_BEANCOUNT, SOLD_IN_THE_SHOP = 20_000, 300, 8
LOTS = "purchaseorderdetail"
Step = tuple[str, D, D]  # what, how much, at what cost (received) or of which sale (back, counted from the last)


def sequence(random: Random, steps: int, kinds: str = "in out out back") -> Iterator[Step]:
    """Receive, sell, take back; never more than there is."""
    there, sold = D(0), []
    for n in range(steps):
        kind = random.choice(kinds.split()) if n else "in"
        quantity = D(random.randint(1, 20_000)) / 1000
        if kind == "in":
            there += quantity
            yield "in", quantity, D(random.randint(0, 99_999)) / 100
        elif kind == "out" and there:
            quantity = min(quantity, there)
            there -= quantity
            sold.append(quantity)
            yield "out", quantity, D(0)
        elif kind == "back" and any(sold):
            which = random.choice([n for n, left in enumerate(sold) if left])
            quantity = min(quantity, sold[which])
            sold[which] -= quantity
            there += quantity
            yield "back", quantity, D(which)


def as_we_do(steps: Iterable[Step]) -> list[D]:
    """What each sale cost, and with a minus what each return took off: by the one rule of the shop."""
    lots: list[list[D]] = []
    sales: list[list[list[Any]]] = []
    costs = []
    for kind, quantity, what in steps:
        if kind == "in":
            lots.append([quantity, what])
        elif kind == "out":
            taken = take_oldest_first(((lot, lot[0]) for lot in lots), quantity)
            for lot, part in taken.parts:
                lot[0] -= part
            sales.append([[lot, part] for lot, part in taken.parts])
            costs.append(sum((part * lot[1] for lot, part in taken.parts), D(0)))
        else:
            out = sales[int(what)]
            taken = take_oldest_first(((slot, slot[1]) for slot in reversed(out)), quantity)
            for slot, part in taken.parts:
                slot[1] -= part
                slot[0][0] += part
            costs.append(-sum((part * slot[0][1] for slot, part in taken.parts), D(0)))
    return costs


def as_a_child_would(steps: Iterable[Step]) -> list[D]:
    """The shelf as one row of goods, the oldest in front: a place from which on it is full, and the place of each
    thing that was sold. Nothing is shared with what the shop does."""
    begins: list[tuple[D, D]] = []  # where each lot begins in the row, and its cost
    length = D(0)
    free: list[tuple[D, D]] = []  # stretches of the row that are on the shelf, in order
    sales: list[list[tuple[D, D]]] = []
    costs = []

    def worth(stretches: list[tuple[D, D]]) -> D:
        total = D(0)
        for lot, (begin, cost) in enumerate(begins):
            end = begins[lot + 1][0] if lot + 1 < len(begins) else length
            for first, last in stretches:
                total += max(D(0), min(last, end) - max(first, begin)) * cost
        return total

    for kind, quantity, what in steps:
        if kind == "in":
            begins.append((length, what))
            free = joined([*free, (length, length + quantity)])
            length += quantity
        elif kind == "out":
            taken = []
            while quantity:
                first, last = free.pop(0)
                cut = min(last, first + quantity)
                taken.append((first, cut))
                quantity -= cut - first
                if cut < last:
                    free.insert(0, (cut, last))
            sales.append(taken)
            costs.append(worth(taken))
        else:
            back = []
            while quantity:
                first, last = sales[int(what)].pop()
                cut = max(first, last - quantity)
                back.append((cut, last))
                quantity -= last - cut
                if first < cut:
                    sales[int(what)].append((first, cut))
            free = joined([*free, *back])
            costs.append(-worth(back))
    return costs


def joined(stretches: list[tuple[D, D]]) -> list[tuple[D, D]]:
    row: list[tuple[D, D]] = []
    for first, last in sorted(stretches):
        if row and row[-1][1] == first:
            row[-1] = (row[-1][0], last)
        else:
            row.append((first, last))
    return row


def test_twenty_thousand_sequences_cost_the_same() -> None:
    random, sales = Random(1), 0
    for _ in range(SEQUENCES):
        steps = list(sequence(random, random.randint(2, 8)))
        costs = as_we_do(steps)
        assert costs == as_a_child_would(steps), steps
        sales += len(costs)
    assert sales > 40_000


def booked(goods: dict[str, list[Step]]) -> dict[str, list[D]]:
    """What each sale cost by beancount: each kind of goods an account with FIFO booking, each lot of its own day."""
    text = ["1970-01-01 open Assets:Cash"]
    for name, steps in goods.items():
        text.append(f'1970-01-01 open Assets:{name} GOODS "FIFO"')
        day = date(1970, 1, 2)
        for kind, quantity, cost in steps:
            day += timedelta(days=1)
            posting = f"{quantity} GOODS {{{cost} INR, {day}}}" if kind == "in" else f"-{quantity} GOODS {{}}"
            text.append(f'{day} * "{kind}"\n  Assets:{name}  {posting}\n  Assets:Cash')
    entries, errors, _ = loader.load_string("\n".join(text) + "\n")
    assert errors == []
    costs: dict[str, list[D]] = defaultdict(list)
    for entry in entries:
        if getattr(entry, "narration", "") == "out":
            parts = [part for part in entry.postings if part.cost]
            costs[parts[0].account.removeprefix("Assets:")].append(
                sum((-part.units.number * part.cost.number for part in parts), D(0))
            )
    return costs


def test_beancount_books_the_same_cost() -> None:
    random = Random(2)
    goods = {f"S{n}": list(sequence(random, 8, "in out out")) for n in range(SHOWN_TO_BEANCOUNT)}
    ours = {name: costs for name, steps in goods.items() if (costs := as_we_do(steps))}
    assert booked(goods) == ours


@pytest.mark.django_db
def test_the_shop_itself_sells_and_takes_back_at_that_cost(store: Store, manager: User) -> None:
    """Through the services, to the paisa: a sale is rounded once, a return is what that changes by."""
    random = Random(4)
    for _ in range(SOLD_IN_THE_SHOP):
        product = ProductFactory.create(store=store, unit="kg")
        steps = list(sequence(random, 8))
        exact, bills, left = as_a_child_would(steps), [], []
        for kind, quantity, what in steps:
            if kind == "in":
                receive(product, quantity, what, manager)
                continue
            cost = exact.pop(0)
            if kind == "out":
                bills.append(sell(store, manager, [(product, quantity)]).bill)
                left.append(cost)
                assert bills[-1].total_cost == to_paisa(cost)
            else:
                before, after = left[int(what)], left[int(what)] + cost
                left[int(what)] = after
                made = take_back(bills[int(what)], quantity, by=manager)
                assert made.total_cost == to_paisa(before) - to_paisa(after)
    assert {verdict.rule.name: verdict.wrong for verdict in check_books() if not verdict.is_ok} == {}


def receive(product: Product, quantity: D, cost: D, by: User) -> None:
    now = timezone.now()
    receive_batch(
        product=product, quantity=quantity, cost_price=cost, selling_price=D(1), received_at=now, now=now, by=by
    )


@pytest.mark.data
def test_purchase_lines_of_a_real_company_cost_the_same(real_data: Path) -> None:
    """AdventureWorks: each purchase line a batch; all of it is sold, in portions."""
    random, goods = Random(3), defaultdict(list)
    with gzip.open(real_data / f"stock/adventureworks_{LOTS}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            quantity = D(row["ReceivedQty"]).quantize(D(1))
            if quantity > 0:
                goods[f"P{row['ProductID']}"].append(("in", quantity, D(row["UnitPrice"]).quantize(D("0.01"))))
    assert sum(len(lots) for lots in goods.values()) > 8000
    for lots in goods.values():
        left = sum(lot[1] for lot in lots)
        while left:
            part = min(left, D(random.randint(1, 4000)))
            lots.append(("out", part, D(0)))
            left -= part
    ours = {name: as_we_do(steps) for name, steps in goods.items()}
    assert {name: as_a_child_would(steps) for name, steps in goods.items() if len(steps) < 200} == {
        name: costs for name, costs in ours.items() if len(goods[name]) < 200
    }
    assert booked(goods) == ours
