"""Start, stop and look after the embedded PostgreSQL, with nothing but its own `initdb` and `pg_ctl`.

The server is left running between commands. Whoever needs it and finds it down starts it again, one
process at a time: a file lock lets eight processes on an empty folder make one cluster.
"""

import fcntl
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from viveka.embedded.place import (
    KEEP,
    PORT,
    ClusterError,
    Place,
    find_place,
    make_keep,
    make_private,
    own_programs,
    programs_for,
)
from viveka.embedded.process import is_listening, is_postgres, lock_files, pid_in, postmaster_pid

DATABASE = ROLE = "viveka"
SUPERUSER = "postgres"
MAJOR_VERSION = "18"
START_SECONDS = 300  # crash recovery may have much to replay
PATIENCE_SECONDS = 120  # for the last children of a killed server
LOST_SOCKET_SECONDS = 15
LONGEST_LOG = 10_000_000  # bytes; looked at when the server starts

# For a small shop. They go into postgresql.conf when the cluster is made, where its owner may change them.
SERVER_SETTINGS = {
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "jit": "off",
    "random_page_cost": "1.1",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "10min",
    "wal_compression": "on",
    "idle_in_transaction_session_timeout": "10min",
    "timezone": "UTC",
    "log_checkpoints": "off",
}
# A test cluster may lose its data when the machine dies, and looks for deadlocks at once.
FAST_AND_LOOSE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "deadlock_timeout": "100ms"}
# What is said by a server that will be ready, or ready to be started again, in a moment. One that was
# killed still takes connections while its last children live, and drops them.
PASSING = (
    "starting up",
    "shutting down",
    "recovery mode",
    "accepting connections",
    "closed the connection unexpectedly",
    "Connection refused",
    "No such file",
)
LEFTOVERS = ("lock file", "shared memory block")


@dataclass(frozen=True)
class Status:
    """What `manage.py database status` tells."""

    running: bool
    pid: int | None
    data: Path
    socket: Path
    user: str
    programs: Path


