"""Migrations without waiting: what is added to tables in a row is put to Django as one operation.

Django makes its picture of all models anew after each operation, for this product a tenth of a second for every
field, constraint, index and trigger: most of the time a new shop waits for its database.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from django.db.migrations import AddConstraint, AddField, AddIndex
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

LIGHT = (AddField, AddConstraint, AddIndex, AddTrigger, RemoveTrigger)


class InARow(Operation):
    """Light operations one after the other; none of them changes or takes a column, so one picture does for all."""

    def __init__(self, operations: Iterable[Any]) -> None:
        self.operations = list(operations)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        apps = state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)
        if apps is not None:
            state.__dict__["apps"] = apps
            state.reload_models(sorted({(app_label, operation.model_name.lower()) for operation in self.operations}))

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)


def in_rows(operations: Iterable[Any]) -> list[Any]:
    """The same operations in the same order, the light ones that follow each other as one."""
    rows: list[Any] = []
    for light, run in groupby(operations, key=lambda operation: type(operation) in LIGHT):
        given = list(run)
        rows += [InARow(given)] if light else given
    return rows


@contextmanager
def adding_in_rows() -> Iterator[None]:
    """While in here, every migration that is applied puts its light operations together."""
    apply = Migration.apply

    def apply_in_rows(self: Any, state: ProjectState, schema_editor: Any, collect_sql: bool = False) -> Any:
        given = self.operations
        self.operations = given if collect_sql else in_rows(given)
        try:
            return apply(self, state, schema_editor, collect_sql)
        finally:
            self.operations = given

    Migration.apply = apply_in_rows  # type: ignore[method-assign, assignment]  # Django has no place for it
    try:
        yield
    finally:
        Migration.apply = apply  # type: ignore[method-assign]  # as it was
