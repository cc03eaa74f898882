"""A migrated database that the tests' own are copied from: migrating takes twenty seconds, copying a fifth of one.

It lives in the tests' cluster under a name made of what the migrations say, so a changed one makes another template.
"""

import fcntl
import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from tests.emptying import let_rows_be_deleted

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "viveka_template_"


def template_database() -> str:
    """The name of a database in which every migration has run; made where it is not there yet, by one process."""
    name = PREFIX + _digest_of_migrations()
    folder = Path(os.environ["VIVEKA_DATA"])
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        there = _templates()
        let_rows_be_deleted(connection.alias)
        if name not in there:
            for outdated in there:
                _run("DROP DATABASE IF EXISTS {}", outdated)
            _make(name)
    return name


def _digest_of_migrations() -> str:
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted(ROOT.glob("*/migrations/*.py")) + sorted(ROOT.glob("*/*/migrations/*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _make(name: str) -> None:
    """Under another name until it is whole: a run that was cut off leaves no half-made template."""
    unfinished = f"{PREFIX}unfinished"
    _run("DROP DATABASE IF EXISTS {}", unfinished)
    _run("CREATE DATABASE {}", unfinished)
    own = settings.DATABASES["default"]["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = unfinished
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own
    _run("ALTER DATABASE {} RENAME TO {}", unfinished, name)


def _templates() -> list[str]:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        return [row[0] for row in cursor.fetchall()]


def _run(statement: str, *names: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
