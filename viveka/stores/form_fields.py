"""Form fields that read amounts and days the way the whole shop does."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from viveka.stores.errors import Refused
from viveka.stores.money import read_amount
from viveka.stores.text import clean_text

FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2199, 12, 31)


def offer(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Let the choice field of this name offer these: (what is sent, what is read)."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


def offer_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> forms.ModelChoiceField:
    """Let the choice field of this name offer these rows; answers the field."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows
    return field


class AmountField(forms.CharField):
    """An amount as typed: digits, at most one point and two decimals; None where empty and not required."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(**{"widget": widget, "max_length": 20, **kwargs})

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        try:
            return self.read(text) if text else None
        except Refused as refusal:
            raise ValidationError(refusal.message) from None

    def read(self, text: str) -> Decimal:
        return read_amount(text, field="amount", label=str(self.label or "Amount"))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return initial != self.clean(data)
        except ValidationError:
            return True


class TextField(forms.CharField):
    """A line of text, cleaned as everywhere in the shop."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self.most = most
        widget = forms.TextInput(attrs={"autocomplete": "off"})
        super().__init__(**{"widget": widget, "max_length": 2 * most, **kwargs})

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        try:
            cleaned = clean_text(text, field=str(self.label or "text"), most=self.most)
        except Refused as refusal:
            raise ValidationError(refusal.message) from None
        if self.required and not cleaned:
            raise ValidationError(self.error_messages["required"], code="required")
        return cleaned


class DayField(forms.DateField):
    """A day, within bounds that every calendar and time zone can count in."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(**{"widget": widget, "input_formats": ["%Y-%m-%d"], **kwargs})

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day and not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(f"A day between {FIRST_DAY:%Y} and {LAST_DAY:%Y}.")
        return day
