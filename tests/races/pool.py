"""Sixteen tills: processes of their own, with connections of their own, that begin each round at the same moment.

They live through all tests; a round is sent to them and answered, so that 200 rounds stay in minutes.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

TILLS = 16
SECONDS = 60
Deed = Callable[..., Any]
Fault = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Outcome:
    """How one deed ended: done with an answer, refused in words, or failed with what nobody should see."""

    answer: Any = None
    refusal: str = ""
    failure: str = ""


@dataclass(frozen=True)
class Round:
    """What one till does: the deed once for each set of arguments, with a fault put in or none."""

    deed: Deed
    arguments: Sequence[tuple[Any, ...]]
    fault: Fault


class Tills:
    """The processes, as the test sees them."""

    def __init__(self, database: str) -> None:
        context = get_context("forkserver")  # what a till imports is imported once for all of them
        context.set_forkserver_preload(["tests.races.till"])
        self._barrier = context.Barrier(TILLS)  # named, or it would be gone before the processes have it
        self._lines: list[Connection] = []
        self._processes = []
        for _ in range(TILLS):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(database, theirs, self._barrier), daemon=True)
            process.start()
            self._lines.append(ours)
            self._processes.append(process)

    def run(self, deed: Deed, arguments: Sequence[tuple[Any, ...]], fault: Fault = nullcontext) -> list[Outcome]:
        """Do the deed once for each set of arguments, dealt out over the tills, all beginning together."""
        for n, line in enumerate(self._lines):
            line.send(Round(deed, arguments[n::TILLS], fault))
        outcomes = []
        for line in self._lines:
            if not line.poll(SECONDS):
                raise RuntimeError("A till does not answer.")  # not an assertion: no race was lost
            outcomes += line.recv()
        return outcomes

    def close(self) -> None:
        for line in self._lines:
            line.send(None)
        for process in self._processes:
            process.join(10)
            if process.is_alive():
                process.kill()


def _work(database: str, line: Connection, barrier: Barrier) -> None:
    from django.db import connection

    import_module("tests.races.till")  # is there already, unless the server of forks could not read it
    connection.settings_dict["NAME"] = database
    connection.ensure_connection()
    while task := line.recv():
        with task.fault():
            barrier.wait(SECONDS)
            outcomes = [_do(task.deed, arguments) for arguments in task.arguments]
        with connection.cursor() as cursor:  # so that pg_stat_database knows of a deadlock at once
            cursor.execute("SELECT pg_stat_force_next_flush()")
        line.send(outcomes)
    connection.close()


def _do(deed: Deed, arguments: tuple[Any, ...]) -> Outcome:
    from viveka.stores.errors import Refused

    try:
        return Outcome(answer=deed(*arguments))
    except Refused as refusal:
        return Outcome(refusal=type(refusal).__name__)
    except Exception as failure:
        return Outcome(failure=f"{type(failure).__name__}: {failure}")
