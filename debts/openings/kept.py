"""A list of opening balances between its preview and the confirmation."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, cast

from customers.kept_imports import whom
from debts.openings.entering import Source, enter_openings, preview_openings
from debts.openings.judging import JudgedOpening, OpeningPlan
from debts.openings.lines import FIELDS, OpeningLine, read_openings
from viveka.stores.incoming.columns import Table
from viveka.stores.incoming.kept import About, KeptFile, Report, Shown
from viveka.stores.incoming.outcomes import CREATED, UPDATED
from viveka.stores.models import User
from viveka.stores.money import ZERO
from viveka.stores.sheets import csv_lines, original

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class ShownOpening(Shown):
    """A line as a screen shows it: the amounts as text, of a refused line as they were written."""

    owes: str = ""
    since: str = ""
    ahead: str = ""
    is_raw: bool = False
    """Shown as it was written, since it could not be read."""

    @property
    def is_entered(self) -> bool:
        return self.outcome in (CREATED, UPDATED)

    @property
    def owed(self) -> Decimal:
        return Decimal(self.owes or 0)

    @property
    def paid_ahead(self) -> Decimal:
        return Decimal(self.ahead or 0)

    @property
    def day(self) -> date:
        return date.fromisoformat(self.since)


class KeptOpenings(KeptFile):
    """The one list of opening balances that a person has waiting in a store: a file, or typed off a page."""

    kind = "-openings"
    shown = ShownOpening
    thing = "list"
    counted = ("rows", "written")

    def look_at_typed(self, rows: Sequence[Row], day: date, now: datetime) -> Report:
        """As `look_at`, of rows that were typed: a file without a name, with the headings that are understood."""
        cells = [list(FIELDS.values()), *([row.get(name, "") for name in FIELDS] for row in rows)]
        return self.look_at("".join(csv_lines(cells)).encode(), "", now, day=day.isoformat())

    @property
    def is_typed(self) -> bool:
        return self.about.get("name") == ""

    @property
    def day(self) -> date:
        return date.fromisoformat(self.about["day"])

    def foresee(self, data: bytes, about: About, now: datetime) -> Report:
        table = self._table(data, about)
        day = date.fromisoformat(about["day"])
        return _tell(about, table, preview_openings(store=self.store, lines=table.lines, day=day, now=now))

    def bring_in(self, data: bytes, by: User, now: datetime) -> Report:
        about = self.about
        table, source = self._table(data, about), Source(about["name"][:200], self.day)
        told: dict[str, Any] = {"by": by, "now": now, "watch": self.note_progress}
        return _tell(about, table, enter_openings(store=self.store, lines=table.lines, source=source, **told))

    def _table(self, data: bytes, about: About) -> Table[OpeningLine]:
        return read_openings(self.store, about, data, first=0 if about["name"] else 1)

    def sums(self, report: Report) -> dict[str, Any]:
        entered = [line for line in cast("Sequence[ShownOpening]", report.lines) if line.is_entered]
        return {
            "owes": sum((line.owed for line in entered), ZERO),
            "ahead": sum((line.paid_ahead for line in entered), ZERO),
        }

    def typed(self) -> list[Row]:
        """The rows as they were typed, while they wait."""
        data = self.waiting
        if data is None or not self.is_typed:
            return []
        rows = islice(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")), 1, None)
        return [dict(zip(FIELDS, map(original, row), strict=False)) for row in rows]


def _tell(about: About, table: Table[OpeningLine], plan: OpeningPlan) -> Report:
    return Report(about["name"], [_shown(judged) for judged in plan.lines], table.columns, table.ignored)


def _shown(judged: JudgedOpening) -> ShownOpening:
    line, said, customer = judged.line, judged.line.said, judged.customer
    told = {"owes": f"{line.owes:.2f}" if line.owes else "", "ahead": f"{line.ahead:.2f}" if line.ahead else ""}
    told["since"] = judged.day.isoformat() if judged.day else ""
    if line.errors:
        told = {name: said.get(name, "") for name in told}
    return ShownOpening(
        number=line.number,
        outcome=judged.outcome,
        phone=said.get("phone") or line.phone or "",
        name=said.get("name") or line.details.get("name", ""),
        whom=whom(judged),
        came_back=bool(judged.target and judged.is_entered and judged.target.came_back),
        why=judged.why,
        key=customer.pk if customer is not None else None,
        is_raw=bool(line.errors),
        **told,
    )
