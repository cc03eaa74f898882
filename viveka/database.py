"""Which database Viveka uses: the PostgreSQL that comes with it, or the one in DATABASE_URL."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from viveka.embedded.cluster import DATABASE, ROLE, EmbeddedCluster
from viveka.embedded.place import PORT

# Seconds: without persistent connections the till is four times slower.
CONN_MAX_AGE = 60


def database_settings(*, data: Path, env: Mapping[str, str]) -> dict[str, Any]:
    """DATABASES["default"]: the embedded server's, with its files under `data`, unless DATABASE_URL is set.

    Starts nothing; the backend does when it needs a connection.
    Raises ImproperlyConfigured for a DATABASE_URL that is not PostgreSQL's.
    """
    if url := env.get("DATABASE_URL"):
        settings: dict[str, Any] = {**dj_database_url.parse(url, conn_max_age=CONN_MAX_AGE)}
        if settings.get("ENGINE") != "django.db.backends.postgresql":
            raise ImproperlyConfigured("DATABASE_URL must be of the form postgres://user:password@host:port/name.")
        return settings
    durable = env.get("VIVEKA_TEST_CLUSTER") != "1"
    cluster = EmbeddedCluster(data / "postgres", durable=durable)
    return {
        "ENGINE": "viveka.embedded",
        "NAME": DATABASE,
        "USER": ROLE,
        "HOST": str(cluster.place.socket),
        "PORT": str(PORT),
        "CONN_MAX_AGE": CONN_MAX_AGE,
        "EMBEDDED": {"data": str(cluster.wanted), "durable": durable},
    }


def embedded_cluster(settings: Mapping[str, Any]) -> EmbeddedCluster | None:
    """The cluster behind an entry of DATABASES, or None where DATABASE_URL names a server of its own."""
    if embedded := settings.get("EMBEDDED"):
        return EmbeddedCluster(Path(embedded["data"]), durable=embedded["durable"])
    return None
