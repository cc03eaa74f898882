import csv
import io
import json
from datetime import date
from decimal import Decimal as D

import pytest
from openpyxl import Workbook, load_workbook

from viveka.stores.sheets import UnreadableFile, csv_lines, harmless, original, read_table, xlsx_bytes

DANGEROUS = ["=1+1", "+91", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "'=1", "''=1", "'", "''", "'t Hooft"]


def as_csv(rows):
    return "".join(csv_lines(rows)).encode()


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_formula_is_made_harmless_and_comes_back(text):
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert original(harmless(text)) == text


@pytest.mark.parametrize("text", ["Asha", "O'Neil", "'t Hooft", "", "1+1", "नेहा"])
def test_other_text_stays_as_it_is(text):
    assert harmless(text) == original(text) == text


@pytest.mark.parametrize("write", [as_csv, xlsx_bytes])
def test_what_is_written_comes_back(write):
    rows = [["Name", "Note"], *([text, f'x,"{text}"\nsecond line; y'] for text in DANGEROUS), ["李小龙", "علي"]]
    got = list(read_table("f.csv", write(rows)))
    assert [[cell.strip("\t") for cell in row] for row in got] == [[cell.strip("\t") for cell in row] for row in rows]


@pytest.mark.data
@pytest.mark.parametrize("write", [as_csv, xlsx_bytes])
def test_naughty_strings_come_back(real_data, write):
    from viveka.stores.errors import Refused
    from viveka.stores.text import clean_text

    kept = []
    for text in json.loads((real_data / "strings/blns.json").read_text()):
        try:
            kept.append(clean_text(text, field="note", most=1000, lines=True))
        except Refused:
            pass
    kept = [text for text in kept if text and "\ufffe" not in text and "\uffff" not in text]
    assert [row[0] for row in read_table("f", write([[text] for text in kept]))] == kept


def test_no_cell_of_a_spreadsheet_is_a_formula():
    sheet = load_workbook(io.BytesIO(xlsx_bytes([[text] for text in DANGEROUS]))).worksheets[0]
    assert {row[0].data_type for row in sheet.iter_rows()} <= {"s", "inlineStr"}


def test_numbers_and_days_of_a_spreadsheet_are_numbers_and_days():
    values = [D("1234.50"), D("-0.30"), D("9999999999.99"), D("1.250"), 7, date(2026, 4, 1), 1.5]
    odd = [True, D("NaN"), float("inf"), 10**20, None, "12.50", "-1"]
    written = xlsx_bytes([values, odd])
    numbers, texts = load_workbook(io.BytesIO(written)).worksheets[0].iter_rows()
    assert [(cell.data_type, cell.number_format) for cell in numbers] == [
        ("n", "#,##0.00"), ("n", "#,##0.00"), ("n", "#,##0.00"), ("n", "#,##0.000"), ("n", "0"), ("d", "yyyy-mm-dd"),
        ("n", "#,##0.0"),
    ]  # fmt: skip
    assert [D(str(cell.value)) for cell in numbers[:3]] == values[:3]
    assert {cell.data_type for cell in texts if cell.value is not None} <= {"s", "inlineStr"}
    assert [row[:3] for row in read_table("f.xlsx", written)][0] == ["1234.5", "-0.3", "9999999999.99"]


def test_no_cell_of_a_csv_begins_a_formula():
    for row in csv.reader(io.StringIO(as_csv([DANGEROUS]).decode("utf-8-sig"))):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]


@pytest.mark.parametrize(
    "data",
    [
        b"Name;Phone\nAsha;1\n",
        "Name\tPhone\nAsha\t1\n".encode("utf-16"),
        b"\xef\xbb\xbfName,Phone\r\nAsha,1\r\n",
    ],
)
def test_reads_the_csv_of_many_programs(data):
    assert list(read_table("f.csv", data)) == [["Name", "Phone"], ["Asha", "1"]]


def test_empty_lines_count():
    assert list(read_table("f.csv", b"a,b\n\n , \nx,y\n")) == [["a", "b"], [], [], ["x", "y"]]


def test_numbers_of_a_spreadsheet_are_read_as_people_write_them():
    book = Workbook()
    book.active.append(["Phone", "x", "y"])
    book.active.append([9876543210.0, 1.5, True])
    out = io.BytesIO()
    book.save(out)
    assert list(read_table("f.xlsx", out.getvalue())) == [["Phone", "x", "y"], ["9876543210", "1.5", "yes"]]


@pytest.mark.parametrize(
    ("name", "data"),
    [("f.csv", b"\xff\x00a\xd8"), ("f.csv", b"a\0b"), ("f.xlsx", b"x"), ("f.xls", b"\xd0\xcf"),
     ("f.xlsx", b"PK\x03\x04x"), ("f.csv", b"\x89PNG\r\n\x1a\n")],
)  # fmt: skip
def test_what_is_no_table_is_refused(name, data):
    with pytest.raises(UnreadableFile) as refusal:
        list(read_table(name, data))
    assert list(refusal.value.errors) == ["file"]
