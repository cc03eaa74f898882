"""What goes back to a person: a sentence, and the field that it is about."""

from collections.abc import Mapping

import psycopg
from django.db import IntegrityError


class Refused(Exception):
    """Something asked for breaks a rule; nothing was written.

    `field` names the input at fault ("" for the whole), the message says what is wrong and what to do.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.errors: dict[str, list[str]] = {field: [message]} if field else {}


class RefusedFields(Refused):
    """Several fields at once, each with its sentence."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__(" ".join(message for messages in errors.values() for message in messages))
        self.errors = dict(errors)


class Conflict(Refused):
    """The request is fine in itself, but not as things stand now (stock, a price, a limit)."""


class Missing(Refused):
    """No such thing in this store; another store's thing is answered in the same words."""


def broken_rule(error: IntegrityError) -> str:
    """The name of the constraint that the database kept; "" where it names none."""
    cause = error.__cause__
    return (cause.diag.constraint_name or "") if isinstance(cause, psycopg.Error) else ""
