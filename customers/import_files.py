"""A file of customers, read: its first lines for a person to look at, or all of it by its columns."""

from dataclasses import dataclass
from itertools import chain, islice

from customers.import_lines import Line, Mapped, check_columns, guess_columns, read_lines
from viveka.stores.errors import Refused
from viveka.stores.models import Store
from viveka.stores.sheets import read_table

MOST_LINES = 50_000
LINES_SHOWN = 4


def first_lines(name: str, data: bytes) -> list[list[str]]:
    """The beginning of a file, all lines as long as the first."""
    lines = list(islice(read_table(name, data), LINES_SHOWN))
    return [[*line, *[""] * len(lines[0])][: len(lines[0])] for line in lines] if lines and lines[0] else []


@dataclass(frozen=True, slots=True)
class Table:
    """An uploaded file, read: what its columns hold, and its lines, cleaned."""

    columns: dict[str, str]
    ignored: list[str]
    lines: list[Line]


def read_file(
    store: Store,
    name: str,
    data: bytes,
    *,
    without_bad_phones: bool,
    columns: Mapped | None = None,
    has_header: bool = True,
) -> Table:
    """Read the file, by the headings of its first line where nobody said which column is what.

    Raises UnreadableFile, UnknownColumns, or Refused where it is too long.
    """
    rows = read_table(name, data)
    header = next(rows, [])
    columns = columns or guess_columns(header)
    check_columns(columns, header)
    lines: list[Line] = []
    below = rows if has_header else chain([header], rows)
    first = 2 if has_header else 1
    for line in read_lines(store, below, columns, without_bad_phones=without_bad_phones, first=first):
        if len(lines) == MOST_LINES:
            raise Refused(f"A file may have {MOST_LINES:,} lines. Divide it into several.", "file")
        lines.append(line)
    if not lines:
        raise Refused("There is no line below the headings.", "file")
    called = header if has_header else [f"Column {n}" for n in range(1, len(header) + 1)]
    used = {place for places in columns.values() for place in places}
    named = {field: " + ".join(called[place] for place in places) for field, places in columns.items()}
    return Table(named, [text for place, text in enumerate(called) if place not in used and text.strip()], lines)
