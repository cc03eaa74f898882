"""What a report is about: from which day to which."""

from datetime import date, timedelta
from typing import Any

from django import forms

from viveka.stores.form_fields import DayField

LAST_DAYS = 30


class SpanForm(forms.Form):
    """Days, both within; the last thirty where nothing was chosen yet, all there are where a field is left empty."""

    first = DayField(label="From", required=False)
    last = DayField(label="To", required=False)

    def __init__(self, query: Any, *, today: date) -> None:
        chosen = "first" in query or "last" in query
        super().__init__(query if chosen else {**query.dict(), **_usual(today)})
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day is before the first.")
        return cleaned


class CustomersForm(SpanForm):
    """The span, and whether amounts or visits put the customers in order."""

    by = forms.ChoiceField(label="In order of", required=False, choices=[("amount", "Amount"), ("visits", "Visits")])

    def __init__(self, query: Any, *, today: date) -> None:
        super().__init__(query, today=today)
        self.fields["by"].widget.attrs["class"] = "form-select"


class AdvancesForm(SpanForm):
    """The span, and whether it is told by days, weeks or months."""

    each = forms.ChoiceField(
        label="Told by", required=False, choices=[("day", "Days"), ("week", "Weeks"), ("month", "Months")]
    )

    def __init__(self, query: Any, *, today: date) -> None:
        super().__init__(query, today=today)
        self.fields["each"].widget.attrs["class"] = "form-select"


def _usual(today: date) -> dict[str, str]:
    return {"first": f"{today - timedelta(days=LAST_DAYS - 1)}", "last": f"{today}"}
