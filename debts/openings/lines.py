"""The lines of a list of opening balances: which column is what, and each line cleaned or refused."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain

from customers.import_lines import Line, Mapped, UnknownColumns, clean_line, joined, places_by_heading
from debts.openings.days import read_day
from viveka.stores.errors import Refused
from viveka.stores.models import Store
from viveka.stores.money import ZERO, read_amount
from viveka.stores.sheets import UnreadableFile, read_table

FIELDS = {"name": "Name", "phone": "Phone", "owes": "Owes", "since": "Since", "ahead": "Paid ahead"}
AMOUNTS = {"owes": "Owes", "ahead": "Paid ahead"}
MOST_LINES = 20_000
LONGEST_SHOWN = 40
_HEADINGS = {
    "name": "name customername fullname customer party partyname clientname",
    "phone": "phone mobile phonenumber mobilenumber mobileno phoneno contact contactno contactnumber cell tel telephone"
    " whatsapp phonee164",
    "owes": "owes owed due dues debt debit debtbalance balance balancedue outstanding receivable amount udhar udhaar"
    " baki baaki",
    "since": "since sincewhen date from day asof asondate billdate opened",
    "ahead": "paidahead haspaidahead ahead advance advancebalance credit deposit prepaid jama",
}


@dataclass(slots=True)
class OpeningLine(Line):
    """A line of the list: what the customer owes and has paid ahead, and since when (None: the day of the list)."""

    owes: Decimal = ZERO
    ahead: Decimal = ZERO
    since: date | None = None
    key: str = ""
    """Of what the line says: the same line again has the same key."""

    @property
    def is_empty(self) -> bool:
        """It says itself that there is nothing to bring along."""
        return not self.owes and not self.ahead


@dataclass(frozen=True, slots=True)
class OpeningTable:
    """A list, read: what its columns hold, and its lines, cleaned."""

    columns: dict[str, str]
    ignored: list[str]
    lines: list[OpeningLine]


def guess_columns(header: Sequence[str]) -> dict[str, list[int]]:
    """Which column holds what, by the headings; of several for one thing the first."""
    return {name: places[:1] for name, places in places_by_heading(header, _HEADINGS).items()}


def check_columns(columns: Mapped, header: Sequence[str]) -> None:
    """Raises UnknownColumns where the columns don't say who or how much; UnreadableFile where they are not there."""
    if why := why_not_enough(columns):
        raise UnknownColumns(why)
    for name, places in columns.items():
        if name not in FIELDS or any(not 0 <= place < len(header) for place in places):
            raise UnreadableFile("The columns chosen are not in the file.")


def why_not_enough(held: Mapping[str, object] | Iterable[str]) -> str:
    """What the columns lack, or ""."""
    held = set(held)
    if not held & {"name", "phone"}:
        return "Say which column holds the name or the phone."
    return "" if held & set(AMOUNTS) else "Say which column holds what is owed, or what was paid ahead."


def read_openings(
    store: Store, name: str, data: bytes, *, columns: Mapped | None = None, has_header: bool = True, first: int = 0
) -> OpeningTable:
    """Read a file (CSV or XLSX), by the headings of its first line where nobody said which column is what.

    Lines are counted as a spreadsheet does, or from `first`. Raises UnreadableFile, UnknownColumns, or Refused where
    the file is too long or empty.
    """
    rows = read_table(name, data)
    header = next(rows, [])
    columns = columns or guess_columns(header)
    check_columns(columns, header)
    below = rows if has_header else chain([header], rows)
    lines: list[OpeningLine] = []
    for line in _read_lines(store, below, columns, first=first or (2 if has_header else 1)):
        if len(lines) == MOST_LINES:
            raise Refused(f"A file may have {MOST_LINES:,} lines. Divide it into several.", "file")
        lines.append(line)
    if not lines:
        raise Refused("There is no line below the headings.", "file")
    called = header if has_header else [f"Column {n}" for n in range(1, len(header) + 1)]
    used = {place for places in columns.values() for place in places}
    named = {field: " + ".join(called[place] for place in places) for field, places in columns.items()}
    return OpeningTable(named, [text for at, text in enumerate(called) if at not in used and text.strip()], lines)


def _read_lines(store: Store, rows: Iterable[Sequence[str]], columns: Mapped, *, first: int) -> Iterator[OpeningLine]:
    for number, row in enumerate(rows, first):
        said = {name: joined(name, row, places) for name, places in columns.items()}
        if any(said.values()):
            yield _line(store, number, said)


def _line(store: Store, number: int, said: dict[str, str]) -> OpeningLine:
    line = OpeningLine(number)
    written = {name: said.get(name, "")[:LONGEST_SHOWN] for name in ("owes", "since", "ahead")}
    amounts = {name: said.pop(name, "") for name in AMOUNTS}
    since = said.pop("since", "")
    clean_line(store, line, said)
    for name, text in amounts.items():
        _take_amount(line, name, text)
    if not any(amounts.values()):
        line.errors["owes"] = ["Say what is owed, or what was paid ahead."]
    if since:
        try:
            line.since = read_day(since, store.region)
        except Refused as refusal:
            line.errors.update(refusal.errors)
    if line.errors:
        line.said = {**line.said, **written}
    else:
        line.key = _key(line)
    return line


def _take_amount(line: OpeningLine, name: str, text: str) -> None:
    if not text:
        return
    try:
        setattr(line, name, read_amount(text, field=name, label=AMOUNTS[name]))
    except Refused as refusal:
        line.errors.update(refusal.errors)


def _key(line: OpeningLine) -> str:
    """What tells the line from every other: all that it says, as it is understood."""
    name = line.details.get("name", "").casefold()
    since = line.since.isoformat() if line.since else ""
    said = json.dumps([line.phone or "", name, f"{line.owes:.2f}", since, f"{line.ahead:.2f}"])
    return hashlib.sha256(said.encode()).hexdigest()
