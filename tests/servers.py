"""Real mail servers for tests, on free ports; mail stays in a temporary folder."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cskh.demo_mail.server import running_mail_servers
from cskh.demo_mail.store import MailStore

PASSWORD = "demo"


@dataclass
class RunningMail:
    """SMTP and IMAP servers in a thread. Every address exists and opens with PASSWORD.

    `refusals[address] = "451 4.2.1 later"` makes SMTP answer a recipient so, from then on.
    """

    root: Path
    refusals: dict[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    smtp_port: int = 0
    imap_port: int = 0

    def mails(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """The raw mails of an address, in order of arrival, as a mail program would get them."""
        return [mail.read() for mail in MailStore(self.root).folder(address, folder).mails()]

    def mailbox(self, address: str) -> dict[str, object]:
        """An entry for `settings.MAILBOXES`."""
        return {
            "address": address,
            "host": self.host,
            "port": self.imap_port,
            "tls": False,
            "user": address,
            "password": PASSWORD,
            "folder": "INBOX",
        }


@contextmanager
def running_mail(root: Path) -> Iterator[RunningMail]:
    running = RunningMail(root)
    loop = asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with running_mail_servers(root, PASSWORD, refusals=running.refusals) as servers:
            running.smtp_port, running.imap_port = servers.smtp_port, servers.imap_port
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="mail servers")
    thread.start()
    try:
        assert ready.wait(10), "the mail servers did not start"
        yield running
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


@pytest.fixture
def mail_servers(tmp_path: Path) -> Iterator[RunningMail]:
    with running_mail(tmp_path / "mail") as running:
        yield running


@pytest.fixture
def mail_servers_at() -> Callable[[Path], AbstractContextManager[RunningMail]]:
    """`with mail_servers_at(folder) as servers:` for tests that stop and start them."""
    return running_mail


@pytest.fixture
def smtp_server(mail_servers: RunningMail, settings) -> RunningMail:
    """Mail servers that Django's mail goes to."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = mail_servers.host
    settings.EMAIL_PORT = mail_servers.smtp_port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    return mail_servers


@pytest.fixture
def imap_server(mail_servers: RunningMail, settings) -> RunningMail:
    """Mail servers whose two desk boxes are polled."""
    settings.MAILBOXES = [mail_servers.mailbox(name) for name in ("cskh@benxanh.example", "khieunai@benxanh.example")]
    return mail_servers
