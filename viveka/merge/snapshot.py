"""A record as it is, in JSON, and back."""

from typing import Any

from django.db import models

from customers.models import Customer
from viveka.stores.fields import field_of

SUMS = ("advance_balance", "debt_balance", "total_purchases", "purchase_count")


def _kept_fields() -> list[models.Field]:
    return [field for field in Customer._meta.concrete_fields if not field.generated]


def snapshot(customer: Customer) -> dict[str, str | None]:
    """Every column that is not computed by the database."""
    taken = {}
    for field in _kept_fields():
        value = getattr(customer, field.attname)
        taken[field.attname] = None if value is None else field.value_to_string(customer)
    return taken


def value_of(taken: dict[str, str | None], name: str) -> Any:
    """The value of a column in a snapshot."""
    field = field_of(Customer, name)
    text = taken[field.attname]
    return None if text is None else field.to_python(text)
