"""The lines of a list of opening balances: which column is what, and each line cleaned or refused."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from customers.import_lines import Line, clean_line, joined
from customers.import_lines import lack as lack_of_people
from debts.openings.days import read_day
from viveka.stores.errors import Refused
from viveka.stores.incoming.columns import Columns, Mapped, Rows, Table, places_by_heading
from viveka.stores.models import Store
from viveka.stores.money import ZERO, read_amount

FIELDS = {"name": "Name", "phone": "Phone", "owes": "Owes", "since": "Since", "ahead": "Paid ahead"}
AMOUNTS = {"owes": "Owes", "ahead": "Paid ahead"}
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


def guess_columns(header: Sequence[str]) -> dict[str, list[int]]:
    """Which column holds what, by the headings; of several for one thing the first."""
    return {name: places[:1] for name, places in places_by_heading(header, _HEADINGS).items()}


def lack(held: Iterable[str]) -> str:
    """What the columns of a list lack, or ""."""
    held = set(held)
    return lack_of_people(held) or (
        "" if held & set(AMOUNTS) else "Say which column holds what is owed, or what was paid ahead."
    )


COLUMNS = Columns(
    line="a balance", fields=FIELDS, once=tuple(FIELDS), guess=guess_columns, lack=lack, most_lines=20_000
)


def read_openings(store: Store, about: Mapping[str, Any], data: bytes, *, first: int = 0) -> Table[OpeningLine]:
    """Read a file (CSV or XLSX), as `Columns.read`."""
    return COLUMNS.read(about, data, partial(_read_lines, store), first=first)


def _read_lines(store: Store, rows: Rows, columns: Mapped, first: int) -> Iterator[OpeningLine]:
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
