"""What the mail page shows: the threads of one address, from its folders on disk."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from channels_app.adapters.email.parsing import InboundEmail, parse_email
from channels_app.adapters.email.quoting import visible_reply

from .store import MailStore, StoredMail

SENT = "Sent"
_FOLDERS = ("INBOX", SENT)


@dataclass(frozen=True)
class ShownMail:
    """One mail with its place in the store."""

    folder: str
    uid: int
    at: datetime
    mail: InboundEmail

    @property
    def is_own(self) -> bool:
        return self.folder == SENT

    @property
    def words(self) -> str:
        """The new words, without what is quoted."""
        return visible_reply(self.mail.text)

    @property
    def has_quote(self) -> bool:
        return len(self.words) < len(self.mail.text.strip())


@dataclass(frozen=True)
class Thread:
    """Mails that answer each other, oldest first."""

    mails: list[ShownMail]

    @property
    def key(self) -> str:
        """Names the thread in addresses; stays when mails are added."""
        first = self.mails[0]
        return hashlib.sha256((first.mail.message_id or f"{first.folder}{first.uid}").encode()).hexdigest()[:16]

    @property
    def subject(self) -> str:
        return self.mails[0].mail.subject

    @property
    def latest(self) -> ShownMail:
        return self.mails[-1]


def store() -> MailStore:
    return MailStore(Path(settings.DATA_DIR) / "mail")


def customers() -> list[str]:
    """Addresses with mail, without those the desk reads."""
    desk = {str(box["address"]) for box in settings.MAILBOXES}
    return [address for address in store().addresses() if address not in desk]


def threads(address: str) -> list[Thread]:
    """The address's threads, the one with the newest mail first. A mail answers whatever it names in its headers."""
    members: dict[str, list[ShownMail]] = {}  # message id: the thread it belongs to
    found: list[list[ShownMail]] = []
    for shown in sorted(_mails(address), key=lambda shown: shown.at):
        ids = [name for name in (shown.mail.message_id, *shown.mail.thread_ids) if name]
        thread = next((members[name] for name in ids if name in members), None)
        if thread is None:
            thread = []
            found.append(thread)
        thread.append(shown)
        for name in ids:
            members.setdefault(name, thread)
    return sorted((Thread(mails) for mails in found), key=lambda thread: thread.latest.at, reverse=True)


def thread(address: str, key: str) -> Thread | None:
    return next((thread for thread in threads(address) if thread.key == key), None)


def mail(address: str, folder: str, uid: int) -> InboundEmail | None:
    """One mail, or None when there is none."""
    if folder not in _FOLDERS:
        return None
    return next((parse_email(raw) for found, raw in _raw(address, folder) if found.uid == uid), None)


def _mails(address: str) -> Iterable[ShownMail]:
    for folder in _FOLDERS:
        for found, raw in _raw(address, folder):
            yield ShownMail(folder, found.uid, found.received_at, parse_email(raw))


def _raw(address: str, folder: str) -> Iterable[tuple[StoredMail, bytes]]:
    for found in store().folder(address, folder).mails():
        try:
            yield found, found.read()
        except FileNotFoundError:
            continue  # renamed by a flag or removed this moment
