"""What is in a till: all that came in and went out since it was opened, told by what it was and how it was paid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, F, Sum

from billing.models import Payment, PaymentMethod
from billing.received import KINDS, MODES, money_of_till
from viveka.stores.errors import Refused
from viveka.stores.models import Direction, Store, TillEntry, TillSession
from viveka.stores.money import MAX_MONEY, ZERO

# Notes and coins in use, the largest first. Of another currency only the sum is counted.
PIECES: dict[str, tuple[str, ...]] = {
    "INR": ("500", "200", "100", "50", "20", "10", "5", "2", "1"),
    "USD": ("100", "50", "20", "10", "5", "2", "1", "0.50", "0.25", "0.10", "0.05", "0.01"),
    "EUR": ("500", "200", "100", "50", "20", "10", "5", "2", "1", "0.50", "0.20", "0.10", "0.05", "0.02", "0.01"),
    "GBP": ("50", "20", "10", "5", "2", "1", "0.50", "0.20", "0.10", "0.05", "0.02", "0.01"),
}
MOST_PIECES = 99_999
CASH = PaymentMethod.CASH.value


@dataclass(frozen=True, slots=True)
class Moved:
    """Money of one kind and one way of paying; `amount` below zero went out."""

    kind: str
    mode: str
    amount: Decimal
    count: int

    @property
    def text(self) -> str:
        return KINDS[self.kind]

    @property
    def mode_called(self) -> str:
        return MODES.get(self.mode, self.mode)


@dataclass(slots=True)
class TillSummary:
    """A till session in numbers."""

    session: TillSession
    sales: list[Moved] = field(default_factory=list)
    """By way of paying, with what was used of advances and left on credit, which brings no money."""
    others: list[Moved] = field(default_factory=list)
    """Debts paid, advances taken, and what went back out."""
    entries: list[TillEntry] = field(default_factory=list)
    change: Decimal = ZERO
    """What was given back to who handed over more than the bill."""
    bills: int = 0

    @property
    def sold(self) -> Decimal:
        return sum((one.amount for one in self.sales), ZERO)

    @property
    def cash_taken(self) -> Decimal:
        """What was handed over for bills, the change in it."""
        return sum((one.amount for one in self.sales if one.mode == CASH), self.change)

    @property
    def change_given(self) -> Decimal:
        """The same, as money that went out."""
        return -self.change

    @property
    def other_cash(self) -> list[Moved]:
        return [one for one in self.others if one.mode == CASH]

    @property
    def put_in(self) -> Decimal:
        return sum((one.amount for one in self.entries if one.direction == Direction.IN), ZERO)

    @property
    def taken_out(self) -> Decimal:
        return sum((one.amount for one in self.entries if one.direction == Direction.OUT), ZERO)

    @property
    def expected(self) -> Decimal:
        """The cash that should be in the drawer: the float and all cash that moved."""
        moved = sum((one.amount for one in self.other_cash), ZERO)
        return self.session.opening_float + self.cash_taken - self.change + moved + self.put_in - self.taken_out


def summarize(store: Store, session: TillSession) -> TillSummary:
    """Read a session's rows. Four queries, however many."""
    payments = Payment.objects.filter(till_session=session)
    by_method = payments.order_by("method").values_list("method").annotate(Sum("amount"), Count("bill", distinct=True))
    told = payments.aggregate(
        change=Sum(F("tendered") - F("amount")),
        bills=Count("bill", distinct=True),
    )
    others = [Moved(*row) for row in money_of_till(store, session.pk) if row[0] != "bill"]
    order = list(KINDS)
    return TillSummary(
        session,
        sales=[Moved("bill", *row) for row in by_method],
        others=sorted(others, key=lambda one: (order.index(one.kind), one.mode)),
        entries=list(session.entries.select_related("by")),
        change=told["change"] or ZERO,
        bills=told["bills"],
    )


def count_pieces(currency: str, pieces: Mapping[str, int]) -> Decimal:
    """What so many of each note and coin are worth. Raises Refused for one that the currency has not."""
    known = PIECES.get(currency, ())
    if any(piece not in known or not 0 <= count <= MOST_PIECES for piece, count in pieces.items()):
        raise Refused(f"Count up to {MOST_PIECES} of the notes and coins that are asked for.", "counted")
    total = sum((Decimal(piece) * count for piece, count in pieces.items()), ZERO)
    if total > MAX_MONEY:
        raise Refused(f"A till holds at most {MAX_MONEY}.", "counted")
    return total
