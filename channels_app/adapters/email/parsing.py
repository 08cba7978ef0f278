"""Reads a mail as it came over the wire. Pure: no settings, no database, no exception.

Mails break every rule there is. Whatever can be understood is; whatever cannot still comes out as text or as an
attachment, because behind every mail is a customer who waits.
"""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from .addresses import parse_addresses, parse_ids
from .automatic import examine
from .body import InboundAttachment, read_body
from .charset import clean_line, clean_text, decode, header_charset
from .headers import Headers
from .mime import Splitter, read_part
from .own_headers import LOOP_HEADER
from .params import parse_content_type

__all__ = ["InboundAttachment", "InboundEmail", "parse_email"]

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class InboundEmail:
    r"""One mail. Every string is NFC with `\n` line ends, without NUL, other controls and lone surrogates.

    Addresses are bare with the domain in lower case, message ids keep their `<>`, `references` has the oldest first.
    `text` is made from the HTML when there is no plain text. `html` is raw and unsafe.
    """

    subject: str = ""
    sender_name: str = ""
    sender_address: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    text: str = ""
    html: str = ""
    to: list[str] = field(default_factory=list)
    cc: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    attachments: list[InboundAttachment] = field(default_factory=list)
    is_auto_reply: bool = False
    is_bounce: bool = False
    bounced_message_ids: list[str] = field(default_factory=list)  # of our mail that did not arrive
    reply_to: list[str] = field(default_factory=list)
    date: datetime | None = None  # aware; when the sender says it was written
    authentication: list[str] = field(default_factory=list)  # every Authentication-Results, whoever wrote it
    loop_mark: str = ""  # what a program of our kind wrote into it
    defects: list[str] = field(default_factory=list)  # what had to be guessed, for the curious

    @property
    def thread_ids(self) -> list[str]:
        """Every id this mail answers to, nearest first."""
        return list(dict.fromkeys([*([self.in_reply_to] if self.in_reply_to else []), *reversed(self.references)]))


def parse_email(raw: bytes) -> InboundEmail:
    """The mail in `raw`. Never raises; `b""` gives empty fields."""
    try:
        return _parse(_without_envelope(raw))
    except Exception:  # the promise of this function: one bad mail never blocks the next
        logger.exception("A mail of %d bytes could not be read; it is kept as plain text", len(raw))
        return InboundEmail(text=clean_text(decode(raw)).strip(), defects=["unreadable"])


def _without_envelope(raw: bytes) -> bytes:
    """Without byte order mark and leading blank lines; CR alone as line end becomes LF."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")


def _parse(raw: bytes) -> InboundEmail:
    root = read_part(raw, 0, len(raw))
    root.is_root = True
    headers = root.headers
    declared = parse_content_type(headers.raw("content-type"))[1].get("charset", "")
    headers.fallback_charset = header_charset(declared)
    splitter = Splitter(root)
    leaves = list(splitter.leaves())
    mail = InboundEmail(defects=splitter.defects)
    body = read_body(leaves)
    mail.text, mail.html, mail.attachments = body.text, body.html, body.attachments
    _read_headers(headers, mail)
    found = examine(headers, mail.subject, mail.sender_address or mail.sender_name, mail.text, root, leaves)
    mail.is_auto_reply, mail.is_bounce = found.is_auto_reply, found.is_bounce
    mail.bounced_message_ids = found.bounced_message_ids
    return mail


def _read_headers(headers: Headers, mail: InboundEmail) -> None:
    mail.subject = headers.text("subject")
    mail.sender_name, mail.sender_address = _sender(headers)
    mail.message_id = next(iter(_ids(headers, "message-id")), "")
    mail.in_reply_to = _nearest_id(_ids(headers, "in-reply-to"))
    mail.references = _ids(headers, "references")
    mail.to = _addresses(headers, "to")
    mail.cc = _addresses(headers, "cc")
    mail.reply_to = _addresses(headers, "reply-to")
    mail.date = _date(headers.raw("date"))
    mail.authentication = [clean_line(value) for value in headers.all("authentication-results")]
    mail.loop_mark = headers.text(LOOP_HEADER.lower())
    if not mail.message_id:
        mail.defects.append("no message id")
    if "date" in headers and mail.date is None:
        mail.defects.append("unreadable date")


def _sender(headers: Headers) -> tuple[str, str]:
    """(name, address): the first author with an address, else who sent it for them."""
    authors = parse_addresses(headers.all("from"))
    senders = parse_addresses(headers.all("sender"))
    named = next(((name, address) for name, address in [*authors, *senders] if address), ("", ""))
    if named[1]:
        return named
    return next(((name, "") for name, _ in authors if name), ("", ""))


def _addresses(headers: Headers, name: str) -> list[str]:
    return list(dict.fromkeys(address for _, address in parse_addresses(headers.all(name)) if address))


def _ids(headers: Headers, name: str) -> list[str]:
    return list(dict.fromkeys(found for value in headers.all(name) for found in parse_ids(value)))


def _nearest_id(ids: list[str]) -> str:
    """Of several, the first that looks like an id: old programs write the author's name in <> too."""
    return next((each for each in ids if "@" in each), ids[0] if ids else "")


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
