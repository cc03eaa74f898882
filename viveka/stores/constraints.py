"""Composite foreign keys (store, parent): a row of one store can never point at a row of another."""

from typing import Any

from django.db import models
from django.db.models.constraints import BaseConstraint

DEFERRED = "DEFERRABLE INITIALLY DEFERRED"


class StoreKey(BaseConstraint):
    """FOREIGN KEY (store_id, <field>_id) REFERENCES parent (store_id, id), checked at commit."""

    def __init__(self, field: str, *, name: str = "%(app_label)s_%(class)s_{field}_store_key") -> None:
        self.field = field
        super().__init__(name=name.replace("{field}", field))

    def _key(self, model: type[models.Model], editor: Any) -> str:
        field: Any = model._meta.get_field(self.field)
        parent = field.related_model._meta
        quote = editor.quote_name
        child_columns = f"{quote('store_id')}, {quote(field.column)}"
        parent_columns = f"{quote('store_id')}, {quote(parent.pk.column)}"
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({child_columns})"
            f" REFERENCES {quote(parent.db_table)} ({parent_columns}) {DEFERRED}"
        )

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        return self._key(model, schema_editor)

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        return f"ALTER TABLE {schema_editor.quote_name(model._meta.db_table)} ADD {self._key(model, schema_editor)}"

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Judged by the database at commit; forms offer rows of their own store alone."""

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, _, kwargs = super().deconstruct()
        return path, (self.field,), kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoreKey) and (self.field, self.name) == (other.field, other.name)

    __hash__ = BaseConstraint.__hash__
