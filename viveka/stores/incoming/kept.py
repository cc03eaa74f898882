"""A file between its preview and the confirmation: kept on disk for an hour, one of a kind per person and store.

The folder is named by keys of ours alone and open to nobody else on the machine; the name of the uploaded file is
never part of a path. Nothing of it is in the database, so that an erased person leaves no trace there.
"""

import json
import os
import secrets
import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from viveka.stores.errors import Conflict, Refused
from viveka.stores.incoming.columns import Mapped, UnknownColumns, first_lines
from viveka.stores.incoming.outcomes import OUTCOMES
from viveka.stores.models import Store, User

KEPT_FOR = 3600  # seconds
RUNS_FOR = 120  # seconds; twice what the server allows a request
About = Mapping[str, Any]


class NothingKept(Conflict):
    """No file waits to be brought in: it was taken already, dropped, replaced by another one, or is too old."""

    def __init__(self) -> None:
        super().__init__("This file is not here any more. Choose it again.")


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as a screen shows it, and what becomes of it. Kinds of files add what they show besides."""

    number: int
    outcome: str
    name: str
    phone: str = ""
    whom: str = ""
    """The customer on record that the line is about."""
    came_back: bool = False
    """The record was deleted and comes back."""
    why: str = ""
    """Why the line is refused."""
    key: int | None = None
    """Of the customer."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a file does, or did, line by line."""

    file: str
    lines: Sequence[Shown]
    columns: Mapping[str, str] = field(default_factory=dict)
    """What was understood: the headings, by what they hold."""
    ignored: Sequence[str] = ()
    token: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    @property
    def counts(self) -> dict[str, int]:
        return {outcome: sum(line.outcome == outcome for line in self.lines) for outcome in OUTCOMES}


