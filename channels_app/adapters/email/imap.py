"""Incoming mail over IMAP: by UID, never by the unread flag, and without leaving a trace in the box."""

import imaplib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted

from .own_headers import CUT_HEADER

_TIMEOUT = 30  # seconds
_CUT_BYTES = 256 * 1024
_UID_AND_SIZE = re.compile(rb"(?=.*\bUID (\d+))(?=.*\bRFC822\.SIZE (\d+))")


@dataclass(frozen=True)
class FetchedMail:
    """A mail as the server has it; `error` says why it could not be had."""

    uid: int
    raw: bytes
    error: str = ""


class OpenMailbox:
    """A folder opened for reading only: what we do changes no flag, and flags that others change do not matter to us."""

    def __init__(self, box: BaseMailBox, folder: str) -> None:
        self._box = box
        self.uid_validity = box.folder.status(folder, ["UIDVALIDITY"])["UIDVALIDITY"]
        box.folder.set(folder, readonly=True)

    def after(self, uid: int, *, limit: int, max_bytes: int) -> Iterator[FetchedMail]:
        """The next mails above `uid`, oldest first: at most `limit`, and no more once they are `max_bytes` together.

        Each is fetched when it is asked for. Of a mail above `settings.MAIL_MAX_BYTES` only the beginning is taken, and
        marked so.
        """
        # A server answers `n:*` with its last mail even where that is below n.
        found = sorted(each for each in map(int, self._box.uids(f"UID {uid + 1}:*")) if each > uid)[:limit]
        sizes = self._sizes(found)
        taken = 0
        for each in found:
            if taken >= max_bytes:
                break
            mail = self._fetch(each, sizes.get(each, 0))
            if mail is not None:
                taken += len(mail.raw)
                yield mail

    def one(self, uid: int) -> FetchedMail | None:
        """The mail with this uid, likewise; None where there is none any more."""
        return self._fetch(uid, self._sizes([uid]).get(uid, 0))

    def _sizes(self, uids: list[int]) -> dict[int, int]:
        if not uids:
            return {}
        _, lines = self._box.client.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)")
        matches = (_UID_AND_SIZE.search(line) for line in lines if isinstance(line, bytes))
        return {int(match[1]): int(match[2]) for match in matches if match}

    def _fetch(self, uid: int, size: int) -> FetchedMail | None:
        """The mail; None where somebody removed it meanwhile."""
        is_cut = size > settings.MAIL_MAX_BYTES
        part = f"BODY.PEEK[]<0.{_CUT_BYTES}>" if is_cut else "BODY.PEEK[]"
        status, answer = self._box.client.uid("FETCH", str(uid), f"(UID {part})")
        raw = next((piece[1] for piece in answer if isinstance(piece, tuple)), None)
        if status != "OK":
            return FetchedMail(uid, b"", f"FETCH: {status} {answer!r}"[:500])
        if raw is None:
            return None
        return FetchedMail(uid, f"{CUT_HEADER}: {size}\r\n".encode() + raw if is_cut else raw)


@contextmanager
def open_mailbox(box: Mapping[str, Any]) -> Iterator[OpenMailbox]:
    """Logs in to a box of `settings.MAILBOXES`. Raises OSError, imaplib's or imap-tools' errors."""
    kind = MailBox if box["tls"] else MailBoxUnencrypted
    opened = kind(box["host"], int(box["port"]), timeout=_TIMEOUT)
    try:
        opened.login(box["user"], box["password"], initial_folder=None)
        yield OpenMailbox(opened, box["folder"])
    finally:
        _leave(opened)


def _leave(opened: BaseMailBox) -> None:
    """Logs out as far as the server lets us; the socket is closed in any event."""
    try:
        opened.client.logout()
    except (OSError, imaplib.IMAP4.error):
        opened.client.shutdown()
