"""A product file's lines, read one by one: what each says, or why it is refused."""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from billing.models import Unit
from billing.services.products import clean_product, read_level
from viveka.stores.errors import Refused
from viveka.stores.models import Store
from viveka.stores.money import read_amount, read_quantity
from viveka.stores.sheets import UnreadableFile, read_table
from viveka.stores.text import clean_text

PRODUCT_COLUMNS = (
    "name", "sku", "barcode", "category", "unit", "selling_price", "stock_policy", "low_stock_level",
)  # fmt: skip
BATCH_COLUMNS = (
    "quantity", "cost_price", "batch_price", "mrp", "expiry_date", "received_at", "supplier", "supplier_bill",
)  # fmt: skip
PACK_COLUMNS = ("pack_barcode", "pack_size")
COLUMNS = (*PRODUCT_COLUMNS, *BATCH_COLUMNS, *PACK_COLUMNS)
_AMOUNTS = {"selling_price", "cost_price", "batch_price", "mrp"}
_UNITS = {word.casefold(): value for value, label in Unit.choices for word in (value, label)}
SUPPLIER_BILL = 50  # what the mark leaves of the column
MARK_LENGTH = len("import ") + 16
_FIRST_YEAR, _LAST_YEAR = 1950, 2199


@dataclass(frozen=True, slots=True)
class Lot:
    """The opening batch of a line."""

    quantity: Decimal
    cost_price: Decimal
    selling_price: Decimal | None
    mrp: Decimal | None
    expiry_date: date | None
    received_at: datetime | None
    """None: when the file is imported."""
    supplier: str = ""
    supplier_bill: str = ""

    @property
    def mark(self) -> str:
        """What says that this lot was imported before: a digest of all that the line says of it."""
        said: tuple[Any, ...] = (
            self.quantity, self.cost_price, self.selling_price, self.mrp, self.expiry_date, self.received_at,
        )  # fmt: skip
        said += tuple(filter(None, (self.supplier, self.supplier_bill)))
        return f"import {hashlib.sha256('|'.join(map(str, said)).encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Pack:
    """A further barcode, and how much of the product it stands for."""

    barcode: str
    quantity: Decimal


@dataclass(slots=True)
class Row:
    """A line that could be read: the product's fields that it gives, its lot and its further barcode if it has one."""

    line: int
    fields: dict[str, Any]
    lot: Lot | None = None
    pack: Pack | None = None


@dataclass(slots=True)
class Reading:
    """All lines of a file: those that can go in, and the others with the reason."""

    rows: list[Row] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    named: dict[int, str] = field(default_factory=dict)
    """By its number, what a line says it is about."""

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.refused)


def read_file(data: bytes, store: Store) -> Reading:
    """Read a UTF-8 file of comma-separated values, or an XLSX file, with a header (see COLUMNS).

    Raises UnreadableFile where it is not one; what is wrong with a single line is only noted.
    """
    if data[:4] == b"PK\x03\x04":
        return _read_spreadsheet(data, store)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"The file is not UTF-8 text (byte {error.start + 1}). Save it as UTF-8.") from None
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    reading = Reading()
    try:
        header = _read_header(lines)
        for cells in lines:
            if any(cell.strip() for cell in cells):
                _read_line(reading, lines.line_num, header, cells, store)
    except csv.Error as error:
        raise UnreadableFile(f"Line {lines.line_num} is not comma-separated values: {error}.") from None
    return reading


def _read_spreadsheet(data: bytes, store: Store) -> Reading:
    reading, rows = Reading(), enumerate(read_table("goods.xlsx", data), 1)
    header = _read_header(cells for _, cells in rows)
    for number, cells in rows:
        if any(cell.strip() for cell in cells):
            _read_line(reading, number, header, cells + [""] * (len(header) - len(cells)), store)
    return reading


def _read_header(lines: Iterator[list[str]]) -> list[str]:
    header = [cell.strip().lower().replace(" ", "_") for cell in next(lines, [])]
    if not {"name", "barcode", "sku"} & set(header):
        raise UnreadableFile(f"The first line must name the columns: {', '.join(COLUMNS)}.")
    if unknown := [name for name in header if name not in COLUMNS]:
        raise UnreadableFile(f"Unknown columns: {', '.join(unknown)}. Known are {', '.join(COLUMNS)}.")
    if len(set(header)) < len(header):
        raise UnreadableFile("A column stands in the header twice.")
    return header


def _read_line(reading: Reading, line: int, header: list[str], cells: list[str], store: Store) -> None:
    try:
        if len(cells) != len(header):
            raise Refused(f"It has {len(cells)} cells, the header has {len(header)}.")
        given = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()}
        reading.named[line] = (given.get("name") or given.get("barcode") or given.get("sku") or "")[:200]
        fields = clean_product({name: _read_cell(name, given[name]) for name in PRODUCT_COLUMNS if name in given})
        reading.rows.append(Row(line, fields, _read_lot(given, store), _read_pack(given)))
    except Refused as refusal:
        reading.refused.append((line, refusal.message))


def _read_cell(name: str, text: str) -> Any:
    if name in _AMOUNTS:
        return read_amount(text, field=name)
    if name == "low_stock_level":
        return read_level(text, field=name)
    if name == "unit":
        return _UNITS.get(text.casefold(), text)
    if name == "stock_policy":
        return text.lower()
    return text


def _read_lot(given: dict[str, str], store: Store) -> Lot | None:
    extra = [name for name in BATCH_COLUMNS if name in given]
    if "quantity" not in given:
        if extra:
            raise Refused(f"There is a {extra[0]} but no quantity.", "quantity")
        return None
    if "cost_price" not in given:
        raise Refused("A quantity needs a cost_price.", "cost_price")
    prices = {name: _read_cell(name, given[name]) for name in ("cost_price", "batch_price", "mrp") if name in given}
    expiry = _read_day(given["expiry_date"], "expiry_date") if "expiry_date" in given else None
    received = _read_moment(given["received_at"], store) if "received_at" in given else None
    quantity = read_quantity(given["quantity"])
    texts = {
        name: clean_text(given.get(name, ""), field=name, most=most)
        for name, most in (("supplier", 200), ("supplier_bill", SUPPLIER_BILL))
    }
    return Lot(quantity, prices["cost_price"], prices.get("batch_price"), prices.get("mrp"), expiry, received, **texts)


def _read_pack(given: dict[str, str]) -> Pack | None:
    if "pack_barcode" not in given:
        if "pack_size" in given:
            raise Refused("There is a pack_size but no pack_barcode.", "pack_size")
        return None
    barcode = clean_product({"barcode": given["pack_barcode"]})["barcode"]
    return Pack(barcode, read_quantity(given["pack_size"], field="pack_size") if "pack_size" in given else Decimal(1))


def _read_day(text: str, name: str) -> date:
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise Refused(f"{name} is a day like 2026-04-30.", name)
    return day


def _read_moment(text: str, store: Store) -> datetime:
    """A day (its first moment), or a day with a time, in the store's own zone unless the text names another."""
    if len(text) == 10:
        return datetime.combine(_read_day(text, "received_at"), time(), tzinfo=store.zone)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("received_at is a day like 2026-04-30, or 2026-04-30 18:30.", "received_at") from None
    _read_day(f"{moment:%Y-%m-%d}", "received_at")
    return moment if moment.tzinfo else moment.replace(tzinfo=store.zone)
