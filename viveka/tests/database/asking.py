"""What a cluster answers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS
from django.db.utils import ConnectionHandler

from viveka.database import database_settings
from viveka.embedded.cluster import EmbeddedCluster

MakeCluster = Callable[[Path], EmbeddedCluster]


def ask(cluster: EmbeddedCluster, sql: str) -> Any:
    """The first column of the first row, asked as the application."""
    with psycopg.connect(f"host={cluster.place.socket} port=5432 user=viveka dbname=viveka") as connection:
        row = connection.execute(sql).fetchone()
        assert row is not None
        return row[0]


def django_connection(cluster: EmbeddedCluster) -> Any:
    """A connection as a Django worker has it."""
    env = {} if cluster.durable else {"VIVEKA_TEST_CLUSTER": "1"}
    settings = database_settings(data=cluster.wanted.parent, env=env)
    return ConnectionHandler({DEFAULT_DB_ALIAS: settings})[DEFAULT_DB_ALIAS]


def postmaster(cluster: EmbeddedCluster) -> int:
    pid = cluster.status().pid
    assert pid is not None
    return pid
