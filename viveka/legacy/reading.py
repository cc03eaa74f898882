"""The rows of an older program, one after the other: out of an SQLite file, or a folder of CSV files (plain or gzip).

Nothing is held in memory but the row at hand.
"""

import csv
import gzip
import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from viveka.legacy.mapping import FIELDS, Mapping, Table
from viveka.stores.errors import Refused

Row = tuple[int, list[str]]
"""The place of a row (a CSV file's line, or which row of a table) and its values, in the order of `FIELDS`."""

_INVISIBLE = dict.fromkeys([*range(32), 127, *range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], " ")
_IN_TEXT = re.compile(r"\{([^{}]+)\}")
_HAS_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: object) -> str:
    """A cell as text: without control characters and outer space."""
    if text is None:
        return ""
    value = text if isinstance(text, str) else str(text)
    if _HAS_CONTROLS.search(value):
        value = value.translate(_INVISIBLE).encode("utf-8", "replace").decode()
    return value.strip()


def _picker(table: Table, header: Sequence[str]) -> Callable[[Sequence[object]], list[str]]:
    """What takes our columns out of a row. Raises Refused for a column that is not there."""
    at = {name: place for place, name in reversed(list(enumerate(header)))}
    takers: list[tuple[int, str, list[int]]] = []  # the place of a column; or a text with the places that fill it
    for name in FIELDS[table.name]:
        takers.append(_taker(table, name, at, header))

    def pick(row: Sequence[object]) -> list[str]:
        width = len(row)
        out = []
        for place, text, inner in takers:
            if place >= 0:
                out.append(clean(row[place]) if place < width else "")
            elif inner:
                values = [clean(row[one]) if one < width else "" for one in inner]
                out.append(text.format(*values) if all(values) else "")
            else:
                out.append("")
        return out

    return pick


def _taker(table: Table, name: str, at: dict[str, int], header: Sequence[str]) -> tuple[int, str, list[int]]:
    candidates = table.columns.get(name, ())
    for candidate in candidates:
        if candidate in at:
            return at[candidate], "", []
        inner = _IN_TEXT.findall(candidate)
        if inner and all(one in at for one in inner):
            return -1, _IN_TEXT.sub("{}", candidate), [at[one] for one in inner]
    if len(candidates) == 1 and table.is_said:
        raise Refused(f"{table.name} has no column {candidates[0]}. It has {', '.join(header)}.", "mapping")
    if candidates and name in ("number", "amount", "quantity", "debt", "sale") and table.is_said:
        raise Refused(f"{table.name} has none of {', '.join(candidates)}. It has {', '.join(header)}.", "mapping")
    return -1, "", []


class Source:
    """An older program's data, opened to be read."""

    def __init__(self, path: Path, mapping: Mapping) -> None:
        self.path, self.mapping = path, mapping
        if not path.exists():
            raise Refused(f"There is no {path}.", "source")

    def has(self, table: str) -> bool:
        """Whether there is anything to read for this table."""
        said = self.mapping.tables.get(table)
        if said is None:
            return False
        if self._find(said):
            return True
        if said.optional:
            return False
        raise Refused(f"{self.path.name} has no {' or '.join(said.places)} for {table}.", "source")

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table, in the order of the file."""
        raise NotImplementedError

    def count(self, table: str) -> int | None:
        """How many rows there are, where that is known without reading them."""
        return None

    def fingerprint(self) -> str:
        """The same for the same data read in the same way."""
        digest = hashlib.sha256(self.mapping.text.encode())
        for file in self._files():
            digest.update(file.name.encode("utf-8", "surrogateescape"))
            with file.open("rb") as opened:
                while block := opened.read(1 << 20):
                    digest.update(block)
        return digest.hexdigest()

    def _files(self) -> list[Path]:
        raise NotImplementedError

    def _find(self, table: Table) -> object:
        raise NotImplementedError


class CsvFolder(Source):
    """A folder of CSV files, or one file. A gzip file is read as it is."""

    def _files(self) -> list[Path]:
        return sorted({file for table in self.mapping.tables.values() for file in self._find(table)})

    def _find(self, table: Table) -> list[Path]:
        if self.path.is_file():
            names = [place for place in table.places if self.path.match(place)]
            return [self.path] if names or len(self.mapping.tables) == 1 else []
        for place in table.places:
            if found := sorted(file for file in self.path.glob(place) if file.is_file()):
                return found
        return []

    def rows(self, table: str) -> Iterator[Row]:
        said = self.mapping.tables[table]
        for file in self._find(said):
            opener = gzip.open if file.suffix == ".gz" else open
            with opener(file, "rt", encoding=self.mapping.encoding, errors="replace", newline="") as text:
                reader = csv.reader(text)
                try:
                    pick = _picker(said, [clean(name) for name in next(reader, [])])
                    for row in reader:
                        if row:
                            yield reader.line_num, pick(row)
                except csv.Error as error:
                    raise Refused(f"{file.name}, line {reader.line_num}, can't be read: {error}.", "source") from None


class SqliteFile(Source):
    """An SQLite file, opened to be read alone."""

    def __init__(self, path: Path, mapping: Mapping) -> None:
        super().__init__(path, mapping)
        with closing(self._open()) as db:
            kinds = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
            try:
                self.names = {name for (name,) in db.execute(kinds)}
            except sqlite3.DatabaseError as error:
                raise Refused(f"{path.name} is no SQLite file: {error}.", "source") from None

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)
        db.text_factory = lambda raw: raw.decode("utf-8", "replace")
        return db

    def _files(self) -> list[Path]:
        return [self.path]

    def _find(self, table: Table) -> str:
        if table.query:
            return table.query
        name = next((place for place in table.places if place in self.names), "")
        return f"SELECT * FROM {_quoted(name)}" if name else ""

    def rows(self, table: str) -> Iterator[Row]:
        said = self.mapping.tables[table]
        with closing(self._open()) as db:
            try:
                found = db.execute(self._find(said))
            except sqlite3.Error as error:
                raise Refused(f"{table} can't be read: {error}.", "source") from None
            pick = _picker(said, [column[0] for column in found.description])
            for place, row in enumerate(found, 1):
                yield place, pick(row)

    def count(self, table: str) -> int | None:
        with closing(self._open()) as db:
            query = f"SELECT count(*) FROM ({self._find(self.mapping.tables[table])})"
            return int(db.execute(query).fetchone()[0])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def open_source(path: Path, mapping: Mapping) -> Source:
    """The source at a path. Raises Refused where there is none, or it is neither of the two kinds."""
    if path.is_file():
        with path.open("rb") as opened:
            if opened.read(16).startswith(b"SQLite format 3\0"):
                return SqliteFile(path, mapping)
        if not path.name.endswith((".csv", ".csv.gz")):
            raise Refused(f"{path.name} is neither an SQLite file nor CSV.", "source")
    return CsvFolder(path, mapping)
