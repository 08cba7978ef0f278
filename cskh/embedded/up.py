"""`up`: the whole product on this machine. Servers, preparation, web, worker, beat and, in the demo, mail."""

import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from .folders import DataFolder
from .process import Child, LaunchError, Service
from .servers import running_servers
from .supervisor import Console, Stop, Supervisor, stop_on_signals

_ROOT = Path(__file__).resolve().parents[2]
_READY_SECONDS = 120  # a slow machine at its first start
_WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to

DESK_MAILBOXES = ("cskh@benxanh.example", "khieunai@benxanh.example")
MAIL_PASSWORD = "demo"  # noqa: S105 - of invented mail boxes on this machine
_MAIL_PORTS = {"smtp": 2525, "imap": 1143}


@dataclass(frozen=True)
class Wanted:
    """What `up` was asked for."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = True

    @property
    def local_host(self) -> str:
        return "localhost" if self.host in (*_WILDCARDS, "127.0.0.1") else self.host

    @property
    def address(self) -> str:
        """Where a browser on this machine finds it."""
        host = f"[{self.local_host}]" if ":" in self.local_host else self.local_host
        return f"http://{host}:{self.port}"


def run(wanted: Wanted, console: Console) -> None:
    """Starts everything, says where it is, keeps it running until a signal stops it; LaunchError when it cannot start."""
    stop_on_signals()
    began = time.monotonic()
    try:
        _refuse_taken_port(wanted.host, wanted.port)
        with DataFolder(wanted.data) as data, running_servers(data, console.say) as servers:
            supervisor = Supervisor(console)
            try:
                for server in servers.children:
                    supervisor.watch(server)
                mail = _mail_ports() if wanted.demo and not _has_own_mail() else {}
                _start(wanted, supervisor, console, data, _environment(wanted, data, servers.environment, mail), mail)
                console.say(
                    f"\nCSKH is ready after {time.monotonic() - began:.0f} s. Its data is kept in {data.path}\n"
                )
                console.say(_where_things_are(wanted, data, mail))
                supervisor.run()
            finally:
                console.say("Stopping …")
                supervisor.stop()
    except Stop:
        console.say("Everything is stopped.")


def _start(
    wanted: Wanted,
    supervisor: Supervisor,
    console: Console,
    data: DataFolder,
    environment: dict[str, str],
    mail: dict[str, int],
) -> None:
    if mail:
        ports = (part for name, port in mail.items() for part in (f"--{name}-port", str(port)))
        supervisor.start(_program("mail", ["manage.py", "demo_mail", *ports], environment))
    supervisor.finish(_program("prepare", ["manage.py", "prepare", *(["--demo"] if wanted.demo else [])], environment))
    console.say("Starting web, worker and beat …")
    web = _web(wanted, environment)
    supervisor.start(web)
    # Threads: one process, and no grandchildren that could be left behind.
    worker = ["-m", "celery", "-A", "cskh", "worker", "--pool", "threads", "--concurrency", "4", *_CELERY_QUIET]
    supervisor.start(_program("worker", [*_NO_ROOT_WARNING, *worker], environment))
    beat = ["-m", "celery", "-A", "cskh", "beat", "--pidfile=", "--schedule", str(data.path / "beat"), *_CELERY_LEVEL]
    supervisor.start(_program("beat", beat, environment))
    supervisor.wait_until(lambda: _answers(f"{wanted.address}/healthz"), web, _READY_SECONDS)


_CELERY_LEVEL = ("--loglevel", "WARNING")
_CELERY_QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", *_CELERY_LEVEL)
_NO_ROOT_WARNING = ("-W", "ignore::RuntimeWarning:celery.platforms")


def _web(wanted: Wanted, environment: dict[str, str]) -> Child:
    options = ["--lifespan", "off", "--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "3"]
    where = ["--host", wanted.host, "--port", str(wanted.port)]
    return _program("web", ["-m", "uvicorn", "cskh.asgi:application", *where, *options], environment)


def _program(name: str, arguments: list[str], environment: dict[str, str]) -> Child:
    """A Python program of ours. Killed at once when we are killed: whatever it was doing is safe in the database."""
    service = Service(
        name=name,
        argv=[sys.executable, *arguments],
        env=environment,
        cwd=_ROOT,
        stop_signal=signal.SIGTERM,
        death_signal=signal.SIGKILL,
        stop_seconds=6,
    )
    return Child(service)


def _environment(wanted: Wanted, data: DataFolder, addresses: dict[str, str], mail: dict[str, int]) -> dict[str, str]:
    """What the programs read: our defaults, then whatever the caller's environment says, then what we started."""
    defaults = {"SECRET_KEY": data.secret_key(), "PUBLIC_URL": wanted.address, "ALLOWED_HOSTS": _allowed_hosts(wanted)}
    if mail:
        boxes = (f"imap://{quote(box)}:{MAIL_PASSWORD}@127.0.0.1:{mail['imap']}/INBOX" for box in DESK_MAILBOXES)
        defaults |= {
            "EMAIL_URL": f"smtp://127.0.0.1:{mail['smtp']}",
            "CSKH_MAILBOXES": " ".join(boxes),
            "MAIL_DOMAIN": "benxanh.example",
        }
    fixed = {
        "DJANGO_SETTINGS_MODULE": "cskh.settings.base",
        "CSKH_DATA": str(data.path),
        "CSKH_DEMO": "1" if wanted.demo else "0",
        "PYTHONUNBUFFERED": "1",
    }
    return defaults | dict(os.environ) | fixed | addresses


def _allowed_hosts(wanted: Wanted) -> str:
    if wanted.host in _WILDCARDS and wanted.demo:
        return "*"  # reached under names we cannot know; the demo holds nothing secret
    return ",".join(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", wanted.host]))


def _has_own_mail() -> bool:
    return bool(os.environ.get("EMAIL_URL") or os.environ.get("CSKH_MAILBOXES"))


def _mail_ports() -> dict[str, int]:
    """The usual ports of the demo's mail servers, or free ones where those are taken."""
    return {name: port if _is_free("127.0.0.1", port) else _free_port() for name, port in _MAIL_PORTS.items()}


def _refuse_taken_port(host: str, port: int) -> None:
    if not _is_free(host, port):
        raise LaunchError(
            f"Port {port} on {host} is in use (or not allowed). Choose another one: bin/up --port {port + 1}"
        )


def _is_free(host: str, port: int) -> bool:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError):
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - an http address made here
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _where_things_are(wanted: Wanted, data: DataFolder, mail: dict[str, int]) -> str:
    places = [("Desk", f"{wanted.address}/admin/"), ("Customers", f"{wanted.address}/")]
    if wanted.demo and mail:
        places.append(("Customers' mail", f"{wanted.address}/demo/mail/"))
    places.append(("API", f"{wanted.address}/api/v1/docs/"))
    if mail:
        servers = ", ".join(f"{name.upper()} 127.0.0.1:{port}" for name, port in mail.items())
        places.append(("Mail servers", f"{servers} (any address; password {MAIL_PASSWORD})"))
    lines = [f"  {label:<18}{place}" for label, place in places]
    logins = data.path / "demo.txt"
    if wanted.demo and logins.exists():
        lines += ["", logins.read_text().rstrip()]
    return "\n".join([*lines, "", "Ctrl-C stops everything."])
