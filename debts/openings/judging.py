"""What becomes of each line of a list of opening balances: entered, there already, or refused with the reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from customers.importing import Judged, Plan, Planner, Target
from customers.models import Customer
from debts.models import OpeningBalance
from debts.openings.lines import OpeningLine
from viveka.stores.incoming.outcomes import CREATED, REFUSED, UNCHANGED, UPDATED
from viveka.stores.models import Store
from viveka.stores.money import MAX_MONEY, ZERO, show_amount

DEBT, ADVANCE = "debt", "advance"
SEVERAL = "Several customers have this name. Add the phone if one of those with a phone is meant."
FIELD = {DEBT: "owes", ADVANCE: "ahead"}


@dataclass(slots=True)
class JudgedOpening(Judged):
    """A line and what becomes of it: created (a new customer), updated (one on record), unchanged, refused."""

    line: OpeningLine
    day: date | None = None
    """Since when, where the line or the list says so."""
    why: str = ""

    @property
    def is_entered(self) -> bool:
        return self.outcome in (CREATED, UPDATED)


@dataclass(slots=True)
class OpeningPlan:
    """What a list does: its lines in turn, and the customers that it makes or changes."""

    lines: list[JudgedOpening]
    customers: Plan

    @property
    def entered(self) -> list[JudgedOpening]:
        return [judged for judged in self.lines if judged.is_entered]

    def count(self, outcome: str) -> int:
        return sum(judged.outcome == outcome for judged in self.lines)

    def total(self, name: str) -> Decimal:
        """The sum of what is entered: of `owes` or of `ahead`."""
        return sum((getattr(judged.line, name) for judged in self.entered), ZERO)


@dataclass(slots=True)
class _Known:
    """What is known of a customer while the lines are gone through."""

    openings: dict[str, str] = field(default_factory=dict)
    """By kind, why no other one may come: words."""
    debt: Decimal = ZERO
    advance: Decimal = ZERO


class OpeningPlanner:
    """Goes through the lines with everything that they may find read beforehand; writes nothing.

    `closed_until` is that of the store as it is held, where this is done to write.
    """

    def __init__(
        self,
        store: Store,
        lines: Sequence[OpeningLine],
        *,
        day: date,
        now: datetime,
        closed_until: date | None,
        lock: bool = False,
    ) -> None:
        self.store, self.day, self.closed_until = store, day, closed_until
        self.today = store.day_of(now)
        self.judged = [self._at_sight(line) for line in lines]
        self._find_the_same()
        fresh = [judged for judged in self.judged if not judged.outcome]
        planner = Planner(store, [judged.line for judged in fresh], lock=lock, overwrite=False)
        others = [planner.count_named(judged.line) for judged in fresh]
        self.customers = planner.plan()
        for judged, found, named in zip(fresh, self.customers.lines, others, strict=True):
            judged.target, judged.outcome = found.target, CREATED if found.outcome == CREATED else UPDATED
            if named > 1 and judged.line.phone is None:
                judged.why = SEVERAL
        self.known = self._read_known()

    def plan(self) -> OpeningPlan:
        """Each line judged. Customers of whom no line is entered are left as they are."""
        for judged in self.judged:
            if judged.is_entered:
                self._judge(judged)
        used = {id(judged.target) for judged in self.judged if judged.is_entered}
        self.customers.targets = [target for target in self.customers.targets if id(target) in used]
        return OpeningPlan(self.judged, self.customers)

    def _at_sight(self, line: OpeningLine) -> JudgedOpening:
        """What the line itself says; the outcome stays open where it may be entered."""
        day = line.since or self.day
        if line.errors:
            return JudgedOpening(line, REFUSED, day=line.since, why=line.why)
        if line.is_empty:
            return JudgedOpening(line, UNCHANGED, day=day, why="Owes nothing and has paid nothing ahead.")
        if day > self.today:
            return JudgedOpening(line, REFUSED, day=day, why="This can't be dated in the future.")
        if self.closed_until and day <= self.closed_until:
            return JudgedOpening(line, REFUSED, day=day, why=f"The books are closed until {_said(self.closed_until)}.")
        return JudgedOpening(line, "", day=day)

    def _find_the_same(self) -> None:
        """Lines that came in before, or stand further up in the list, change nothing."""
        keys = [judged.line.key for judged in self.judged if not judged.outcome]
        before = OpeningBalance.objects.of(self.store).standing().filter(row_key__in=keys)
        came = {opening.row_key: opening for opening in before.select_related("customer__merged_into")}
        seen: dict[str, int] = {}
        for judged in self.judged:
            if judged.outcome:
                continue
            key = judged.line.key
            if opening := came.get(key):
                whose = opening.customer.merged_into or opening.customer
                judged.outcome, judged.target = UNCHANGED, Target(whose, is_new=False)
                judged.why = f"This line came in before, on {_said(self.store.day_of(opening.created_at))}."
            elif key in seen:
                judged.outcome, judged.why = UNCHANGED, f"The same as line {seen[key]}."
            else:
                seen[key] = judged.line.number

    def _read_known(self) -> dict[int, _Known]:
        """By target: what the customer has of openings, their own and those of records merged into theirs."""
        known = {
            id(target): _Known(debt=target.customer.debt_balance, advance=target.customer.advance_balance)
            for target in self.customers.targets
        }
        by_key = {target.customer.pk: id(target) for target in self.customers.targets if not target.is_new}
        for opening in self._standing(by_key):
            whose = opening.customer.merged_into_id or opening.customer_id
            openings = known[by_key[whose]].openings
            for kind, row in ((DEBT, opening.debt), (ADVANCE, opening.advance)):
                if row is not None:
                    openings[kind] = self._told(opening, kind, row.amount)
        return known

    def _standing(self, keys: Iterable[int]) -> Iterable[OpeningBalance]:
        keys = list(keys)
        theirs = OpeningBalance.objects.of(self.store).standing()
        own = theirs.filter(Q(customer__in=keys) | Q(customer__in=Customer.objects.filter(merged_into__in=keys)))
        return own.select_related("customer", "debt", "advance")

    def _told(self, opening: OpeningBalance, kind: str, amount: Decimal) -> str:
        what = "owes" if kind == DEBT else "has paid ahead"
        shown, day = show_amount(amount, self.store.currency), _said(self.store.day_of(opening.at))
        return f"Has an opening balance already: {what} {shown} since {day}. Undo that first if it is wrong."

    def _judge(self, judged: JudgedOpening) -> None:
        line = judged.line
        known = self.known[id(judged.target)]
        asked = {kind: getattr(line, FIELD[kind]) for kind in (DEBT, ADVANCE) if getattr(line, FIELD[kind])}
        for kind, amount in asked.items():
            if kind in known.openings:
                judged.outcome, judged.why = REFUSED, known.openings[kind]
                return
            if getattr(known, kind) + amount > MAX_MONEY:
                judged.outcome, judged.why = REFUSED, f"The balance would pass {MAX_MONEY}."
                return
        for kind, amount in asked.items():
            known.openings[kind] = f"Line {line.number} is about the same customer already."
            setattr(known, kind, getattr(known, kind) + amount)


def _said(day: date) -> str:
    return f"{day:%-d %b %Y}"
