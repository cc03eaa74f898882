"""Tables in files: CSV and XLSX read row by row, and written so that no cell runs as a formula.

In CSV a cell that a spreadsheet would take for a formula gets an apostrophe in front, which is taken off again on
reading; in XLSX cells are typed: text as text, amounts, counts and days as what they are, so that a spreadsheet adds
and sorts them.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

from viveka.stores.errors import Refused

_RUNS = tuple("=+-@\t\r\n")
_MOST_UNPACKED = 300 * 1024 * 1024
_MOST_COLUMNS = 200
_NUMBERS = (Decimal, int, float)  # never a formula, also below zero
_TOO_LONG = 10**13  # with two places, more digits than a spreadsheet keeps
_NOT_IN_XML = dict.fromkeys((0xFFFE, 0xFFFF), "\ufffd")
_ENDINGS = (";", "\t", "|")


class UnreadableFile(Refused):
    """The file is no table that can be read."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "file")


def harmless(text: str) -> str:
    """The text as a CSV cell that no spreadsheet runs."""
    if text.startswith(_RUNS) or (text.startswith("'") and text[1:].startswith((*_RUNS, "'"))):
        return f"'{text}"
    return text


def original(cell: str) -> str:
    """What `harmless` made this cell of."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_RUNS, "'")) else cell


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The rows as lines of a CSV file, the byte order mark that Excel wants in front."""
    yield "\ufeff"
    line = io.StringIO()
    writer = csv.writer(line)
    for row in rows:
        writer.writerow([_text(value) if isinstance(value, _NUMBERS) else harmless(_text(value)) for value in row])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def xlsx_bytes(rows: Iterable[Sequence[Any]], *, sheet: str = "Customers") -> bytes:
    """The rows as an XLSX file: numbers and days are numbers and days there, all else is text."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    for row in rows:
        page.append([_cell(page, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(page: Any, value: Any) -> Any:
    if shape := _shape(value):
        cell = WriteOnlyCell(page, value=value)
        cell.number_format = shape
        return cell
    cell = WriteOnlyCell(page, value=_text(value).translate(_NOT_IN_XML))
    cell.data_type = "s"  # also where it begins with =
    return cell


def _shape(value: Any) -> str:
    """How a spreadsheet shows it; "" for text, and for a number that no cell can hold."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, date):
        return "" if isinstance(value, datetime) else "yyyy-mm-dd"
    if isinstance(value, int):
        return "0" if abs(value) < _TOO_LONG else ""
    if not isinstance(value, Decimal | float) or not isfinite(value) or abs(float(value)) >= _TOO_LONG:
        return ""
    places = -int(Decimal(str(value)).as_tuple().exponent)
    return f"#,##0.{'0' * places}" if places > 0 else "#,##0"


def read_table(name: str, data: bytes) -> Iterator[list[str]]:
    """The rows of a file as text, the header first; empty rows are left out as such (`[]`), so that lines count.

    Raises UnreadableFile, which says what is wrong.
    """
    if data[:4] == b"PK\x03\x04":
        return _read_xlsx(data)
    if name.lower().endswith((".xls", ".xlsx", ".ods")):
        raise UnreadableFile("This spreadsheet can't be read. Save it as XLSX or CSV.")
    return _read_csv(data)


def _read_csv(data: bytes) -> Iterator[list[str]]:
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFile("The file is not UTF-8. In the spreadsheet, save it as CSV UTF-8 or as XLSX.") from None
    if "\0" in text:
        raise UnreadableFile("The file is no CSV file.")
    header = text.split("\n", 1)[0]
    comma = max((",", *_ENDINGS), key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=comma)
    try:
        for row in rows:
            yield [original(cell) for cell in row[:_MOST_COLUMNS]] if any(cell.strip() for cell in row) else []
    except csv.Error as error:
        raise UnreadableFile(f"Line {rows.line_num} can't be read: {error}.") from None


def _read_xlsx(data: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _MOST_UNPACKED:
                raise UnreadableFile("The spreadsheet is too large. Save it as CSV.")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for row in sheet.iter_rows(values_only=True, max_col=_MOST_COLUMNS):
            cells = [_text(value) for value in row]
            while cells and not cells[-1].strip():
                cells.pop()
            yield cells
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, SyntaxError, OSError) as error:
        raise UnreadableFile("This spreadsheet can't be read. Save it as XLSX or CSV.") from error


def _text(value: Any) -> str:
    """A value as a person writes it: whole numbers without a point, days without a time."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0) and not value.tzinfo:
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
