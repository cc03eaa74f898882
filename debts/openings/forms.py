"""The forms of opening balances: a file, and rows typed off a page."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django import forms
from django.http import QueryDict

from debts.openings.kept import Row
from debts.openings.lines import COLUMNS, FIELDS
from viveka.stores.errors import Refused
from viveka.stores.form_fields import DayField
from viveka.stores.incoming.forms import FileForm
from viveka.stores.money import ZERO, read_amount

ROWS_SHOWN, MOST_ROWS = 20, 100
LONGEST = 400


class OpeningsFileForm(FileForm):
    """A file of opening balances to look at before it is brought in."""

    day = DayField(label="Since, where a line has no day", help_text="The day for which the old book gives them.")

    def __init__(self, data: Any = None, files: Any = None, *, today: date) -> None:
        super().__init__(data, files, initial={"day": today})
        most = f"at most 10 MB and {COLUMNS.most_lines:,} lines"
        self.fields["file"].help_text = f"Columns for name, phone, owes, since, paid ahead; {most}."

    @property
    def about(self) -> dict[str, Any]:
        return {"day": self.cleaned_data["day"].isoformat()}


class DayForm(forms.Form):
    """Since when, for rows that don't say it."""

    day = DayField(label="Since, where a row has no day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].widget.attrs["class"] = "form-control"


class Grid:
    """Rows typed off a page: what stands in each, what is wrong with it, and what they come to."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.rows = [row for row in rows if any(cell.strip() for cell in row.values())]
        self.errors: dict[int, str] = {}

    @classmethod
    def posted(cls, data: QueryDict) -> "Grid":
        """The rows of a form; empty ones are left out."""
        columns = [[cell[:LONGEST] for cell in data.getlist(name)] for name in FIELDS]
        return cls(dict(zip(FIELDS, cells, strict=True)) for cells in zip_longest(*columns, fillvalue=""))

    @property
    def why_not(self) -> str:
        """What is wrong with all of it, or ""."""
        if not self.rows:
            return "Type at least one row."
        if any("\0" in cell for row in self.rows for cell in row.values()):
            return "There are characters that are not text. Type that row again."
        return f"At most {MOST_ROWS} rows at once. Enter these first." if len(self.rows) > MOST_ROWS else ""

    def note_errors(self, told: Mapping[int, str]) -> None:
        """What is wrong, by the number of the row (1 is the first)."""
        self.errors = dict(told)

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The rows, and empty ones to go on with."""
        blank = [dict.fromkeys(FIELDS, "")] * max(ROWS_SHOWN - len(self.rows), 3)
        rows = [*self.rows, *blank][: max(MOST_ROWS, len(self.rows))]
        return [{"number": n, **row, "error": self.errors.get(n, "")} for n, row in enumerate(rows, 1)]

    def total(self, name: str) -> Decimal:
        """Of what can be read as an amount."""
        return sum((_amount(row[name]) for row in self.rows), ZERO)

    @property
    def owes(self) -> Decimal:
        return self.total("owes")

    @property
    def ahead(self) -> Decimal:
        return self.total("ahead")


def _amount(text: str) -> Decimal:
    try:
        return read_amount(text.strip(), field="amount")
    except Refused:
        return ZERO
