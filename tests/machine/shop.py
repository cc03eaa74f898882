"""A shop as a child would keep it: shelves of lots, drawers, who owes and who is owed. Nothing here asks the product.

Everything is found by the keys of the rows, so that the two can be compared; all amounts are worked out here.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP
from decimal import Decimal as D
from typing import Any

NOTHING = D(0)
MONEY = ("cash", "card", "upi", "bank_transfer")


def to_paisa(amount: D) -> D:
    return amount.quantize(D("0.01"), ROUND_HALF_UP)


@dataclass(eq=False)
class Lot:
    """One batch."""

    pk: int
    received_at: datetime
    quantity: D
    cost: D
    price: D | None
    mrp: D | None
    expiry: date | None
    remaining: D

    def is_good(self, day: date) -> bool:
        return self.expiry is None or self.expiry >= day


Parts = list[tuple[Lot, D]]


def cost_of(parts: Parts) -> D:
    return to_paisa(sum((lot.cost * quantity for lot, quantity in parts), NOTHING))


@dataclass(eq=False)
class Goods:
    """A product and its shelf."""

    pk: int
    name: str
    unit: str
    policy: str
    price: D | None
    lots: list[Lot] = field(default_factory=list)
    waiting: "list[Line]" = field(default_factory=list)
    """Lines that sold what was not there, the oldest first."""

    @property
    def is_divisible(self) -> bool:
        return self.unit in ("kg", "hour")

    @property
    def in_turn(self) -> list[Lot]:
        return sorted(self.lots, key=lambda lot: (lot.received_at, lot.pk))

    @property
    def short(self) -> D:
        return sum((line.short for line in self.waiting), NOTHING)

    @property
    def stock(self) -> D:
        return sum((lot.remaining for lot in self.lots), NOTHING) - self.short

    def usual_price(self) -> D | None:
        """Of what comes from no batch."""
        if self.price is not None:
            return self.price
        return next((lot.price for lot in reversed(self.in_turn) if lot.price is not None), None)

    def take(self, quantity: D, day: date | None) -> tuple[Parts, D]:
        """Out of the oldest lots that are good on that day; what no lot has."""
        parts = []
        for lot in self.in_turn:
            part = min(lot.remaining, quantity) if day is None or lot.is_good(day) else NOTHING
            if part:
                parts.append((lot, part))
                lot.remaining -= part
                quantity -= part
        return parts, quantity

    def settle(self, lots: Iterable[Lot], day: date) -> None:
        """What came in goes first to what was sold before, the oldest sale first."""
        for line in list(self.waiting):
            for lot in sorted(lots, key=lambda lot: (lot.received_at, lot.pk)):
                part = min(lot.remaining, line.short) if lot.is_good(day) else NOTHING
                if part:
                    before = cost_of(line.out)
                    line.out.append((lot, part))
                    line.cost += cost_of(line.out) - before
                    lot.remaining -= part
                    line.short -= part
        self.waiting = [line for line in self.waiting if line.short]


@dataclass(eq=False)
class Line:
    """One line of a bill, with what of it is with the customer and what its goods have cost up to now."""

    pk: Any
    goods: Goods
    quantity: D
    price: D
    out: Parts
    short: D
    cost: D
    subtotal: D = NOTHING
    total: D = NOTHING
    returned: D = NOTHING
    worth_back: D = NOTHING
    cost_back: D = NOTHING

    @property
    def left(self) -> D:
        return self.quantity - self.returned

    def worth(self, quantity: D) -> D:
        return to_paisa(self.total * quantity / self.quantity)


@dataclass(eq=False)
class Debt:
    """What somebody owes; `sale` where a bill left it."""

    pk: Any
    at: datetime
    amount: D
    balance: D
    sale: "Sale | None" = None
    given_up: D = NOTHING
    """Lowered without anything coming in for it."""


@dataclass(eq=False)
class Paid:
    """Money as it came in: for a bill (`payment`), for debts (`debt_payment`) or ahead (`advance`); below zero
    what went out for goods (`money_back`, `note_money`)."""

    kind: str
    pk: Any
    amount: D
    mode: str
    session: int | None
    parts: list[tuple[Debt, D]] = field(default_factory=list)
    kept: "Paid | None" = None
    at: datetime | None = None
    restored: D = NOTHING
    is_undone: bool = False
    sale: "Sale | None" = None
    is_bound: bool = False
    """An advance that another deed brought."""


@dataclass(eq=False)
class Sale:
    """A bill."""

    pk: Any
    customer: "Customer | None"
    at: datetime
    day: date
    lines: list[Line]
    total: D = NOTHING
    payments: list[Paid] = field(default_factory=list)
    used: D = NOTHING
    debt: Debt | None = None
    above: Paid | None = None
    came_in: D = NOTHING
    """Money and goods that came in for it, less what went out for it again."""
    gave_up: D = NOTHING
    """What of its debt nobody paid, and no return has counted yet."""
    restored: dict[Any, D] = field(default_factory=lambda: defaultdict(lambda: NOTHING))
    ways: set[str] = field(default_factory=set)
    is_exchange: bool = False

    @property
    def back(self) -> D:
        return sum((line.worth_back for line in self.lines), NOTHING)

    @property
    def is_gone(self) -> bool:
        return not any(line.left for line in self.lines)


@dataclass(eq=False)
class Customer:
    """Somebody on record."""

    pk: int
    phone: str
    debts: list[Debt] = field(default_factory=list)
    held: D = NOTHING
    sales: list[Sale] = field(default_factory=list)
    paid: list[Paid] = field(default_factory=list)

    @property
    def owed(self) -> D:
        return sum((debt.balance for debt in self.debts), NOTHING)

    @property
    def open_debts(self) -> list[Debt]:
        return sorted((debt for debt in self.debts if debt.balance), key=lambda debt: (debt.at, debt.pk))

    @property
    def figures(self) -> tuple[D, D, D, int]:
        bought = sum((sale.total - sale.back for sale in self.sales), NOTHING)
        return self.owed, self.held, bought, sum(not sale.is_gone for sale in self.sales)


@dataclass
class Shop:
    """All of it."""

    goods: list[Goods] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    gone: list[Customer] = field(default_factory=list)
    """Records that were merged into others."""
    sales: list[Sale] = field(default_factory=list)
    given_back: list[Paid] = field(default_factory=list)
    received: dict[str, D] = field(default_factory=lambda: defaultdict(lambda: NOTHING))
    drawers: dict[int, D] = field(default_factory=dict)
    """The cash in each session that is open."""

    def move(self, mode: str, amount: D, session: int | None) -> None:
        """Money in, or out below zero."""
        self.received[mode] += amount
        if mode == "cash" and session in self.drawers:
            self.drawers[session] += amount
