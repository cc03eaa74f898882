"""Model fields for money and quantities; each brings its own bounds into the database.

Every bound has an upper end as well: PostgreSQL sorts NaN above all numbers, so `x >= 0` alone lets NaN pass.
"""

from typing import Any

from django.conf import settings
from django.db import models


def field_of(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    """The field of a model that this column is: no relation seen from its other end."""
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field), f"{model.__name__}.{name}"
    return field


class BoundedDecimalField(models.DecimalField):
    """A decimal whose column carries a CHECK of its range."""

    low: str
    high: str

    def db_check(self, connection: Any) -> str:
        column = connection.ops.quote_name(self.column)
        return f"{column} >= {self.low} AND {column} <= {self.high}"


class MoneyField(BoundedDecimalField):
    """Money, two places, 0 to 9,999,999,999.99."""

    low, high = "0", "9999999999.99"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "max_digits": 12, "decimal_places": 2})


class SignedMoneyField(MoneyField):
    """Money that may be negative: profit, rounding."""

    low = "-9999999999.99"


class QuantityField(BoundedDecimalField):
    """A quantity, three places, 0 to 99,999,999.999."""

    low, high = "0", "99999999.999"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "max_digits": 11, "decimal_places": 3})


class SignedQuantityField(QuantityField):
    """A change of stock: plus in, minus out."""

    low = "-99999999.999"


class StoreForeignKey(models.ForeignKey):
    """A key to another row of the same store.

    The database side is the composite key (store, id) that a `StoreKey` constraint declares, so that no row can
    tie two stores together; Django's own single-column key is left out.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        super().__init__(to, on_delete, **{**kwargs, "db_constraint": False})


class StaffField(models.ForeignKey):
    """Who did it. Not indexed: nothing is looked up by it alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        defaults = {"to": settings.AUTH_USER_MODEL, "on_delete": models.PROTECT, "related_name": "+", "db_index": False}
        super().__init__(*args, **{**defaults, **kwargs})
