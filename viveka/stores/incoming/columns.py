"""Which column of a file is what: by the headings, or as a person said it; and the file read by that."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Generic, TypeVar

from viveka.stores.errors import Refused
from viveka.stores.sheets import UnreadableFile, read_table

Mapped = Mapping[str, Sequence[int]]
Rows = Iterable[Sequence[str]]
AnyLine = TypeVar("AnyLine")
LINES_SHOWN = 4


class UnknownColumns(UnreadableFile):
    """The headings don't say enough: somebody has to say which column is what."""


@dataclass(frozen=True, slots=True)
class Table(Generic[AnyLine]):
    """A file, read: what its columns hold, the headings of the others, and its lines, cleaned."""

    columns: dict[str, str]
    ignored: list[str]
    lines: list[AnyLine]


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of one kind of file can hold."""

    line: str
    """What a line is, as "a customer"."""
    fields: Mapping[str, str]
    """What people call each of it."""
    once: Sequence[str]
    """What only one column can hold."""
    guess: Callable[[Sequence[str]], Mapped]
    """Which columns hold what, by their headings."""
    lack: Callable[[Iterable[str]], str]
    """What is missing among all that the columns hold, or ""."""
    most_lines: int

    def check(self, columns: Mapped, header: Sequence[str]) -> None:
        """Raises UnknownColumns where the columns lack something; UnreadableFile where they are not in the file."""
        if why := self.lack(columns):
            raise UnknownColumns(why)
        for name, places in columns.items():
            if name not in self.fields or any(not 0 <= place < len(header) for place in places):
                raise UnreadableFile("The columns chosen are not in the file.")

    def read(
        self,
        about: Mapping[str, Any],
        data: bytes,
        read_lines: Callable[[Rows, Mapped, int], Iterator[AnyLine]],
        *,
        first: int = 0,
    ) -> Table[AnyLine]:
        """Read a file by the columns that were said, else by the headings of its first line.

        `about` has its `name`, and the `columns` and `has_header` where somebody said them. `read_lines` makes lines
        of rows, columns and the number of the first row; they are counted as a spreadsheet does, or from `first`.
        Raises UnreadableFile, UnknownColumns, or Refused where the file is too long or empty.
        """
        has_header = about.get("has_header", True)
        rows = read_table(about["name"], data)
        header = next(rows, [])
        columns = about.get("columns") or self.guess(header)
        self.check(columns, header)
        below = rows if has_header else chain([header], rows)
        lines = list(islice(read_lines(below, columns, first or (2 if has_header else 1)), self.most_lines + 1))
        if len(lines) > self.most_lines:
            raise Refused(f"A file may have {self.most_lines:,} lines. Divide it into several.", "file")
        if not lines:
            raise Refused("There is no line below the headings.", "file")
        called = header if has_header else [f"Column {n}" for n in range(1, len(header) + 1)]
        used = {place for places in columns.values() for place in places}
        named = {field: " + ".join(called[place] for place in places) for field, places in columns.items()}
        return Table(named, [text for at, text in enumerate(called) if at not in used and text.strip()], lines)


def places_by_heading(header: Sequence[str], headings: Mapping[str, str]) -> dict[str, list[int]]:
    """The places of the columns whose heading is one of the words (`headings`) for what they hold."""
    found: dict[str, list[int]] = {}
    for place, heading in enumerate(header):
        plain = "".join(char for char in heading.casefold() if char.isalnum())
        for name, known in headings.items():
            if plain in known.split():
                found.setdefault(name, []).append(place)
    return found


def first_lines(name: str, data: bytes) -> list[list[str]]:
    """The beginning of a file, all lines as long as the first."""
    lines = list(islice(read_table(name, data), LINES_SHOWN))
    return [[*line, *[""] * len(lines[0])][: len(lines[0])] for line in lines] if lines and lines[0] else []
