"""Clusters of the tests' own, in folders of their own."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from viveka.embedded import cluster as cluster_module
from viveka.embedded import place as place_module
from viveka.embedded.cluster import EmbeddedCluster
from viveka.embedded.place import Place
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


@pytest.fixture(scope="module")
def initialised() -> Iterator[Path]:
    """What initdb makes."""
    folder = Path(tempfile.mkdtemp(prefix="viveka-", dir="/tmp"))
    folder.chmod(0o755)
    cluster = EmbeddedCluster(folder / "postgres", durable=False)
    cluster._create(cluster.place)
    yield cluster.wanted
    shutil.rmtree(folder)


@pytest.fixture
def quick_initdb(initialised: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what comes after it: this process copies what initdb made, a second quicker for each cluster."""
    run = EmbeddedCluster._run

    def run_or_copy(self: EmbeddedCluster, place: Place, program: str, *arguments: str) -> None:
        if program != "initdb":
            run(self, place, program, *arguments)
        else:
            subprocess.run(["cp", "-a", f"{initialised}/.", arguments[arguments.index("-D") + 1]], check=True)

    monkeypatch.setattr(EmbeddedCluster, "_run", run_or_copy)


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
