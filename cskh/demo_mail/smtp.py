"""SMTP into the store: takes mail for every address."""

import asyncio
from asyncio import Server
from datetime import UTC, datetime
from email.utils import format_datetime

from aiosmtpd.smtp import SMTP, Envelope, Session
from pymap.parsing.message import AppendMessage

from .imap import AnyAddressLogin
from .store import bare_address

_LARGEST_BYTES = 60 * 1024 * 1024


class Postman:
    """Puts accepted mail into the recipients' boxes.

    Addresses under `.invalid` do not exist; `refusals` makes others fail too: address → the answer given to RCPT.
    """

    def __init__(self, login: AnyAddressLogin, refusals: dict[str, str]) -> None:
        self._login = login
        self._refusals = refusals

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        try:
            recipient = bare_address(address)
        except ValueError:
            return "553 5.1.3 that is no address"
        if recipient.endswith(".invalid"):
            return "550 5.1.1 no such mail box"
        if recipient in self._refusals:
            return self._refusals[recipient]
        envelope.rcpt_tos.append(recipient)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.original_content or b""
        now = datetime.now(UTC)
        for recipient in dict.fromkeys(envelope.rcpt_tos):
            trace = (
                f"Return-Path: <{envelope.mail_from or ''}>\r\n"
                f"Received: from {session.host_name or 'unknown'} by mail.localhost with ESMTP\r\n"
                f"\tfor <{recipient}>; {format_datetime(now)}\r\n"
            )
            box = await self._login.boxes(recipient).get_mailbox("INBOX")
            await box.append(AppendMessage(trace.encode() + content, now), recent=True)
        return "250 2.0.0 delivered"


async def serve_smtp(login: AnyAddressLogin, refusals: dict[str, str], host: str, port: int) -> Server:
    loop = asyncio.get_running_loop()
    postman = Postman(login, refusals)

    def connection() -> SMTP:
        return SMTP(postman, hostname="mail.localhost", data_size_limit=_LARGEST_BYTES, enable_SMTPUTF8=True, loop=loop)

    return await loop.create_server(connection, host=host, port=port)
