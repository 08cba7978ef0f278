"""Sends a demo customer's mail as a mail program would: over SMTP, with a copy in the Sent folder."""

from collections.abc import Sequence
from email.utils import make_msgid

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.formats import date_format
from imap_tools import MailBoxUnencrypted, MailMessageFlags

from .reading import ShownMail, Thread
from .store import SENT

_TIMEOUT = 20  # seconds


def desk_addresses() -> list[str]:
    return [str(box["address"]) for box in settings.MAILBOXES]


def answer_address(thread: Thread) -> str:
    """Where an answer in this thread goes: to the last one who wrote to the customer, else to whom the customer wrote."""
    for shown in reversed(thread.mails):
        if not shown.is_own:
            return (shown.mail.reply_to or [shown.mail.sender_address])[0]
    return next(iter(thread.latest.mail.to), "")


def send(
    sender: str, to: str, subject: str, body: str, files: Sequence[UploadedFile], answers: ShownMail | None
) -> None:
    """Sends one mail; `answers` is the mail it replies to and quotes. OSError when the servers are away."""
    headers = {"Message-ID": make_msgid(domain=sender.rpartition("@")[2])}
    if answers:
        headers |= _threading(answers)
        body = f"{body}\n\n{_quotation(answers)}"
    message = EmailMessage(subject, body, from_email=sender, to=[to], headers=headers)
    for file in files:
        message.attach(file.name, file.read(), file.content_type)
    message.send()
    _keep_copy(sender, message.message().as_bytes())


def reply_subject(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _threading(answers: ShownMail) -> dict[str, str]:
    """The headers that name the mail answered and those before it; none when it has no id to name."""
    message_id = answers.mail.message_id
    if not message_id:
        return {}
    return {"In-Reply-To": message_id, "References": " ".join([*answers.mail.references, message_id])}


def _quotation(answers: ShownMail) -> str:
    """As Vietnamese mail programs write it, so that the product meets what customers' replies look like."""
    when = date_format(timezone.localtime(answers.at), "H:i d/m/Y")
    quoted = "\n".join(f"> {line}" for line in answers.mail.text.strip().splitlines())
    return f"Vào {when}, {answers.mail.sender_address} đã viết:\n{quoted}\n"


def _keep_copy(address: str, raw: bytes) -> None:
    server = settings.MAILBOXES[0]
    host, port = str(server["host"]), int(str(server["port"]))
    with MailBoxUnencrypted(host, port, timeout=_TIMEOUT).login(address, str(server["password"])) as box:
        box.append(raw, SENT, flag_set=[MailMessageFlags.SEEN])
