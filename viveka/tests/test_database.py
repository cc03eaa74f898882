"""The embedded PostgreSQL, started for real: many at once, killed, in awkward folders, as root and not."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, OperationalError
from django.db.utils import ConnectionHandler

from viveka.database import database_settings, embedded_cluster
from viveka.embedded import cluster as cluster_module
from viveka.embedded import place as place_module
from viveka.embedded.cluster import EmbeddedCluster
from viveka.embedded.place import ClusterError, make_private, own_programs, programs_for

ROOT = Path(__file__).resolve().parents[2]
IS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="root alone runs the server as somebody else")
MakeCluster = Callable[[Path], EmbeddedCluster]


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


def test_fsync_is_off_in_the_test_cluster_only(folder: Path, make_cluster: MakeCluster) -> None:
    cluster = make_cluster(folder / "postgres")
    cluster.ensure_running()
    assert ask(cluster, "SHOW fsync") == "off"
    assert cluster.stop()

    cluster.durable = True
    cluster.ensure_running()
    assert ask(cluster, "SHOW fsync") == "on"
    assert ask(cluster, "SHOW synchronous_commit") == "on"


def test_a_killed_server_comes_back_for_workers_with_open_connections(folder: Path, make_cluster: MakeCluster) -> None:
    cluster = make_cluster(folder / "postgres")
    cluster.durable = True
    worker = django_connection(cluster)
    worker.cursor().execute("CREATE TABLE kept AS SELECT 42 AS answer")
    busy = threading.Thread(target=_count_far, args=[cluster])
    busy.start()
    time.sleep(0.3)

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
        ask(cluster, "SELECT count(*) FROM generate_series(1, 10000000) AS a WHERE a % 7 = 0")
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


@only_root
def test_root_keeps_the_data_where_the_servers_user_can_reach_it(
    folder: Path, keep: Path, make_cluster: MakeCluster
) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700)
    cluster = make_cluster(private / "var" / "postgres")
    cluster.ensure_running()

    assert ask(cluster, "SELECT 1") == 1
    assert keep in cluster.place.data.parents
    assert cluster.wanted.is_symlink() and cluster.wanted.resolve() == cluster.place.data
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert cluster.place.data.stat().st_uid != 0


@only_root
def test_root_copies_programs_that_the_servers_user_cannot_reach(
    folder: Path, keep: Path, make_cluster: MakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = own_programs().parents[1]
    private = folder / "private"
    private.mkdir(mode=0o700)
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, private / part.name)
    own = private / package.name / own_programs().relative_to(package)
    monkeypatch.setattr(place_module, "own_programs", lambda: own)

    cluster = make_cluster(folder / "postgres")
    cluster.ensure_running()
    assert ask(cluster, "SELECT 1") == 1
    command = Path(f"/proc/{postmaster(cluster)}/cmdline").read_text().split("\0")[0]
    assert keep in Path(command).parents
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


@only_root
def test_root_runs_the_server_as_the_owner_of_the_folder(folder: Path, make_cluster: MakeCluster) -> None:
    nobody = pwd.getpwnam("nobody")
    data = folder / "data"
    data.mkdir()
    os.chown(data, nobody.pw_uid, nobody.pw_gid)
    cluster = make_cluster(data / "postgres")
    cluster.ensure_running()
    assert cluster.status().user == "nobody"
    assert Path(f"/proc/{postmaster(cluster)}").stat().st_uid == nobody.pw_uid


@only_root
def test_a_plain_user_runs_the_server_and_root_may_use_it_too(
    folder: Path, keep: Path, make_cluster: MakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = pwd.getpwnam("nobody")
    data = folder / "data"
    data.mkdir()
    os.chown(data, nobody.pw_uid, nobody.pw_gid)
    programs = programs_for(nobody)
    monkeypatch.setattr(place_module, "own_programs", lambda: programs)
    cluster = make_cluster(data / "postgres")

    def as_plain_user() -> None:
        assert cluster.place.user is None
        cluster.ensure_running()
        assert ask(cluster, "SELECT 1") == 1

    _in_child_as(nobody, as_plain_user)
    first = postmaster(cluster)
    assert Path(f"/proc/{first}").stat().st_uid == nobody.pw_uid
    cluster.ensure_running()
    assert postmaster(cluster) == first
    assert cluster.stop()
    cluster.ensure_running()  # by root now, who leaves nothing behind that the plain user could not use
    assert cluster.stop()
    _in_child_as(nobody, as_plain_user)


def _in_child_as(user: pwd.struct_passwd, work: Callable[[], None]) -> None:
    """Run `work` in a child process as `user`: the Python of a checkout under /root could not be started."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_somebody_elses_socket_folder_is_refused(folder: Path) -> None:
    (folder / "socket").mkdir(mode=0o755)
    (folder / "socket").chmod(0o755)
    with pytest.raises(ClusterError, match="in the way"):
        make_private(folder / "socket", None)
    (folder / "link").symlink_to(folder)
    with pytest.raises(ClusterError, match="in the way"):
        make_private(folder / "link", None)


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


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
