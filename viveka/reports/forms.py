"""What a report is about: from which day to which."""

from datetime import date, timedelta
from typing import Any

from django import forms

from viveka.stores.spans import SpanForm

LAST_DAYS = 30


class LastDaysForm(SpanForm):
    """Days, both within; the last thirty where nothing was chosen yet."""

    def __init__(self, query: Any, *, today: date) -> None:
        super().__init__(query, usual=(today - timedelta(days=LAST_DAYS - 1), today))


class CustomersForm(LastDaysForm):
    """The span, and whether amounts or visits put the customers in order."""

    by = forms.ChoiceField(label="In order of", required=False, choices=[("amount", "Amount"), ("visits", "Visits")])


class AdvancesForm(LastDaysForm):
    """The span, and whether it is told by days, weeks or months."""

    each = forms.ChoiceField(
        label="Told by", required=False, choices=[("day", "Days"), ("week", "Weeks"), ("month", "Months")]
    )
