"""PostgreSQL refuses to run as root. Here it is decided as whom it runs, and which folders that one can use."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .folders import DataFolder
from .process import LaunchError

_NOBODY_HOMES = Path("/var/tmp")  # noqa: S108 - the folder made in it is checked and private


@dataclass(frozen=True)
class Home:
    """Where a server that may not be root lives, and how it is started there.

    `prefix` goes before its command line; `user` is the (uid, gid) to become.
    """

    folder: Path
    sockets: Path
    prefix: Sequence[str] = ()
    user: tuple[int, int] | None = None

    def readable(self, programs: Path) -> Path:
        """`programs` (…/pginstall/bin), or a copy of its installation where the server's user cannot reach it."""
        if self.user is None or _can_run(programs / "postgres", self.user):
            return programs
        copy = self.folder / "programs"
        if not copy.exists():
            fresh = self.folder / "programs.new"
            shutil.rmtree(fresh, ignore_errors=True)
            package = programs.parent.parent
            shutil.copytree(programs.parent, fresh / package.name / programs.parent.name)
            libraries = package.with_name(
                f"{package.name}.libs"
            )  # the wheel's programs look for them beside the package
            if libraries.exists():
                shutil.copytree(libraries, fresh / libraries.name)
            fresh.rename(copy)
        return copy / programs.parent.parent.name / programs.parent.name / programs.name


def home_for(data: DataFolder) -> Home:
    """Ordinary users run servers as themselves. Root maps itself to nobody in a user namespace, which leaves all files its
    own; where namespaces are forbidden (some containers) the server becomes nobody, with a folder of its own.
    """
    if os.geteuid() != 0:
        return Home(data.path, data.socket_folder())
    nobody = pwd.getpwnam("nobody")
    mapped = ("unshare", "--user", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}", "--")
    if _succeeds([*mapped, "true"]):
        return Home(data.path, data.socket_folder(), prefix=mapped)
    return _home_of_nobody(data, nobody.pw_uid, nobody.pw_gid)


def _home_of_nobody(data: DataFolder, uid: int, gid: int) -> Home:
    folder = _NOBODY_HOMES / f"cskh-{hashlib.sha256(os.fsencode(data.path)).hexdigest()[:12]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (0, uid):
        raise LaunchError(f"{folder} belongs to somebody else; remove it.")
    sockets = folder / "run"
    sockets.mkdir(mode=0o700, exist_ok=True)
    for path in (folder, sockets):
        os.chown(path, uid, gid)
        path.chmod(0o700)
    return Home(folder, sockets, user=(uid, gid))


def _can_run(program: Path, user: tuple[int, int]) -> bool:
    return _succeeds([str(program), "--version"], user)


def _succeeds(argv: Sequence[str], user: tuple[int, int] | None = None) -> bool:
    uid, gid = user or (None, None)
    groups: list[int] | None = None if user is None else []
    try:
        return (
            subprocess.run(  # noqa: S603 - argv is ours
                argv, user=uid, group=gid, extra_groups=groups, cwd="/", capture_output=True, check=False
            ).returncode
            == 0
        )
    except OSError:
        return False
