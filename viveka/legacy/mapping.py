"""Which column of an older program is what: read from TOML, checked before anything is read."""

import tomllib
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from viveka.stores.errors import Refused

SHIPPED = Path(__file__).parent / "mappings"
_PERSON = ("name", "phone", "customer")
FIELDS: dict[str, tuple[str, ...]] = {
    "customers": ("number", "name", "phone"),
    "sales": ("number", "key", "at", "total", "paid", "method", *_PERSON),
    "lines": ("sale", "at", "code", "item", "quantity", "price", "total", *_PERSON),
    "debts": ("number", "sale", "amount", "paid", "at", "due", "note", *_PERSON),
    "payments": ("number", "debt", "amount", "at", "method", "reference"),
}
"""The tables that can be read, and what is known of each."""

NEEDED = {
    "customers": ("number",),
    "sales": ("number", "at"),
    "lines": ("sale", "quantity"),
    "debts": ("number", "amount"),
    "payments": ("number", "debt", "amount", "at"),
}
_METHODS = ("cash", "card", "upi", "bank_transfer", "credit", "other")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the source: where it is, and its columns by our name.

    A column is a name, the names that it may have (the first that is there is taken), or a text with `{columns}`.
    """

    name: str
    places: tuple[str, ...]
    columns: MappingOf[str, tuple[str, ...]]
    query: str = ""
    """SELECT for an SQLite file, in place of a table."""
    optional: bool = False
    is_said: bool = True
    """Whether a mapping named the columns: then one that is not there is a mistake."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Lines whose `column` is this are refused, and why."""

    column: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """How the books of an older program are read."""

    name: str
    tables: MappingOf[str, Table]
    return_prefix: str = ""
    """What the numbers of cancellations begin with; "" where a quantity below zero is a return by itself."""
    date_format: str = ""
    encoding: str = "utf-8-sig"
    methods: MappingOf[str, str] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()
    text: str = ""


def read_mapping(said: str | None) -> Mapping:
    """The mapping in a file, the shipped one of that name, or with None the one by our own names.

    Raises Refused with what is wrong.
    """
    if said is None:
        return Mapping("old-books", {name: _own(name) for name in FIELDS})
    path = Path(said)
    if not path.is_file() and (SHIPPED / f"{said}.toml").is_file():
        path = SHIPPED / f"{said}.toml"
    try:
        text = path.read_text(encoding="utf-8")
        return _mapping(tomllib.loads(text), text)
    except OSError:
        shipped = ", ".join(sorted(one.stem for one in SHIPPED.glob("*.toml")))
        raise Refused(f"There is no mapping {said}. Give a file, or one of: {shipped}.", "mapping") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{path.name} is no TOML: {error}", "mapping") from None


def _own(name: str) -> Table:
    return Table(
        name, (name, f"{name}.csv", f"{name}.csv.gz"), {one: (one,) for one in FIELDS[name]}, optional=True,
        is_said=False,
    )  # fmt: skip


def _mapping(said: dict[str, Any], text: str) -> Mapping:
    known = {"name", "return_prefix", "dates", "encoding", "methods", "refuse", *FIELDS}
    if unknown := sorted(set(said) - known):
        raise Refused(f"A mapping has no {unknown[0]}. It has {', '.join(sorted(known))}.", "mapping")
    name = said.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > 40:
        raise Refused('A mapping needs a name of at most 40 characters, such as name = "our-old-till".', "mapping")
    tables = {table: _table(table, said[table]) for table in FIELDS if table in said}
    if not tables.keys() & {"sales", "lines", "debts"}:
        raise Refused("A mapping says where sales, lines or debts are.", "mapping")
    methods = {key.strip().casefold(): value for key, value in said.get("methods", {}).items()}
    if wrong := [value for value in methods.values() if value not in _METHODS]:
        raise Refused(f"{wrong[0]} is no way of paying. Use {', '.join(_METHODS)}.", "mapping")
    return Mapping(
        name.strip(), tables, str(said.get("return_prefix", "")), str(said.get("dates", "")),
        str(said.get("encoding", "utf-8-sig")), methods, tuple(_refusal(one) for one in said.get("refuse", [])), text,
    )  # fmt: skip


def _texts(value: Any, where: str) -> tuple[str, ...]:
    texts = tuple(value) if isinstance(value, list) else (value,)
    if not texts or not all(isinstance(one, str) and one for one in texts):
        raise Refused(f"{where} is the name of a column, or a list of names.", "mapping")
    return texts


def _table(name: str, said: Any) -> Table:
    if not isinstance(said, dict):
        raise Refused(f"[{name}] is a table of columns.", "mapping")
    columns = {key: value for key, value in said.items() if key not in ("from", "query", "optional")}
    if unknown := sorted(set(columns) - set(FIELDS[name])):
        raise Refused(f"[{name}] has no {unknown[0]}. It has from, query, {', '.join(FIELDS[name])}.", "mapping")
    if missing := [one for one in NEEDED[name] if one not in columns]:
        raise Refused(f"[{name}] has to say which column is {missing[0]}.", "mapping")
    places = _texts(said.get("from", name), f"from of [{name}]")
    return Table(
        name, places, {key: _texts(value, f"{key} of [{name}]") for key, value in columns.items()},
        str(said.get("query", "")), bool(said.get("optional", False)),
    )  # fmt: skip


def _refusal(said: Any) -> Refusal:
    try:
        refusal = Refusal(str(said["column"]), str(said["is"]), str(said["reason"])[:200])
    except (KeyError, TypeError):
        raise Refused("Each [[refuse]] has column, is and reason.", "mapping") from None
    if refusal.column not in ("sale", "code", "item") or not refusal.reason:
        raise Refused("[[refuse]] looks at sale, code or item, and says a reason.", "mapping")
    return refusal
