"""The ways past the triggers of what happened: a merge and a correction move rows to another customer, with the copies
of who that is; an erasure blanks copies.

A way is open for the transaction that opened it and for the block alone; a setting left over from another transaction
opens nothing, because the triggers compare it with the transaction's own id.
"""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager

from django.db import connection

ERASED_WORD = "erased"  # what stands where an erasure may not leave nothing
MERGING = "viveka.merging"
ERASING = "viveka.erasing"
CORRECTING = "viveka.correcting"


def is_open(setting: str) -> str:
    """The condition, in SQL, that the way is open."""
    return f"current_setting('{setting}', true) IS NOT DISTINCT FROM pg_current_xact_id()::text"


@contextmanager
def _open(setting: str) -> Generator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, pg_current_xact_id()::text, true)", [setting])
        yield
        cursor.execute("SELECT set_config(%s, '', true)", [setting])  # a failure rolls the setting back instead


def merging() -> AbstractContextManager[None]:
    """Within this block, in a transaction, ledger rows may move to another customer."""
    return _open(MERGING)


def erasing() -> AbstractContextManager[None]:
    """Within this block, in a transaction, copied personal data may be blanked."""
    return _open(ERASING)


@contextmanager
def correcting() -> Generator[None]:
    """Within this block, in a transaction, ledger rows may move to another customer, and a bill names that one."""
    with _open(MERGING), _open(CORRECTING):
        yield
