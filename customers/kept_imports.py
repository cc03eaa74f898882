"""A file of customers between its preview and the confirmation: kept on disk for an hour, one per person and store.

The folder is named by keys of ours alone and open to nobody else on the machine; the name of the uploaded file is
never part of a path. Nothing of it is in the database, so that an erased person leaves no trace there.
"""

import json
import os
import secrets
import shutil
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from django.conf import settings

from customers.import_files import Table, read_file
from customers.import_lines import Mapped
from customers.importing import CREATED, REFUSED, UNCHANGED, UPDATED, Judged, Plan, preview_import
from viveka.stores.errors import Conflict
from viveka.stores.models import Store, User

MOST_BYTES = 10 * 1024 * 1024
KEPT_FOR = 3600  # seconds
RUNS_FOR = 120  # seconds; twice what the server allows a request
OUTCOMES = (CREATED, UPDATED, UNCHANGED, REFUSED)


class NothingKept(Conflict):
    """No file waits to be brought in: it was taken already, dropped, replaced by another one, or is too old."""

    def __init__(self) -> None:
        super().__init__("This file is not here any more. Choose it again.")


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as a screen shows it, and what becomes of it."""

    number: int
    outcome: str
    phone: str
    name: str
    whom: str = ""
    """The customer on record that the line is about."""
    came_back: bool = False
    """The record was deleted and comes back."""
    why: str = ""
    """Why the line is refused."""
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a file does, or did, line by line."""

    file: str
    token: str
    columns: dict[str, str]
    ignored: list[str]
    lines: Sequence[Shown]

    @property
    def counts(self) -> dict[str, int]:
        return {outcome: sum(line.outcome == outcome for line in self.lines) for outcome in OUTCOMES}


