"""Outgoing mail over SMTP."""

import re
import smtplib
from email.utils import formataddr

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from django.utils.html import linebreaks, urlize

from channels_app.adapters.base import NotDelivered, Outbound
from cskh.core.text import one_line

from .own_headers import LOOP_HEADER, loop_mark

_SAFE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")


def send(outbound: Outbound) -> None:
    """Returns once the mail server has taken the mail for its one recipient; else raises NotDelivered."""
    try:
        _mail(outbound).send()
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        raise NotDelivered(_said(code, text), permanent=_is_permanent(code)) from error
    except smtplib.SMTPDataError as error:
        raise NotDelivered(
            _said(error.smtp_code, error.smtp_error), permanent=_is_permanent(error.smtp_code)
        ) from error
    except (smtplib.SMTPNotSupportedError, BadHeaderError, UnicodeError) as error:
        raise NotDelivered(str(error), permanent=True) from error
    except (
        OSError
    ) as error:  # smtplib's other errors too: login, sender, connection - ours to repair, not the customer's
        raise NotDelivered(str(error) or type(error).__name__) from error


def _mail(outbound: Outbound) -> EmailMultiAlternatives:
    headers = {"Message-ID": outbound.message_id, LOOP_HEADER: loop_mark()}
    if _SAFE_ID.fullmatch(outbound.in_reply_to):
        headers["In-Reply-To"] = outbound.in_reply_to
    if references := [each for each in outbound.references if _SAFE_ID.fullmatch(each)]:
        headers["References"] = " ".join(references)
    if outbound.is_automatic:  # RFC 3834
        headers["Auto-Submitted"] = "auto-replied" if outbound.in_reply_to else "auto-generated"
        headers["X-Auto-Response-Suppress"] = "All"
    mail = EmailMultiAlternatives(
        subject=one_line(outbound.subject),
        body=outbound.text,
        from_email=formataddr((one_line(settings.MAIL_FROM_NAME or settings.BRAND_NAME), outbound.sender)),
        to=[outbound.address],
        headers=headers,
    )
    mail.attach_alternative(_as_html(outbound.text), "text/html")
    return mail


def _as_html(text: str) -> str:
    """The same words as markup: everything escaped, addresses made links."""
    return linebreaks(urlize(text, autoescape=True), autoescape=False)


def _is_permanent(code: int) -> bool:
    return 500 <= code < 600


def _said(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
