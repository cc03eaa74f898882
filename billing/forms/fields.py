"""Form fields that read amounts, quantities and days the way the whole shop does."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from billing.services.products import read_level
from viveka.stores.errors import Refused
from viveka.stores.money import read_amount, read_quantity, show_quantity

FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2199, 12, 31)


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


class QuantityField(AmountField):
    """A quantity as typed, three decimals at most."""

    def read(self, text: str) -> Decimal:
        return read_quantity(text, label=str(self.label or "Quantity"))

    def prepare_value(self, value: Any) -> Any:
        return show_quantity(value) if isinstance(value, Decimal) else value


class LevelField(QuantityField):
    """A low-stock level: a quantity, or 0."""

    def read(self, text: str) -> Decimal:
        return read_level(text)


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
