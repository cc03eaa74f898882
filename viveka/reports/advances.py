"""What was paid ahead in a span of days and what became of it: day by day, and by what brought it.

All of it is read from the wallet's entries of the span. What was held at the end of a day that is over is what is held
now less all that came since, so that a report of last week reads a week, not the years before.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Min, Sum
from django.db.models.functions import TruncDay, TruncMonth, TruncWeek, TruncYear

from advances.models import AdvancePayment, ReferenceType, WalletCause, WalletEntry
from viveka.stores.models import Store
from viveka.stores.money import ZERO, to_paisa

STEPS = {"day": TruncDay, "week": TruncWeek, "month": TruncMonth, "year": TruncYear}
_COLUMNS = {
    WalletCause.ADVANCE: "collected",
    WalletCause.DEDUCTION: "used",
    WalletCause.RESTORATION: "given_back",
    WalletCause.REFUND: "refunded",
    WalletCause.REVERSAL: "refunded",  # what was entered by mistake counts as refunded
    WalletCause.EXPIRY: "expired",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the store, both within."""

    first: date
    last: date

    @classmethod
    def of(cls, store: Store, first: date | None, last: date | None, today: date) -> "Span":
        """What is left open ends at the first entry there is, and today; so does what reaches beyond."""
        earliest = WalletEntry.objects.filter(store=store).aggregate(at=Min("at"))["at"]
        begins = store.day_of(earliest) if earliest else today
        last = min(last or today, today)
        return cls(min(max(first or begins, begins), last), last)

    def moments(self, store: Store) -> tuple[datetime, datetime]:
        """The first moment of the span, and the first one after it."""
        return store.start_of(self.first), store.start_of(self.last + timedelta(days=1))


@dataclass(slots=True)
class Moved:
    """Amounts above zero that went each way, and how many advances were taken."""

    count: int = 0
    collected: Decimal = ZERO
    used: Decimal = ZERO
    given_back: Decimal = ZERO
    refunded: Decimal = ZERO
    expired: Decimal = ZERO

    def add(self, cause: str, change: Decimal, count: int) -> None:
        column = _COLUMNS[WalletCause(cause)]
        setattr(self, column, getattr(self, column) + abs(change))
        if cause == WalletCause.ADVANCE:
            self.count += count

    @property
    def change(self) -> Decimal:
        """By how much the balance of all customers grew."""
        return self.collected + self.given_back - self.went

    @property
    def went(self) -> Decimal:
        return self.used + self.refunded + self.expired


@dataclass(frozen=True, slots=True)
class Step:
    """A day (week, month, year) and what was held at its end. `begins` may be before the span."""

    begins: date
    moved: Moved
    outstanding: Decimal


@dataclass(frozen=True, slots=True)
class Kind:
    """What one reference type brought, and what of it was held at the end of the span."""

    name: str
    moved: Moved
    open_count: int
    outstanding: Decimal

    @property
    def average_left(self) -> Decimal | None:
        """Of an advance with something left, to the paisa."""
        return to_paisa(self.outstanding / self.open_count) if self.open_count else None


def held_now(store: Store) -> Decimal:
    """What remains of all advances."""
    return AdvancePayment.objects.of(store).open().outstanding()


def advances_by_step(store: Store, span: Span, step: str = "day") -> list[Step]:
    """The days of the span, or its weeks, months, years, oldest first, those of no movement too. Three queries."""
    begins, ends = span.moments(store)
    entries = WalletEntry.objects.filter(store=store)
    found = (
        entries.filter(at__gte=begins, at__lt=ends)
        .annotate(step=STEPS[step]("at", tzinfo=store.zone))
        .values("step", "cause")
        .annotate(change=Sum("change"), count=Count("pk"))
        .order_by()
    )
    moved: dict[date, Moved] = defaultdict(Moved)
    for row in found:
        moved[store.day_of(row["step"])].add(row["cause"], row["change"], row["count"])
    since = entries.filter(at__gte=ends).aggregate(sum=Sum("change"))["sum"] or ZERO
    outstanding = held_now(store) - since
    steps = []
    for day in reversed(steps_of(span, step)):
        steps.append(Step(day, moved[day], outstanding))
        outstanding -= moved[day].change
    return steps[::-1]


def steps_of(span: Span, step: str) -> list[date]:
    """The first day of each step that the span touches."""
    day, days = _begin_of(span.first, step), []
    while day <= span.last:
        days.append(day)
        day = _begin_of(day + timedelta(days={"day": 1, "week": 7, "month": 31, "year": 366}[step]), step)
    return days


def _begin_of(day: date, step: str) -> date:
    if step == "week":
        return day - timedelta(days=day.weekday())
    if step == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if step == "year" else day


def total_of(steps: list[Step]) -> Moved:
    """All steps together."""
    whole = Moved()
    for step in steps:
        for field in fields(Moved):
            setattr(whole, field.name, getattr(whole, field.name) + getattr(step.moved, field.name))
    return whole


def advances_by_kind(store: Store, span: Span) -> list[Kind]:
    """For each reference type what moved in the span, and what was held at its end. Two queries."""
    begins, ends = span.moments(store)
    rows = WalletEntry.objects.filter(store=store, at__gte=begins, at__lt=ends).values(
        "advance__reference_type", "cause"
    )
    moved: dict[str, Moved] = defaultdict(Moved)
    for row in rows.annotate(change=Sum("change"), count=Count("pk")).order_by():
        moved[row["advance__reference_type"]].add(row["cause"], row["change"], row["count"])
    held = _held_by_kind(store, ends)
    return [
        Kind(str(kind.label), moved[kind], *held.get(kind, (0, ZERO)))
        for kind in ReferenceType
        if kind in moved or kind in held
    ]


# What an advance held at a moment: what remains of it now less what changed since. One that is used up by now can have
# held something then only if something changed since.
_HELD = """
WITH later AS (
    SELECT advance_id, sum(change) AS change FROM advances_walletentry
     WHERE store_id = %(store)s AND at >= %(ends)s GROUP BY advance_id
)
SELECT reference_type, count(*), sum(held) FROM (
    SELECT advance.reference_type, advance.remaining_amount - coalesce(later.change, 0) AS held
      FROM advances_advancepayment AS advance LEFT JOIN later ON later.advance_id = advance.id
     WHERE advance.store_id = %(store)s AND advance.status = 'active'
    UNION ALL
    SELECT advance.reference_type, -later.change
      FROM later JOIN advances_advancepayment AS advance ON advance.id = later.advance_id
     WHERE advance.status <> 'active'
) AS advances WHERE held > 0 GROUP BY reference_type
"""


def _held_by_kind(store: Store, ends: datetime) -> Mapping[str, tuple[int, Decimal]]:
    """Count and sum of the advances that had something left at the moment."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"store": store.pk, "ends": ends})
        return {kind: (count, held) for kind, count, held in cursor.fetchall()}


def moved_row(moved: Moved) -> tuple[Any, ...]:
    """As cells of a file."""
    return moved.count, moved.collected, moved.used, moved.given_back, moved.refunded, moved.expired
