"""Change history: named fields of a record, every insert, update and deletion, with who and when."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

import pghistory
from django.apps import apps
from django.db import connection, models

_NOTE = "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true); "
_ACTING: ContextVar[list[str] | None] = ContextVar("acting", default=None)
_WRITES = ("insert", "update", "delete", "with")
# Before a statement that changes running amounts alone: it leaves no row in a history, so it needs no note.
UNTRACED = "/* running amounts */"


def traced(*fields: str) -> Callable[[type[models.Model]], type[models.Model]]:
    """Class decorator: each change of one of these fields leaves a row in the model's history, `<Model>Change`."""

    def decorate(model: type[models.Model]) -> type[models.Model]:
        events = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
        return pghistory.track(*events, fields=list(fields), model_name=f"{model.__name__}Change")(model)

    return decorate


def changes_of(model: Any) -> models.QuerySet[Any]:
    """The history of a traced model, a row for each change."""
    return model.pgh_event_models["update"].objects.all()  # one table for every kind of change


@cache
def _traced_tables() -> tuple[str, ...]:
    changes = (model for model in apps.get_models() if hasattr(model, "pgh_tracked_model"))
    return tuple(change.pgh_tracked_model._meta.db_table for change in changes)


@contextmanager
def acting_as(user_id: int | None, path: str) -> Iterator[None]:
    """All changes in here are noted with this person and address, under one context of pghistory.

    `pghistory.context` says so before every statement that writes; this only before those on a table that has a
    history, because the till writes mostly ledger rows, which name their person themselves.
    """
    context = [str(uuid.uuid4()), json.dumps({"user": user_id, "url": path})]

    def note(execute: Callable, sql: str, params: Any, many: bool, state: dict[str, Any]) -> Any:
        if many or not sql.lstrip()[:6].lower().startswith(_WRITES) or not any(t in sql for t in _traced_tables()):
            return execute(sql, params, many, state)
        result = execute(_NOTE + sql, [*context, *(params or ())], many, state)
        while state["cursor"].nextset():
            pass
        return result

    before = _ACTING.set(context)
    try:
        with connection.execute_wrapper(note):
            yield
    finally:
        _ACTING.reset(before)


def note_until_end(user_id: int, path: str) -> None:
    """Note who is acting until the transaction ends, of a command, whose statements no page surrounds."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [str(uuid.uuid4()), json.dumps({"user": user_id, "url": path})])


def note_for_copy() -> None:
    """Note who is acting until the transaction ends: COPY goes past the statements in which it is said else."""
    if context := _ACTING.get():
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, context)
