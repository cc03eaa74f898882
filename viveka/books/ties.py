"""No row points at a row of another store, or at none. The rules are read off the models: a new key has one at once."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from viveka.books.rule import Rule, sql_rule
from viveka.stores.models import StoreOwned


def foreign_keys() -> Iterator[tuple[type[models.Model], models.ForeignKey]]:
    """Every foreign key between tables that are owned by stores; tables of history hold copies and are not."""
    for model in apps.get_models():
        if issubclass(model, StoreOwned):
            for field in model._meta.concrete_fields:
                if isinstance(field, models.ForeignKey) and issubclass(field.related_model, StoreOwned):
                    yield model, field


def _tie(model: type[models.Model], field: models.ForeignKey) -> Rule:
    parent = field.related_model._meta
    return sql_rule(
        f"{model._meta.model_name}_{field.name}_of_one_store",
        f"The {field.verbose_name} of a {model._meta.verbose_name} exists and is of the same store.",
        f"""
        SELECT child.id FROM "{model._meta.db_table}" AS child
          LEFT JOIN "{parent.db_table}" AS parent ON parent.id = child."{field.column}"
         WHERE child.store_id = ANY(%(stores)s) AND child."{field.column}" IS NOT NULL
           AND parent.store_id IS DISTINCT FROM child.store_id
        """,
    )


RULES = [_tie(model, field) for model, field in foreign_keys()]
