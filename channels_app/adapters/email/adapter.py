"""The email channel's translator: a raw mail to an inbound message, and what makes it the same mail."""

import hashlib
import json
import re
from collections.abc import Iterable

from django.conf import settings

from channels_app.adapters.base import Inbound, InboundFile

from . import decoration
from .authenticity import is_refuted
from .body import InboundAttachment
from .own_headers import CUT_HEADER
from .parsing import InboundEmail, parse_email
from .quoting import visible_reply, words_without_signature


def read(raw: bytes) -> Inbound:
    """The mail as a message. Never raises."""
    mail = parse_email(raw)
    body = _words(mail)
    cut_from = _cut_from(raw)
    return Inbound(
        sender_kind="email",
        sender_address=mail.sender_address,
        sender_name=mail.sender_name,
        subject=mail.subject,
        body=body,
        quoted=mail.text if mail.text.strip() != body.strip() else "",
        external_id=mail.message_id,
        in_reply_to=mail.in_reply_to,
        references=mail.references,
        files=_files(_whole(raw, mail) if cut_from else mail.attachments, mail.html),
        is_automatic=mail.is_auto_reply,
        is_bounce=mail.is_bounce,
        is_refuted=is_refuted(mail.authentication, settings.MAIL_TRUSTED_SERVERS),
        bounced_ids=[*mail.bounced_message_ids, *mail.thread_ids] if mail.is_bounce else (),
        loop_mark=mail.loop_mark,
        cut_from=cut_from,
    )


def identity(raw: bytes) -> str:
    """What makes a mail the same mail, wherever and however often it is fetched.

    Copies in two boxes differ only in trace headers, so those do not count; a Message-ID alone is not enough, because
    broken programs use one again. A mail with neither Message-ID nor Date has only its bytes.
    """
    mail = parse_email(raw)
    if not mail.message_id and mail.date is None:
        return f"mail:{hashlib.sha256(raw).hexdigest()}"
    return f"{mail.message_id[:400] or 'mail'}#{_digest(mail)[:32]}"


def _words(mail: InboundEmail) -> str:
    """What the sender newly wrote. A mail that answers nothing is all theirs, even where it looks like an old one."""
    return visible_reply(mail.text) or ("" if mail.thread_ids else words_without_signature(mail.text))


def _digest(mail: InboundEmail) -> str:
    said = json.dumps(
        [
            mail.sender_address,
            mail.date.isoformat() if mail.date else "",
            mail.subject,
            mail.text,
            mail.html,
            [[each.filename, hashlib.sha256(each.data).hexdigest()] for each in mail.attachments],
        ]
    )
    return hashlib.sha256(said.encode()).hexdigest()


def _files(attachments: Iterable[InboundAttachment], markup: str) -> list[InboundFile]:
    shown = decoration.shown_in(markup)
    return [
        InboundFile(each.filename, each.content_type, each.data, is_decoration=decoration.decorates(each, shown))
        for each in attachments
    ]


def _cut_from(raw: bytes) -> int:
    """The size that was noted above the mail when only its beginning was taken; 0 for a whole one, whatever it says inside."""
    noted = re.match(rb"%s: ([0-9]{1,15})\r\n" % CUT_HEADER.encode(), raw)
    return int(noted[1]) if noted else 0


def _whole(raw: bytes, mail: InboundEmail) -> list[InboundAttachment]:
    """The attachments of a mail's beginning that are all there: what would grow if more came was cut through."""
    longer = parse_email(raw + b"AAAA" * 2).attachments
    return [each for each, more in zip(mail.attachments, longer, strict=False) if each.data == more.data]
