"""Reads the mail boxes: hands everything new to intake and remembers how far it got."""

import imaplib
import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone
from imap_tools import ImapToolsError

from cases.states import Channel

from . import intake
from .adapters.email.imap import FetchedMail, OpenMailbox, open_mailbox
from .models import InboundItem, MailboxState

log = logging.getLogger(__name__)

_BATCH = 50
_BATCH_BYTES = 32 * 1024 * 1024


def addresses() -> list[str]:
    """The addresses customers write to."""
    return [str(box["address"]) for box in settings.MAILBOXES]


def poll(address: str) -> int:
    """Takes everything new from one mail box and returns how many mails that were. What goes wrong shows on its state."""
    box = next(box for box in settings.MAILBOXES if box["address"] == address)
    MailboxState.objects.get_or_create(address=address)
    try:
        taken = _take_new(box)
    except (OSError, imaplib.IMAP4.error, ImapToolsError, DatabaseError) as error:
        log.warning("mail box %s could not be read: %s", address, error)
        MailboxState.objects.filter(address=address).update(error=str(error)[:1000], polled_at=timezone.now())
        return 0
    return taken


def _take_new(box: Mapping[str, Any]) -> int:
    taken = 0
    with open_mailbox(box) as mailbox:
        while (count := _take_batch(str(box["address"]), mailbox)) > 0:
            taken += count
    return taken


def _take_batch(address: str, mailbox: OpenMailbox) -> int:
    """One batch: the mails and how far we got are committed together, so a crash loses and doubles nothing.

    When the server's UIDVALIDITY changed, uids mean other mails: the box is read from the start, and what we have is known.
    """
    with transaction.atomic():
        state = MailboxState.objects.select_for_update(skip_locked=True).filter(address=address).first()
        if state is None:  # somebody else reads this box right now
            return 0
        if state.uid_validity != mailbox.uid_validity:
            state.uid_validity, state.last_uid = mailbox.uid_validity, 0
        mails = mailbox.after(state.last_uid, limit=_BATCH, max_bytes=_BATCH_BYTES)
        for mail in mails:
            _keep(address, state.uid_validity, mail)
            state.last_uid = mail.uid
        state.error, state.polled_at = "", timezone.now()
        state.save()
    return len(mails)


def _keep(address: str, uid_validity: int, mail: FetchedMail) -> None:
    if not mail.error:
        intake.receive_message(Channel.EMAIL, mail.raw, source=address)
        return
    InboundItem.objects.get_or_create(  # the server itself cannot read it: shown, so that somebody looks into the box
        channel=Channel.EMAIL,
        external_id=f"unfetched:{address}:{uid_validity}:{mail.uid}",
        defaults={
            "source": address,
            "raw": b"",
            "state": InboundItem.State.FAILED,
            "why": mail.error,
            "next_try_at": None,
        },
    )
