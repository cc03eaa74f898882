"""Whether the server is there: asked at its socket, and by the process numbers in its lock files."""

import os
import socket
from pathlib import Path

from viveka.embedded.place import PORT, Place


def is_listening(place: Place) -> bool:
    """Whether a blocking connect works: a timed one says "try again" when the server is merely busy."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(place.socket / f".s.PGSQL.{PORT}"))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
    return True


def lock_files(place: Place) -> tuple[Path, Path]:
    """The files by which PostgreSQL keeps a second server away from its data and its socket."""
    return place.data / "postmaster.pid", place.socket / f".s.PGSQL.{PORT}.lock"


def pid_in(file: Path) -> int | None:
    """The process number in a lock file, or None where there is none to read."""
    try:
        return int(file.read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def postmaster_pid(place: Place) -> int | None:
    """The number of the server's first process; it may be dead, if it was killed."""
    return pid_in(lock_files(place)[0])


def is_postgres(pid: int) -> bool:
    """Whether process `pid` is a PostgreSQL server; where the system does not say, whether it lives."""
    try:
        os.kill(pid, 0)
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return command.split(b"\0")[0].endswith(b"postgres")
