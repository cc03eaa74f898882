"""What makes two people at once the same as one after the other."""

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction

from viveka.stores.errors import Conflict

Result = TypeVar("Result")
_AGAIN = {"40001", "40P01"}  # serialization failure, deadlock
TRIES = 10  # more than the tills that are likely to change one thing at one moment


class StartAgain(Conflict):
    """What was locked is no longer what was looked for: roll back, and begin anew with what is there now."""


def retry_when_entangled(operation: Callable[..., Result]) -> Callable[..., Result]:
    """Run the operation again where PostgreSQL ended it to resolve a deadlock, or where it asks to start again.

    The operation opens its own transaction.

    Inside another transaction it runs once: only the outermost may start again.
    """

    @wraps(operation)
    def run(*args: Any, **kwargs: Any) -> Result:
        for attempt in range(TRIES):
            try:
                return operation(*args, **kwargs)
            except StartAgain:
                if connection.in_atomic_block or attempt == TRIES - 1:
                    raise
            except OperationalError as error:
                code = getattr(error.__cause__, "sqlstate", None)
                if code not in _AGAIN or connection.in_atomic_block or attempt == TRIES - 1:
                    raise
                time.sleep(random.uniform(0, 0.02 * 2 ** min(attempt, 5)))  # noqa: S311  (jitter, not a secret)
        raise AssertionError("unreachable")

    return run


def own_or_callers_transaction() -> AbstractContextManager[None]:
    """A transaction where the caller has none; otherwise the caller's, which goes on when this part is refused.

    (`atomic(savepoint=False)` would doom the caller's.) Whatever may fail in the database inside takes a savepoint.
    """
    return nullcontext() if connection.in_atomic_block else transaction.atomic()
