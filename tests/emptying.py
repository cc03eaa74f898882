"""Takes the rows of a test with real commits out of the database again.

Django's `flush` truncates more than a hundred tables and writes all permissions anew, a quarter of a second for each
such test. Here the rows are deleted, past foreign keys and triggers, where there are few. Content types and
permissions stay: no test changes them.
"""

from typing import Any

import pgtrigger
import psycopg
from django.core.management import call_command
from django.db import connections, transaction
from psycopg import sql

from viveka.database import embedded_cluster
from viveka.embedded.cluster import ROLE, SUPERUSER

STAY = ["django_migrations", "django_content_type", "auth_permission"]
FEW = 512 * 1024  # bytes; a table that grew beyond is truncated
MAY = "SELECT has_parameter_privilege('session_replication_role', 'SET')"
USED = """
    SELECT relname, pg_relation_size(oid) <= %s FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> ALL (%s) AND pg_relation_size(oid) > 0
"""


def let_rows_be_deleted(alias: str) -> None:
    """Give the tests' role what it takes to delete past triggers, in the tests' own cluster alone."""
    if cluster := embedded_cluster(connections[alias].settings_dict):
        port = connections[alias].settings_dict["PORT"]
        address = f"host={cluster.place.socket} port={port} user={SUPERUSER} dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {ROLE}")


def empty_tables(alias: str) -> None:
    """Leave no row in any table of the database but STAY."""
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(MAY)
        if cursor.fetchone()[0]:
            cursor.execute(USED, [FEW, STAY])
            _delete(cursor, cursor.fetchall())
            return
    with pgtrigger.ignore():
        call_command("flush", verbosity=0, interactive=False, database=alias, allow_cascade=False)


def _delete(cursor: Any, used: list[tuple[str, bool]]) -> None:
    cursor.execute("SET LOCAL session_replication_role = replica")
    if large := [sql.Identifier(table) for table, is_small in used if not is_small]:
        cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(large)))
    if small := [sql.Identifier(table) for table, is_small in used if is_small]:
        cursor.execute(sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(table) for table in small))
