"""`manage.py database start`, `status` and `stop`, for the PostgreSQL that comes with Viveka."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from viveka.database import embedded_cluster
from viveka.embedded.cluster import DATABASE, ROLE, EmbeddedCluster
from viveka.embedded.place import ClusterError


class Command(BaseCommand):
    """Say whether the database runs (exit code 0: yes, 1: no), or start or stop the embedded one."""

    help = "Shows whether the database runs, and where (exit code 1 when it does not), or starts or stops it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["start", "status", "stop"])

    def handle(self, *args: Any, **options: Any) -> None:
        cluster = embedded_cluster(connection.settings_dict)
        try:
            if options["action"] == "stop":
                self._stop(cluster)
            elif cluster is None:
                self._other_status()
            else:
                if options["action"] == "start":
                    cluster.ensure_running()
                self._embedded_status(cluster)
        except ClusterError as error:
            raise CommandError(str(error)) from error

    def _stop(self, cluster: EmbeddedCluster | None) -> None:
        if cluster is None:
            self.stdout.write("DATABASE_URL is set: that server is not ours to stop.")
        elif cluster.stop():
            self.stdout.write("The database is stopped.")
        else:
            self.stdout.write("The database was not running.")

    def _embedded_status(self, cluster: EmbeddedCluster) -> None:
        status = cluster.status()
        running = f"is running (process {status.pid})" if status.running else "is not running"
        self.stdout.write(f"The database {running}.")
        self.stdout.write(f"  data      {status.data}")
        self.stdout.write(f"  socket    {status.socket}")
        self.stdout.write(f"  runs as   {status.user}")
        self.stdout.write(f"  programs  {status.programs}")
        self.stdout.write(f"  connect   {status.programs}/psql -h {status.socket} -U {ROLE} {DATABASE}")
        if not status.running:
            sys.exit(1)

    def _other_status(self) -> None:
        where = "{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
        try:
            connection.ensure_connection()
        except OperationalError as error:
            self.stdout.write(f"The database of DATABASE_URL ({where}) does not answer: {error}")
            sys.exit(1)
        self.stdout.write(f"The database of DATABASE_URL ({where}) answers.")