class KeptImport:
    """The one file that a person has waiting in a store, its preview, how far it is, and its result.

    Files of another kind, with more to show of each line, are kept beside it (see debts/openings/kept.py).
    """

    kind = ""
    shown: type[Shown] = Shown

    def __init__(self, store: Store, person: User | None, *, folder: Path | None = None) -> None:
        self.store = store
        self.folder = folder or _place() / f"{store.pk}-{person.pk if person else ''}{self.kind}"

    def keep(self, data: bytes, name: str, **about: Any) -> None:
        """Keep the file in place of an earlier one, with what was said about it; everybody's outdated files go."""
        sweep()
        self.drop()
        self.folder.mkdir(mode=0o700, parents=True)
        self._write("about", {"name": name, **about})
        (self.folder / "file").write_bytes(data)

    def note_columns(self, columns: Mapped, *, has_header: bool) -> None:
        """Which column is what, as a person said it."""
        self._write("about", {**self.about, "columns": dict(columns), "has_header": has_header})

    @property
    def waiting(self) -> bytes | None:
        """The file, as long as nobody took it."""
        try:
            return None if _is_outdated(self.folder) else (self.folder / "file").read_bytes()
        except FileNotFoundError:
            return None

    def read(self, data: bytes) -> "Table":
        """The file's lines, by the columns that were said or else by its headings. Raises as `read_file`."""
        about = self.about
        return read_file(
            self.store, about["name"], data, without_bad_phones=about["without_bad_phones"],
            columns=about.get("columns"), has_header=about.get("has_header", True),
        )  # fmt: skip

    def drop(self) -> None:
        """Forget the file and all that is kept about it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def take(self, token: str) -> bytes:
        """The file, for one taker alone; `put_back` where it comes to nothing. Raises NothingKept."""
        if not token or self.about.get("token") != token:
            raise NothingKept
        try:
            os.rename(self.folder / "file", self.folder / "taken")
            os.utime(self.folder / "taken")
            return (self.folder / "taken").read_bytes()
        except FileNotFoundError:
            raise NothingKept from None

    def put_back(self) -> None:
        """What was taken may be taken again."""
        if (self.folder / "taken").exists():
            os.rename(self.folder / "taken", self.folder / "file")
        (self.folder / "progress").unlink(missing_ok=True)

    def done(self, report: Report) -> None:
        """Keep the result, and the file no longer."""
        self._write("result", asdict(report))
        for name in ("taken", "preview", "progress"):
            (self.folder / name).unlink(missing_ok=True)

    @property
    def about(self) -> dict[str, Any]:
        return self._read("about") or {}

    @property
    def is_running(self) -> bool:
        """Being brought in just now; a server that was killed while it did is not waited for."""
        try:
            age = time.time() - (self.folder / "taken").stat().st_mtime
        except FileNotFoundError:
            return False
        return age < RUNS_FOR

    @property
    def progress(self) -> tuple[int, int]:
        """How many records are written, and of how many (0 while the file is being read)."""
        done, total = self._read("progress") or (0, 0)
        return done, total

    def note_progress(self, done: int, total: int) -> None:
        """Called by the loader every thousand records."""
        self._write("progress", [done, total])

    def note_preview(self, report: Report) -> None:
        """Keep what the file would do, so that its pages turn quickly; only this can be confirmed from now on."""
        self._write("about", {**self.about, "token": report.token})
        self._write("preview", asdict(report))

    @property
    def preview(self) -> Report | None:
        return _report(self._read("preview"), self.shown) if (self.folder / "file").exists() else None

    @property
    def result(self) -> Report | None:
        return _report(self._read("result"), self.shown)

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


def _place() -> Path:
    return Path(settings.DATA) / "imports"


def _is_outdated(folder: Path) -> bool:
    return time.time() - (folder / "about").stat().st_mtime > KEPT_FOR


def sweep() -> None:
    """Remove what waited for longer than an hour, and what an interrupted request left."""
    for folder in _place().glob("*-*"):
        try:
            if _is_outdated(folder):
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:
            shutil.rmtree(folder, ignore_errors=True)


def forget(store: Store, *, customers: Collection[int], phones: Collection[str], names: Collection[str]) -> None:
    """Remove every file of the store that says anything of these customers, with all that is kept about it.

    They are known by key, phone (E.164) or name, case ignored; where nothing could be read yet, the file goes too.
    """
    sweep()
    folded = {name.casefold() for name in names}
    for folder in _place().glob(f"{store.pk}-*"):
        kept = KeptImport(store, None, folder=folder)
        said = [report for report in (_report(kept._read(name), Shown) for name in ("preview", "result")) if report]
        lines = [line for report in said for line in report.lines]
        if not said or any(
            line.key in customers or line.phone in phones or line.name.casefold() in folded for line in lines
        ):
            kept.drop()


def _report(said: Any, shown: type[Shown]) -> Report | None:
    """The report with its lines as this kind of them shows them; what it does not know is left out."""
    if not said:
        return None
    known = {field.name for field in fields(shown)}
    lines = [shown(**{name: value for name, value in line.items() if name in known}) for line in said["lines"]]
    return Report(**{**said, "lines": lines})


def tell_plan(kept: KeptImport, table: Table, plan: Plan) -> Report:
    """The plan as screens show it, under a name of its own."""
    return Report(
        kept.about.get("name", ""),
        secrets.token_urlsafe(12),
        table.columns,
        table.ignored,
        [_shown(judged) for judged in plan.lines],
    )


def judge(kept: KeptImport, table: Table) -> None:
    """Work out what the lines would do, for the preview."""
    kept.note_preview(tell_plan(kept, table, preview_import(store=kept.store, lines=table.lines)))


def whom(judged: Judged) -> str:
    """The customer that the line is about, as a screen says it."""
    customer = judged.customer
    if customer is not None and customer.number:
        return str(customer)
    return "The same as in a line above" if judged.outcome != CREATED and customer is not None else ""


def _shown(judged: Judged) -> Shown:
    line, customer = judged.line, judged.customer
    return Shown(
        number=line.number,
        outcome=judged.outcome,
        phone=line.said.get("phone") or line.phone or "",
        name=line.said.get("name") or line.details.get("name", ""),
        whom=whom(judged),
        came_back=bool(judged.target and judged.target.came_back),
        why=line.why,
        key=customer.pk if customer is not None else None,
    )
