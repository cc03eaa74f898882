"""Clusters of the tests' own, in folders of their own."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from viveka.embedded import cluster as cluster_module
from viveka.embedded import place as place_module
from viveka.embedded.cluster import EmbeddedCluster
from viveka.tests.database.asking import MakeCluster


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that every user can reach, with a short path."""
    path = Path(tempfile.mkdtemp(prefix="viveka-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def keep(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of /var/lib/viveka."""
    keep = folder / "keep"
    monkeypatch.setattr(place_module, "KEEP", keep)
    monkeypatch.setattr(cluster_module, "KEEP", keep)
    return keep


@pytest.fixture
def make_cluster(keep: Path, django_db_blocker: Any) -> Iterator[MakeCluster]:
    """Makes clusters for tests, and stops them. None of them is the one that Django's own tests use."""
    made: list[EmbeddedCluster] = []

    def make(wanted: Path) -> EmbeddedCluster:
        made.append(EmbeddedCluster(wanted, durable=False))
        return made[-1]

    with django_db_blocker.unblock():
        yield make
    for cluster in made:
        cluster.stop()
        if cluster.place.socket.parent == Path("/tmp"):
            shutil.rmtree(cluster.place.socket, ignore_errors=True)
