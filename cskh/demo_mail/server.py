"""Both mail servers in one event loop, sharing one store."""

from asyncio import Server
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from .imap import make_login, serve_imap
from .smtp import serve_smtp
from .store import MailStore


@dataclass(frozen=True)
class MailServers:
    """Where the running servers listen."""

    smtp_port: int
    imap_port: int


@asynccontextmanager
async def running_mail_servers(
    root: Path,
    password: str,
    *,
    host: str = "127.0.0.1",
    smtp_port: int = 0,
    imap_port: int = 0,
    refusals: dict[str, str] | None = None,
) -> AsyncIterator[MailServers]:
    """Serves the mail boxes under `root`; port 0 takes a free one. `refusals` may be changed while they run."""
    login = make_login(MailStore(root), password)
    smtp = await serve_smtp(login, {} if refusals is None else refusals, host, smtp_port)
    imap = await serve_imap(login, host, imap_port)
    async with smtp, imap:
        yield MailServers(_port(smtp), _port(imap))


def _port(server: Server) -> int:
    return int(server.sockets[0].getsockname()[1])
