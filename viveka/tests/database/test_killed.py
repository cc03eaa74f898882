"""A server that was killed, or what was left of one."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError

from viveka.embedded import cluster as cluster_module
from viveka.embedded.cluster import EmbeddedCluster
from viveka.tests.database.asking import MakeCluster, ask, django_connection, postmaster

pytestmark = pytest.mark.usefixtures("quick_initdb")
FAR = "SELECT count(*) FROM generate_series(1, 10000000) AS a WHERE a % 7 = 0"


def test_a_killed_server_comes_back_for_workers_with_open_connections(folder: Path, make_cluster: MakeCluster) -> None:
    cluster = make_cluster(folder / "postgres")
    cluster.durable = True
    worker = django_connection(cluster)
    worker.cursor().execute("CREATE TABLE kept AS SELECT 42 AS answer")
    busy = threading.Thread(target=_count_far, args=[cluster])
    busy.start()
    _until(lambda: ask(cluster, f"SELECT count(*) FROM pg_stat_activity WHERE query = '{FAR}' AND state = 'active'"))

    os.kill(postmaster(cluster), signal.SIGKILL)
    with pytest.raises(OperationalError):
        for _ in range(100):  # until its own server process is gone too
            worker.cursor().execute("SELECT 1")
            time.sleep(0.1)
    worker.close_if_unusable_or_obsolete()
    with worker.cursor() as cursor:
        cursor.execute("SELECT answer FROM kept")
        assert cursor.fetchone() == (42,)
    worker.close()
    busy.join()


def _count_far(cluster: EmbeddedCluster) -> None:
    """A query that does not notice for a while that its server was killed."""
    try:
        ask(cluster, FAR)
    except psycopg.OperationalError:
        pass


def test_eight_workers_bring_a_killed_server_back_once(folder: Path, make_cluster: MakeCluster) -> None:
    cluster = make_cluster(folder / "postgres")
    cluster.ensure_running()
    os.kill(postmaster(cluster), signal.SIGKILL)
    answers: list[str] = []

    def work() -> None:
        with django_connection(cluster).cursor() as cursor:
            cursor.execute("SELECT pg_postmaster_start_time()::text")
            answers.extend(cursor.fetchone())
            cursor.connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1


def test_a_process_number_that_was_given_away_is_no_obstacle(folder: Path, make_cluster: MakeCluster) -> None:
    cluster = make_cluster(folder / "postgres")
    cluster.ensure_running()
    pid_file = cluster.place.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines(keepends=True)
    os.kill(postmaster(cluster), signal.SIGKILL)
    _until(lambda: not cluster.is_running())
    user = cluster.place.user
    other = subprocess.Popen(["sleep", "60"], user=user.pw_uid if user else None)
    try:
        pid_file.write_text("".join([f"{other.pid}\n", *lines[1:]]))
        cluster.ensure_running()
        assert ask(cluster, "SELECT 1") == 1
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_deleted_socket_is_made_again(
    folder: Path, make_cluster: MakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "LOST_SOCKET_SECONDS", 0)
    cluster = make_cluster(folder / "postgres")
    shutil.rmtree(cluster.ensure_running())
    assert not cluster.is_running()

    cluster.ensure_running()
    assert ask(cluster, "SELECT 1") == 1


def test_what_a_killed_initdb_left_is_made_again(folder: Path, make_cluster: MakeCluster) -> None:
    cluster = make_cluster(folder / "postgres")
    half = folder / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")

    cluster.ensure_running()
    assert ask(cluster, "SELECT 1") == 1
    assert not half.exists()


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
