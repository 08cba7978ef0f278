"""Reads the mail boxes: hands everything new to intake and remembers how far it got."""

import imaplib
import logging
import re

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from imap_tools import ImapToolsError

from cases.states import Channel
from cskh.core.errors import Conflict
from cskh.core.locks import unless_held

from . import intake
from .adapters.email.imap import FetchedMail, OpenMailbox, open_mailbox
from .models import InboundItem, MailboxState

log = logging.getLogger(__name__)

_UNREADABLE = (OSError, imaplib.IMAP4.error, ImapToolsError)
_UNFETCHED = re.compile(r"unfetched:.*:(\d+):(\d+)")  # a refused mail's name: box, UIDVALIDITY, UID
_BATCH = 50
_BATCH_BYTES = 4 * 1024 * 1024  # committed together, so that a slow line gets on with every batch


def addresses() -> list[str]:
    """The addresses customers write to."""
    return [str(box["address"]) for box in settings.MAILBOXES]


def poll(address: str) -> None:
    """Takes everything new from one mail box, unless somebody does already. What goes wrong shows on its state.

    A box whose server does not answer thus holds up one worker at most.
    """
    with unless_held("mail box", address) as is_ours:
        if is_ours:
            _read(address)


def _read(address: str) -> None:
    box = next(box for box in settings.MAILBOXES if box["address"] == address)
    MailboxState.objects.get_or_create(address=address)
    try:
        with open_mailbox(box) as mailbox:
            while _take_batch(address, mailbox):
                pass
    except (*_UNREADABLE, DatabaseError) as error:
        log.warning("mail box %s could not be read: %s", address, error)
        MailboxState.objects.filter(address=address).update(error=str(error)[:1000], polled_at=timezone.now())


def fetch_anew(item: InboundItem) -> bytes:
    """The mail that the server once refused. Raises Conflict where it still cannot be had."""
    box = next((box for box in settings.MAILBOXES if box["address"] == item.source), None)
    named = _UNFETCHED.fullmatch(item.external_id)
    mail = None
    if box and named:
        try:
            with open_mailbox(box) as mailbox:
                mail = mailbox.one(int(named[2])) if mailbox.uid_validity == int(named[1]) else None
        except _UNREADABLE as error:
            log.warning("mail box %s could not be read: %s", item.source, error)
    if mail is None or mail.error:
        raise Conflict(
            _("Nothing of this mail could be fetched. Look for it in the mail box %(box)s.") % {"box": item.source}
        )
    return mail.raw


def _take_batch(address: str, mailbox: OpenMailbox) -> bool:
    """One batch: the mails and how far we got are committed together, so a crash loses and doubles nothing.

    When the server's UIDVALIDITY changed, uids mean other mails: the box is read from the start, and what we have is known.
    A mail that the server refuses ends the poll: most often it is only busy. Returns whether there may be more.
    """
    may_have_more = False
    with transaction.atomic():
        state = MailboxState.objects.select_for_update().get(address=address)
        if state.uid_validity != mailbox.uid_validity:
            state.uid_validity, state.last_uid = mailbox.uid_validity, 0
        state.error, state.polled_at = "", timezone.now()
        for mail in mailbox.after(state.last_uid, limit=_BATCH, max_bytes=_BATCH_BYTES):
            if mail.error and not _is_given_up(state, mail.uid):
                state.error, may_have_more = mail.error, False
                break
            _keep(address, state.uid_validity, mail)
            state.last_uid, may_have_more = mail.uid, True
        state.save()
    return may_have_more


def _is_given_up(state: MailboxState, uid: int) -> bool:
    """Counts that the server refused the mail once more; whether that was too often, so that others need not wait longer."""
    state.refused_times = state.refused_times + 1 if state.refused_uid == uid else 1
    state.refused_uid = uid
    return state.refused_times >= settings.MAIL_FETCH_TRIES


def _keep(address: str, uid_validity: int, mail: FetchedMail) -> None:
    if not mail.error:
        intake.receive_message(Channel.EMAIL, mail.raw, source=address)
        return
    InboundItem.objects.get_or_create(  # shown, so that somebody tries again or looks into the box
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
