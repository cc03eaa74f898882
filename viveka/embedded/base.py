"""Django's PostgreSQL backend, which makes sure that the embedded server runs when a connection is opened."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from django.db.backends.postgresql import base, client

from viveka.embedded.cluster import EmbeddedCluster
from viveka.embedded.place import ClusterError, own_programs


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell`, with the psql that comes with the server."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        arguments, environment = super().settings_to_cmd_args_env(settings_dict, parameters)
        return [str(own_programs() / cls.executable_name), *arguments[1:]], environment

    def runshell(self, parameters: Iterable[str]) -> None:
        self.connection.ensure_connection()
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the embedded server. The settings' EMBEDDED entry says where it lives."""

    client_class = DatabaseClient

    @cached_property
    def cluster(self) -> EmbeddedCluster:
        embedded = self.settings_dict["EMBEDDED"]
        return EmbeddedCluster(Path(embedded["data"]), durable=embedded["durable"])

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; where that fails, see to the server first and try once more.

        Raises OperationalError where the server cannot be had, as any backend does.
        """
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            try:
                host = str(self.cluster.ensure_running())
            except ClusterError as error:
                raise psycopg.OperationalError(str(error)) from error
        self.settings_dict["HOST"] = host
        return super().get_new_connection({**conn_params, "host": host})