class KeptFile(ABC):
    """The one file of a kind that a person has waiting in a store, its preview, how far it is, and its result."""

    kind = ""
    """Part of the folder's name."""
    shown: type[Shown] = Shown
    thing = "file"
    """What screens call it."""
    counted = ("records", "written")
    """What `note_progress` counts."""

    def __init__(self, store: Store, person: User | None, *, folder: Path | None = None) -> None:
        self.store = store
        self.folder = folder or _place() / f"{store.pk}-{person.pk if person else ''}{self.kind}"

    @abstractmethod
    def foresee(self, data: bytes, about: About, now: datetime) -> Report:
        """What the lines would do; nothing is written. Raises Refused for what is no such file, UnknownColumns where
        somebody has to say which column is what."""

    @abstractmethod
    def bring_in(self, data: bytes, by: User, now: datetime) -> Report:
        """Write what the lines say, judged anew, in one transaction. Raises Refused as `foresee`."""

    def sums(self, report: Report) -> dict[str, Any]:
        """What screens tell of all the lines together, besides how many there are of each outcome."""
        return {}

    def look_at(self, data: bytes, name: str, now: datetime, **about: Any) -> Report:
        """Work out what the lines would do, and keep the file for the confirmation. Raises Refused, nothing kept, for
        what is no such file, and while another one is brought in; UnknownColumns, with the file kept."""
        if self.is_running:
            raise Conflict(f"Your last {self.thing} is being brought in. Wait until it is done.", "file")
        try:
            report = self.foresee(data, {"name": name, **about}, now)
        except UnknownColumns:
            if not first_lines(name, data):
                raise Refused("There is no line in this file.", "file") from None
            self.keep(data, name, **about)
            raise
        self.keep(data, name, **about)
        self._note_preview(report)
        return report

    def say_columns(self, data: bytes, columns: Mapped, *, has_header: bool, now: datetime) -> None:
        """Look at the waiting file by the columns that a person said. Raises Refused, nothing changed."""
        about = {**self.about, "columns": dict(columns), "has_header": has_header}
        report = self.foresee(data, about, now)
        self._write("about", about)
        self._note_preview(report)

    def keep(self, data: bytes, name: str, **about: Any) -> None:
        """Keep the file in place of an earlier one, with what was said about it; everybody's outdated files go."""
        sweep()
        self.drop()
        self.folder.mkdir(mode=0o700, parents=True)
        self._write("about", {"name": name, **about})
        (self.folder / "file").write_bytes(data)

    @property
    def waiting(self) -> bytes | None:
        """The file, as long as nobody took it."""
        try:
            return None if _is_outdated(self.folder) else self._file.read_bytes()
        except FileNotFoundError:
            return None

    def drop(self) -> None:
        """Forget the file and all that is kept about it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def take(self, token: str) -> bytes:
        """The file, for one taker alone; `put_back` where it comes to nothing. Raises NothingKept."""
        if not token or self.about.get("token") != token:
            raise NothingKept
        try:
            os.utime(self._file)  # before the move: what is taken is never taken for long
            os.rename(self.folder / "file", self.folder / "taken")
            return (self.folder / "taken").read_bytes()
        except FileNotFoundError:
            raise NothingKept from None

    def put_back(self) -> None:
        """What was taken may be taken again."""
        with suppress(FileNotFoundError):
            os.rename(self.folder / "taken", self.folder / "file")
        (self.folder / "progress").unlink(missing_ok=True)

    def done(self, report: Report) -> None:
        """Keep the result, and the file no longer."""
        self._write("result", asdict(report))
        for name in ("taken", "preview", "progress"):
            (self.folder / name).unlink(missing_ok=True)

    @property
    def about(self) -> dict[str, Any]:
        """The file's name, and what was said about it."""
        return self._read("about") or {}

    @property
    def is_running(self) -> bool:
        """Being brought in just now; a server that was killed while it did is not waited for."""
        return 0 <= self._taken_for < RUNS_FOR

    @property
    def _taken_for(self) -> float:
        """Seconds since somebody took the file to bring it in; -1 where nobody did."""
        try:
            return max(time.time() - (self.folder / "taken").stat().st_mtime, 0)
        except FileNotFoundError:
            return -1

    @property
    def progress(self) -> tuple[int, int]:
        """How many records are written, and of how many (0 while the file is being read)."""
        done, total = self._read("progress") or (0, 0)
        return done, total

    def note_progress(self, done: int, total: int) -> None:
        """Called by the loader every thousand records."""
        self._write("progress", [done, total])

    @property
    def preview(self) -> Report | None:
        """What the file would do, while it waits."""
        return self._report("preview") if self._file.exists() else None

    @property
    def result(self) -> Report | None:
        """What the file did."""
        return self._report("result")

    def reports(self) -> Iterator[Report]:
        """All that is kept of what the file says, waiting or not."""
        yield from filter(None, (self._report("preview"), self._report("result")))

    @property
    def _file(self) -> Path:
        """Where the file is while it waits, as it does again where the server that took it was killed."""
        if self._taken_for >= RUNS_FOR:
            self.put_back()
        return self.folder / "file"

    def _note_preview(self, report: Report) -> None:
        """Keep what the file would do, so that its pages turn quickly; only this can be confirmed from now on."""
        self._write("about", {**self.about, "token": report.token})
        self._write("preview", asdict(report))

    def _report(self, name: str) -> Report | None:
        """The report with its lines as this kind of them shows them; what it does not know is left out."""
        said = self._read(name)
        if not said:
            return None
        known = {field.name for field in fields(self.shown)}
        lines = [self.shown(**{name: line[name] for name in line if name in known}) for line in said["lines"]]
        return Report(**{**said, "lines": lines})

    def _write(self, name: str, value: Any) -> None:
        """In one move, so that nobody reads half of it; not at all where the folder was forgotten meanwhile."""
        half = self.folder / f"{name}.{secrets.token_hex(4)}"
        with suppress(FileNotFoundError):
            half.write_text(json.dumps(value))
            os.replace(half, self.folder / name)

    def _read(self, name: str) -> Any:
        try:
            if _is_outdated(self.folder):
                return None
            return json.loads((self.folder / name).read_text())
        except FileNotFoundError:
            return None


def sweep() -> None:
    """Remove what waited for longer than an hour, and what an interrupted request left."""
    for folder in _place().glob("*-*"):
        try:
            if _is_outdated(folder):
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:
            shutil.rmtree(folder, ignore_errors=True)


def folders_of(store: Store) -> Iterator[Path]:
    """Where files of the store are kept, of every kind and person; outdated ones go."""
    sweep()
    return _place().glob(f"{store.pk}-*")


def _place() -> Path:
    return Path(settings.DATA) / "imports"


def _is_outdated(folder: Path) -> bool:
    return time.time() - (folder / "about").stat().st_mtime > KEPT_FOR
