"""Amounts and quantities are numbers within their bounds. NaN equals NaN, so no sum would ever tell.

Read off the models: a new amount is looked at at once.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from viveka.books.rule import Rule, sql_rule
from viveka.stores.fields import BoundedDecimalField
from viveka.stores.models import StoreOwned


def amounts() -> Iterator[tuple[type[models.Model], list[BoundedDecimalField]]]:
    """The tables owned by stores that have amounts, and these."""
    for model in apps.get_models():
        if issubclass(model, StoreOwned):
            fields = [field for field in model._meta.concrete_fields if isinstance(field, BoundedDecimalField)]
            if fields:
                yield model, fields


def _bounds(model: type[models.Model], fields: list[BoundedDecimalField]) -> Rule:
    within = " AND ".join(f'coalesce("{one.column}" BETWEEN {one.low} AND {one.high}, true)' for one in fields)
    names = ", ".join(str(one.verbose_name) for one in fields)
    return sql_rule(
        f"{model._meta.model_name}_amounts_within_bounds",
        f"Every amount of a {model._meta.verbose_name} is a number within its bounds ({names}).",
        f'SELECT id FROM "{model._meta.db_table}" WHERE store_id = ANY(%(stores)s) AND NOT ({within})',
    )


RULES = [_bounds(model, fields) for model, fields in amounts()]
