"""What the mail page shows: the threads of one address, from its folders on disk."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from accounts.customers.models import Contact
from accounts.models import User
from channels_app.adapters.email.parsing import InboundEmail, parse_email
from channels_app.adapters.email.quoting import visible_reply

from .store import SENT, MailStore, StoredMail

_FOLDERS = ("INBOX", SENT)
_LATEST_CUSTOMERS = 20


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


@dataclass(frozen=True)
class KnownBoxes:
    """Whose mail can be looked into; the desk reads its own."""

    customers: list[str]
    staff: list[str]


def known_boxes() -> KnownBoxes:
    """Addresses with mail, and those of the customers who were here last, who can write at once."""
    with_mail = set(store().addresses()) - {str(box["address"]) for box in settings.MAILBOXES}
    staff = set(User.objects.filter(email__in=with_mail).values_list("email", flat=True))
    mail_contacts = Contact.objects.filter(kind=Contact.Kind.EMAIL).order_by("-last_used_at")
    latest = set(mail_contacts.values_list("address", flat=True)[:_LATEST_CUSTOMERS])
    return KnownBoxes(sorted(with_mail - staff | latest), sorted(staff))


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
