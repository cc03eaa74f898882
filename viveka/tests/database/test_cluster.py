"""The server: made once, with its settings, in awkward folders."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from viveka.database import database_settings, embedded_cluster
from viveka.embedded.place import ClusterError
from viveka.tests.database.asking import MakeCluster, ask, django_connection

ROOT = Path(__file__).resolve().parents[3]


def test_eight_processes_on_an_empty_folder_make_one_cluster(folder: Path, make_cluster: MakeCluster) -> None:
    cluster = make_cluster(folder / "data" / "postgres")
    script = f"""
from pathlib import Path
from django.conf import settings
from django.db import connection
from viveka.database import database_settings
settings.configure(DATABASES={{"default": database_settings(
    data=Path({str(cluster.wanted.parent)!r}), env={{"VIVEKA_TEST_CLUSTER": "1"}})}})
with connection.cursor() as cursor:
    cursor.execute("SELECT pg_postmaster_start_time()::text")
    print(cursor.fetchone()[0])
"""
    processes = [
        subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(8)
    ]
    answers = [process.communicate()[0].strip() for process in processes]

    assert [process.returncode for process in processes] == [0] * 8
    assert answers[0] and set(answers) == {answers[0]}
    assert sorted(path.name for path in cluster.wanted.parent.iterdir()) == [
        "postgres",
        "postgres.lock",
        "socket",
    ]
    assert (cluster.wanted / "server.log").read_text().count("listening on Unix socket") == 1


def test_the_application_is_no_superuser_and_text_is_unicode(folder: Path, make_cluster: MakeCluster) -> None:
    cluster = make_cluster(folder / "postgres")
    cluster.ensure_running()

    assert ask(cluster, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert ask(cluster, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'viveka'") == "viveka"
    assert ask(cluster, "SELECT lower('ÉCOLE Ünal')") == "école ünal"
    assert ask(cluster, "SELECT to_tsvector('simple', 'राम शर्मा')::text") == "'राम':1 'शर्मा':2"
    assert ask(cluster, "SHOW listen_addresses") == ""
    assert stat.S_IMODE(cluster.place.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(cluster.place.socket.stat().st_mode) == 0o700


@pytest.mark.usefixtures("quick_initdb")
def test_fsync_is_off_in_the_test_cluster_only(folder: Path, make_cluster: MakeCluster) -> None:
    cluster = make_cluster(folder / "postgres")
    cluster.ensure_running()
    assert ask(cluster, "SHOW fsync") == "off"
    assert cluster.stop()

    cluster.durable = True
    cluster.ensure_running()
    assert ask(cluster, "SHOW fsync") == "on"
    assert ask(cluster, "SHOW synchronous_commit") == "on"


@pytest.mark.usefixtures("quick_initdb")
def test_the_server_does_not_take_the_shells_word_for_its_settings(
    folder: Path, make_cluster: MakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGPORT": "6543", "PGDATA": "/nowhere", "PGHOST": "elsewhere"}.items():
        monkeypatch.setenv(name, value)
    worker = django_connection(make_cluster(folder / "postgres"))
    with worker.cursor() as cursor:
        cursor.execute("SELECT 1")
    worker.close()


@pytest.mark.parametrize("name", ["a shop's, data", "x" * 120, "दुकान"])
def test_folders_with_awkward_names_work(name: str, folder: Path, make_cluster: MakeCluster) -> None:
    cluster = make_cluster(folder / name / "postgres")
    worker = django_connection(cluster)
    with worker.cursor() as cursor:
        cursor.execute("SELECT 1")
    worker.close()
    assert (folder / name / "postgres" / "PG_VERSION").exists()
    assert len(str(cluster.place.socket)) < 100


def test_data_of_another_postgresql_is_refused_and_kept(folder: Path, make_cluster: MakeCluster) -> None:
    cluster = make_cluster(folder / "postgres")
    cluster.wanted.mkdir()
    (cluster.wanted / "PG_VERSION").write_text("17\n")
    with pytest.raises(ClusterError, match="PostgreSQL 17"):
        cluster.ensure_running()
    with pytest.raises(OperationalError, match="PostgreSQL 17"):
        django_connection(cluster).ensure_connection()
    assert (cluster.wanted / "PG_VERSION").read_text() == "17\n"


def test_settings_start_nothing(folder: Path) -> None:
    settings = database_settings(data=folder / "var", env={})
    cluster = embedded_cluster(settings)
    assert settings["ENGINE"] == "viveka.embedded"
    assert cluster is not None and cluster.durable
    assert not cluster.is_running()
    assert not cluster.stop()
    assert list(folder.iterdir()) == []


def test_a_database_url_leaves_nothing_embedded(folder: Path) -> None:
    settings = database_settings(data=folder, env={"DATABASE_URL": "postgres://shop:secret@db:5433/shop"})
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert (settings["HOST"], settings["PORT"], settings["CONN_MAX_AGE"]) == ("db", 5433, 60)
    assert embedded_cluster(settings) is None
    with pytest.raises(ImproperlyConfigured):
        database_settings(data=folder, env={"DATABASE_URL": "sqlite:///shop.sqlite3"})
