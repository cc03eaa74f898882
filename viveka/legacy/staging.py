"""The source as it is, copied into temporary tables: texts, moments read, phones made one.

The tables are this session's alone; a run that was killed leaves nothing behind and reads the source again.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db import connection

from viveka.legacy.mapping import FIELDS, Mapping
from viveka.legacy.reading import Source
from viveka.stores.errors import Refused
from viveka.stores.models import Store
from viveka.stores.phone import normalise_phone

Watch = Callable[[str, int, int | None], None]
"""Told what is being done, how far it is, and of how many where that is known."""
_EVERY = 2_000
_DATES = ("at", "due")


def read_source(source: Source, mapping: Mapping, store: Store, watch: Watch) -> dict[str, int]:
    """Copy every table of the source into `old_<table>`; how many rows each has."""
    read = {}
    for table in FIELDS:
        _create(table)
        read[table] = _copy(source, table, mapping, store, watch) if source.has(table) else 0
    _read_phones(store)
    return read


def _create(table: str) -> None:
    columns = ", ".join(f'"{name}" text NOT NULL' for name in FIELDS[table])
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS old_{table}; CREATE TEMP TABLE old_{table} (place bigint, {columns})")


def _copy(source: Source, table: str, mapping: Mapping, store: Store, watch: Watch) -> int:
    names = ", ".join(f'"{name}"' for name in ("place", *FIELDS[table]))
    total, done = source.count(table), 0
    with connection.cursor() as cursor, cursor.copy(f"COPY old_{table} ({names}) FROM STDIN") as lines:
        for place, values in _with_moments(source.rows(table), table, mapping, store):
            lines.write_row([place, *values])
            done += 1
            if done % _EVERY == 0:
                watch(f"reading {table}", done, total)
    watch(f"reading {table}", done, done)
    return done


def _with_moments(
    rows: Iterator[tuple[int, list[str]]], table: str, mapping: Mapping, store: Store
) -> Iterator[tuple[int, list[str]]]:
    """The rows with dates as PostgreSQL reads them; "" for what is none."""
    places = [(place, name) for place, name in enumerate(FIELDS[table]) if name in _DATES]
    if not places:
        yield from rows
        return
    zone, form = store.zone, mapping.date_format
    for n, values in rows:
        for place, name in places:
            if values[place]:
                moment = read_moment(values[place], zone, form)
                values[place] = "" if moment is None else str(moment.date() if name == "due" else moment)
        yield n, values


@lru_cache(maxsize=20_000)
def read_moment(text: str, zone: ZoneInfo, form: str) -> datetime | None:
    """A date as older programs write it, with or without a time: in `form`, or ISO. None for anything else.

    Without a zone of its own it is the store's. A day alone is its noon, so that no zone makes it another day.
    """
    try:
        if form:
            moment = datetime.strptime(text, form)
        elif len(text) == 10:
            moment = datetime.combine(date.fromisoformat(text), datetime.min.time().replace(hour=12))
        elif text.isdigit() and 9 <= len(text) <= 10:  # seconds since 1970, as SQLite programs keep them
            return datetime.fromtimestamp(int(text), zone)
        else:
            moment = datetime.fromisoformat(text.replace(" +", "+"))
    except (ValueError, OverflowError):
        return None
    if not 1900 <= moment.year <= 9000:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _read_phones(store: Store) -> None:
    """Every phone as typed, with the number that it is; "" for what is none."""
    asked = " UNION ".join(f"SELECT phone FROM old_{table}" for table, fields in FIELDS.items() if "phone" in fields)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS old_phone; CREATE TEMP TABLE old_phone (typed text, phone text NOT NULL)")
        cursor.execute(f"SELECT array_agg(phone) FROM ({asked}) AS typed WHERE phone <> ''")
        typed = cursor.fetchone()[0] or []
        with cursor.copy("COPY old_phone (typed, phone) FROM STDIN") as lines:
            for one in typed:
                lines.write_row([one, _phone(one, store.region)])
        cursor.execute("CREATE UNIQUE INDEX ON old_phone (typed); ANALYZE old_phone")


def _phone(text: str, region: str) -> str:
    try:
        return normalise_phone(text.removesuffix(".0"), region)
    except Refused:
        return ""
