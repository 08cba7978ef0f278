"""The product's own programs on this machine: what they read, how each is started, where each is found."""

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from .folders import DataFolder
from .ports import free_or_other
from .process import Child, Service

_ROOT = Path(__file__).resolve().parents[2]
_WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to

DESK_MAILBOXES = ("cskh@benxanh.example", "khieunai@benxanh.example")
MAIL_PASSWORD = "demo"  # noqa: S105 - of invented mail boxes on this machine

_CELERY = ("-m", "celery", "--quiet", "-A", "cskh")
_CELERY_OPTIONS = ("--loglevel", "WARNING")
# Sockets: a frame holds one message, is not worth packing, and who answers no ping within 20 s is gone.
_SOCKET_OPTIONS = ("--ws-max-size", "131072", "--ws-per-message-deflate", "false")
_PINGS = ("--ws-ping-interval", "20", "--ws-ping-timeout", "20")
WEB_OPTIONS = (
    *("--lifespan", "off", "--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "3"),
    *_SOCKET_OPTIONS,
    *_PINGS,
)


@dataclass(frozen=True)
class Wanted:
    """What `up` was asked for."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = True

    @property
    def address(self) -> str:
        """Where a browser on this machine finds it."""
        host = "localhost" if self.host in (*_WILDCARDS, "127.0.0.1") else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def allowed_hosts(self) -> str:
        if self.host in _WILDCARDS and self.demo:
            return "*"  # reached under names we cannot know; the demo holds nothing secret
        return ",".join(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", self.host]))


@dataclass(frozen=True)
class MailPorts:
    """Of the demo's own mail servers."""

    smtp: int = field(default_factory=lambda: free_or_other("127.0.0.1", 2525))
    imap: int = field(default_factory=lambda: free_or_other("127.0.0.1", 1143))

    @property
    def environment(self) -> dict[str, str]:
        boxes = (f"imap://{quote(box)}:{MAIL_PASSWORD}@127.0.0.1:{self.imap}/INBOX" for box in DESK_MAILBOXES)
        return {
            "EMAIL_URL": f"smtp://127.0.0.1:{self.smtp}",
            "CSKH_MAILBOXES": " ".join(boxes),
            "MAIL_DOMAIN": "benxanh.example",
        }


# What the demo's brand answers by itself to whoever may be in danger. No number of it exists.
INVENTED_HELP_LINES = {
    "SAFETY_REPLY_VI": (
        "Cảm ơn bạn đã nói ra. Một người của chúng tôi đang đọc tin của bạn và sẽ trả lời ngay. "
        "Đường dây hỗ trợ (số bịa cho bản thử): 0000 000 000."
    ),
    "SAFETY_REPLY_EN": (
        "Thank you for telling us. One of us is reading your message and will answer at once. "
        "Help line (invented for this demo): 0000 000 000."
    ),
}


class Installation:
    """A data folder whose servers run, and the programs that work with them.

    `servers` are the addresses of what was started here. The caller's environment otherwise wins over our defaults; naming
    mail servers of one's own (EMAIL_URL, CSKH_MAILBOXES) means that the demo starts none.
    """

    def __init__(self, wanted: Wanted, data: DataFolder, servers: Mapping[str, str]) -> None:
        self.wanted = wanted
        self.data = data
        has_own_mail = os.environ.get("EMAIL_URL") or os.environ.get("CSKH_MAILBOXES")
        self.mail_ports = MailPorts() if wanted.demo and not has_own_mail else None
        defaults = {
            "SECRET_KEY": data.secret_key(),
            "STORAGE_KEYS": data.storage_key(),
            "PUBLIC_URL": wanted.address,
            "ALLOWED_HOSTS": wanted.allowed_hosts,
            **(self.mail_ports.environment if self.mail_ports else {}),
            **(INVENTED_HELP_LINES if wanted.demo else {}),
        }
        fixed = {
            "DJANGO_SETTINGS_MODULE": "cskh.settings.base",
            "CSKH_DATA": str(data.path),
            "CSKH_DEMO": "1" if wanted.demo else "0",
            "PYTHONUNBUFFERED": "1",
        }
        self.own_environment = {**defaults, **fixed, **servers}
        self._environment = {**defaults, **os.environ, **fixed, **servers}

    def mail(self) -> Child | None:
        """The demo's mail servers, where the demo has its own."""
        if self.mail_ports is None:
            return None
        ports = ["--smtp-port", str(self.mail_ports.smtp), "--imap-port", str(self.mail_ports.imap)]
        return self._program("mail", "manage.py", "demo_mail", *ports)

    def prepare(self) -> Child:
        return self._program("prepare", "manage.py", "prepare", *(["--demo"] if self.wanted.demo else []))

    def web(self) -> Child:
        where = ["--host", self.wanted.host, "--port", str(self.wanted.port)]
        # Static files are read by threads either way; Django warns about each.
        quiet = ["-W", "ignore:StreamingHttpResponse must consume synchronous iterators"]
        return self._program("web", *quiet, "-m", "uvicorn", "cskh.asgi:application", *where, *WEB_OPTIONS)

    def worker(self) -> Child:
        """Threads: one process, and no grandchildren that could be left behind."""
        return self._worker("worker", "--pool", "threads", "--concurrency", "4", "--queues", "celery,outside")

    def file_worker(self) -> Child:
        """What looks into files: a process of its own, which limits of time and memory can end without holding up anything."""
        limits = ["--max-memory-per-child", "400000"]  # KiB, of the process that works
        return self._worker("files", "--pool", "prefork", "--concurrency", "1", *limits, "--queues", "evidence")

    def _worker(self, name: str, *how: str) -> Child:
        as_root = ["-W", "ignore::UserWarning:celery.platforms"]
        alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        return self._program(name, *as_root, *_CELERY, "worker", *how, *alone, *_CELERY_OPTIONS)

    def beat(self) -> Child:
        files = ["--pidfile=", "--schedule", str(self.data.path / "beat")]
        return self._program("beat", *_CELERY, "beat", *files, *_CELERY_OPTIONS)

    def where_things_are(self) -> str:
        """Addresses and logins, for the person at the terminal."""
        address = self.wanted.address
        places = {"Desk": f"{address}/admin/", "Customers": f"{address}/", "API": f"{address}/api/v1/docs/"}
        if self.wanted.demo:
            places["Live chat"] = f"{address}/admin/chat/ (sign in as hoa), and a visitor at {address}/chat/"
        if self.mail_ports:
            places["Customers' mail"] = f"{address}/demo/mail/"
            places["Mail servers"] = (
                f"SMTP 127.0.0.1:{self.mail_ports.smtp}, IMAP 127.0.0.1:{self.mail_ports.imap}"
                f" (any address, password {MAIL_PASSWORD})"
            )
        lines = [f"  {label:<18}{place}" for label, place in places.items()]
        logins = self.data.path / "demo.txt"
        if not self.wanted.demo:
            lines += ["", "The first login: bin/manage createsuperuser"]
        elif logins.exists():
            lines += ["", logins.read_text().rstrip()]
        return "\n".join([*lines, "", "Ctrl-C stops everything."])

    def _program(self, name: str, *arguments: str) -> Child:
        """A Python program of ours. Killed at once when we are killed: whatever it was doing is safe in the database."""
        service = Service(
            name=name,
            argv=[sys.executable, *arguments],
            env=self._environment,
            cwd=_ROOT,
            stop_signal=signal.SIGTERM,
            death_signal=signal.SIGKILL,
            stop_seconds=6,
        )
        return Child(service)
