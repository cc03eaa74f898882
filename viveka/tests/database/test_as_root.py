"""Root, and the user that the server runs as."""

import os
import pwd
import shutil
import stat
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from viveka.embedded import place as place_module
from viveka.embedded.place import ClusterError, make_private, own_programs, programs_for
from viveka.tests.database.asking import MakeCluster, ask, postmaster

IS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="root alone runs the server as somebody else")


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
