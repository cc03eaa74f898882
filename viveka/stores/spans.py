"""From which day to which: what statements, lists and reports ask."""

from datetime import date
from typing import Any

from django import forms

from viveka.stores.form_fields import DayField


class SpanForm(forms.Form):
    """Days, both within; `usual` where nothing was chosen yet, all there are where a field is left empty."""

    first = DayField(label="From", required=False)
    last = DayField(label="To", required=False)

    def __init__(self, query: Any, *, usual: tuple[date | None, date | None]) -> None:
        chosen = "first" in query or "last" in query
        days = {name: f"{day or ''}" for name, day in zip(("first", "last"), usual, strict=True)}
        super().__init__(query if chosen else {**query.dict(), **days})
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field.widget, forms.Select) else "form-control"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day is before the first.")
        return cleaned


class DayForm(forms.Form):
    """One day; `usual` where none was chosen."""

    day = DayField(label="At the end of")

    def __init__(self, query: Any, *, usual: date) -> None:
        super().__init__(query if query.get("day") else {**query.dict(), "day": f"{usual}"})
        self.fields["day"].widget.attrs["class"] = "form-control"
