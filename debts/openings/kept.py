"""A list of opening balances between its preview and the confirmation: kept as a file of customers is."""

import csv
import io
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, cast

from customers.importing import CREATED, UPDATED
from customers.kept_imports import KeptImport, Report, Shown, whom
from debts.openings.entering import Source, preview_openings
from debts.openings.judging import JudgedOpening, OpeningPlan
from debts.openings.lines import FIELDS, OpeningTable, read_openings
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


class KeptOpenings(KeptImport):
    """The one list of opening balances that a person has waiting in a store: a file, or typed off a page."""

    kind = "-openings"
    shown = ShownOpening

    def keep_file(self, data: bytes, name: str, day: date) -> None:
        """Keep a file; the day holds for lines that don't say since when."""
        self.keep(data, name, day=day.isoformat())

    def keep_typed(self, rows: Sequence[Row], day: date) -> None:
        """Keep what was typed, as a file with the headings that are understood."""
        cells = [list(FIELDS.values()), *([row.get(name, "") for name in FIELDS] for row in rows)]
        self.keep("".join(csv_lines(cells)).encode(), "", day=day.isoformat())

    @property
    def is_typed(self) -> bool:
        return self.about.get("name") == ""

    @property
    def day(self) -> date:
        return date.fromisoformat(self.about["day"])

    @property
    def source(self) -> Source:
        return Source(self.about["name"][:200], self.day)

    def read_openings(self, data: bytes) -> OpeningTable:
        """The lines, by the columns that were said or else by the headings. Raises as the function of that name."""
        about = self.about
        return read_openings(
            self.store, about["name"], data, columns=about.get("columns"), has_header=about.get("has_header", True),
            first=1 if self.is_typed else 0,
        )  # fmt: skip

    def typed(self) -> list[Row]:
        """The rows as they were typed, while they wait."""
        data = self.waiting
        if data is None or not self.is_typed:
            return []
        rows = islice(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")), 1, None)
        return [dict(zip(FIELDS, map(original, row), strict=False)) for row in rows]

    def judge_openings(self, table: OpeningTable, now: datetime) -> OpeningPlan:
        """Work out what the lines would do, and keep it for the preview."""
        plan = preview_openings(store=self.store, lines=table.lines, day=self.day, now=now)
        self.note_preview(self.tell(table, plan))
        return plan

    def tell(self, table: OpeningTable, plan: OpeningPlan) -> Report:
        """The plan as screens show it, under a name of its own."""
        lines = [_shown(judged) for judged in plan.lines]
        return Report(self.about.get("name", ""), secrets.token_urlsafe(12), table.columns, table.ignored, lines)


def totals(report: Report) -> dict[str, Any]:
    """What the lines that are entered come to."""
    entered = [line for line in cast("Sequence[ShownOpening]", report.lines) if line.is_entered]
    owed = sum((line.owed for line in entered), ZERO)
    return {"count": len(entered), "owes": owed, "ahead": sum((line.paid_ahead for line in entered), ZERO)}


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
