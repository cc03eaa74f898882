"""Form fields that read quantities and levels the way the whole shop does."""

from decimal import Decimal
from typing import Any

from billing.services.products import read_level
from viveka.stores.form_fields import FIRST_DAY, LAST_DAY, AmountField, DayField
from viveka.stores.money import read_quantity, show_quantity

__all__ = ["FIRST_DAY", "LAST_DAY", "AmountField", "DayField", "LevelField", "QuantityField"]


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
