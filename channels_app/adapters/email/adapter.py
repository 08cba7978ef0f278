"""The email channel's translator: a raw mail to an inbound message, an outbound message to SMTP."""

import hashlib
import json
import re

from channels_app.adapters.base import Inbound, InboundFile, Outbound

from . import marks, smtp
from .parsing import InboundEmail, parse_email
from .quoting import visible_reply


class EmailAdapter:
    def read(self, raw: bytes) -> Inbound:
        """The mail as a message. Never raises."""
        mail = parse_email(raw)
        body = visible_reply(mail.text)
        return Inbound(
            sender_kind="email",
            sender_address=mail.sender_address,
            sender_name=mail.sender_name,
            subject=mail.subject,
            body=body,
            quoted=mail.text if mail.text.strip() != body.strip() else "",
            html=mail.html,
            external_id=mail.message_id,
            in_reply_to=mail.in_reply_to,
            references=mail.references,
            files=[InboundFile(each.filename, each.content_type, each.data) for each in mail.attachments],
            sent_at=mail.date,
            is_automatic=mail.is_auto_reply,
            is_bounce=mail.is_bounce,
            bounced_ids=[*mail.bounced_message_ids, *mail.thread_ids] if mail.is_bounce else (),
            loop_mark=mail.headers.get(marks.LOOP_HEADER.lower(), ""),
            cut_from=_number(mail.headers.get(marks.CUT_HEADER.lower(), "")),
        )

    def send(self, outbound: Outbound) -> None:
        smtp.send(outbound)

    def identity(self, raw: bytes) -> str:
        """What makes a mail the same mail, wherever and however often it is fetched.

        Copies in two boxes differ only in trace headers, so those do not count; a Message-ID alone is not enough, because
        broken programs use one again. A mail with neither Message-ID nor Date has only its bytes.
        """
        mail = parse_email(raw)
        if not mail.message_id and mail.date is None:
            return f"mail:{hashlib.sha256(raw).hexdigest()}"
        return f"{mail.message_id[:400] or 'mail'}#{_digest(mail)[:32]}"


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


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else 0


EMAIL = EmailAdapter()