class EmbeddedCluster:
    """The cluster that should live in the folder `wanted`; `durable` is off for tests only."""

    def __init__(self, wanted: Path, *, durable: bool = True) -> None:
        self.wanted = wanted
        self.durable = durable

    @property
    def place(self) -> Place:
        """Where it lies now. Raises ClusterError where nobody could run it."""
        return find_place(self.wanted)

    def binary(self, name: str) -> Path:
        """The path of one of PostgreSQL's programs: psql, pg_dump, …"""
        return own_programs() / name

    def is_running(self) -> bool:
        """Whether the server takes connections. Raises ClusterError where its socket may not be asked."""
        with self._in_plain_words():
            return is_listening(self.place)

    def ensure_running(self) -> Path:
        """Make, start and prepare the cluster as far as needed; returns the folder of its socket.

        Raises ClusterError where that cannot be done.
        """
        with self._in_plain_words():
            self.wanted.parent.mkdir(parents=True, exist_ok=True)
            with self._lock():
                place = self.place
                began = time.monotonic()
                while True:
                    if not is_listening(place):
                        self._create(place)
                        self._start(place)
                    try:
                        self._prepare(place)
                        return place.socket
                    except psycopg.OperationalError as error:
                        passing = any(words in str(error) for words in PASSING)
                        if not passing or time.monotonic() - began > PATIENCE_SECONDS:
                            raise
                        time.sleep(0.1)

    def stop(self) -> bool:
        """Stop the server, rolling back what is open; False where it was not running. Raises ClusterError."""
        with self._in_plain_words():
            if not self.wanted.parent.exists():
                return False
            with self._lock():
                place = self.place
                pid = postmaster_pid(place)
                if not is_listening(place) and not (pid and is_postgres(pid)):
                    return False
                self._pg_ctl_stop(place)
                return True

    def status(self) -> Status:
        """Whether it runs, where, and as whom. Raises ClusterError."""
        place = self.place
        running = self.is_running()
        return Status(
            running=running,
            pid=postmaster_pid(place) if running else None,
            data=place.data,
            socket=place.socket,
            user=place.user.pw_name if place.user else "you",
            programs=own_programs(),
        )

    @contextmanager
    def _in_plain_words(self) -> Iterator[None]:
        try:
            yield
        except (OSError, psycopg.Error) as error:
            raise ClusterError(f"The database in {self.wanted} cannot be used: {error}") from error

    @contextmanager
    def _lock(self) -> Iterator[None]:
        place = self.place
        handle = os.open(place.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            if place.user:
                os.fchown(handle, place.user.pw_uid, place.user.pw_gid)
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _create(self, place: Place) -> None:
        """initdb beside the folder and rename, so that a cluster is there whole or not at all."""
        version = place.data / "PG_VERSION"
        if version.exists():
            if (found := version.read_text().strip()) != MAJOR_VERSION:
                raise ClusterError(f"{place.data} is of PostgreSQL {found}; this Viveka comes with {MAJOR_VERSION}.")
            return
        if KEEP in place.data.parents:
            make_keep(place.data.parent)
            if not self.wanted.is_symlink():  # it says where the data is, for people and for the next start
                self.wanted.symlink_to(place.data)
        new = place.data.with_name(f"{place.data.name}.new")
        if new.exists():
            shutil.rmtree(new)
        make_private(new, place.user)
        options = ["--username", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C"]
        options += ["--lc-ctype=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options += [f"--set={name}={value}" for name, value in SERVER_SETTINGS.items()]
        if not self.durable:
            options.append("--no-sync")
        self._run(place, "initdb", "-D", str(new), *options)
        new.rename(place.data)

    def _start(self, place: Place) -> None:
        """pg_ctl start, again and again while a killed server's children or files are in the way."""
        make_private(place.socket, place.user)
        began = time.monotonic()
        while (report := self._pg_ctl_start(place)) and not is_listening(place):
            waited = time.monotonic() - began
            if waited > PATIENCE_SECONDS or not any(words in report for words in LEFTOVERS):
                raise ClusterError(f"The database in {place.data} does not start:\n{report}")
            for file in lock_files(place):
                pid = pid_in(file)
                if pid and not is_postgres(pid):
                    # Killed, and its number went to another process or waits to be collected. PostgreSQL
                    # looks for living children by their shared memory, whether or not this file is there.
                    file.unlink(missing_ok=True)
                elif pid and waited > LOST_SOCKET_SECONDS:
                    self._pg_ctl_stop(place)  # it runs, but nobody can reach it: its socket was deleted
                    break
            time.sleep(0.2)

    def _pg_ctl_start(self, place: Place) -> str:
        """Start the server and wait until it is ready; returns what it complains about, or nothing."""
        settings = {"listen_addresses": "", "port": str(PORT), "unix_socket_permissions": "0700"}
        settings["unix_socket_directories"] = str(place.socket)
        if not self.durable:
            settings |= FAST_AND_LOOSE
        given = shlex.join(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        log = place.data / "server.log"
        if log.exists() and log.stat().st_size > LONGEST_LOG:
            log.rename(log.with_suffix(".log.1"))
        seen = log.stat().st_size if log.exists() else 0
        options = ["-w", "-t", str(START_SECONDS), "-l", str(log), "-o", given]
        try:
            self._run(place, "pg_ctl", "start", "-D", str(place.data), *options)
        except ClusterError as error:
            said = log.read_bytes()[seen:].decode(errors="replace") if log.exists() else ""
            return f"{error}\n{said}"
        return ""

    def _pg_ctl_stop(self, place: Place) -> None:
        self._run(place, "pg_ctl", "stop", "-D", str(place.data), "-m", "fast", "-w", "-t", str(START_SECONDS))

    def _prepare(self, place: Place) -> None:
        """Make the application's role and its database where they are missing.

        The role is no superuser, so that triggers hold for it; it may create databases, for the tests.
        """
        address = f"host={place.socket} port={PORT} user={SUPERUSER} dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB NOSUPERUSER")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")

    def _run(self, place: Place, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the server's user. Raises ClusterError with what it printed."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        user = place.user
        # Into a file: the server keeps what pg_ctl has open, so a pipe would never end.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(  # noqa: S603
                [programs_for(user) / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=environment | {"LC_ALL": "C"},
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=[] if user else None,
                umask=0o077,
                start_new_session=True,
            )
            output.seek(0)
            if done.returncode:
                raise ClusterError(f"{program}: {output.read().decode(errors='replace').strip()}")
