"""Mails as customers' programs send them."""

import email
import email.policy
import io
import smtplib
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from django.utils import timezone
from PIL import Image

DESK = "cskh@benxanh.example"
AN = "an@khach.example"


def photo(color="red", size=(80, 60)):
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "JPEG")
    return out.getvalue()


def mail(
    body="Tôi nạp 2.000.000đ lúc 9h mà chưa thấy.",
    *,
    sender=f"Nguyễn Văn An <{AN}>",
    to=DESK,
    subject="Nạp tiền chưa vào",
    files=(),
    headers=None,
    answers=None,
    message_id=None,
):
    """An EmailMessage; `answers` is the raw mail it replies to, `files` (name, content type, bytes)."""
    out = EmailMessage()
    out["From"], out["To"], out["Subject"] = sender, to, subject
    out["Date"] = format_datetime(timezone.now())
    out["Message-ID"] = message_id or make_msgid(domain="khach.example")
    if answers is not None:
        before = headers_of(answers)
        out["In-Reply-To"] = before["Message-ID"]
        out["References"] = f"{before.get('References', '')} {before['Message-ID']}".strip()
    for name, value in (headers or {}).items():
        del out[name]
        out[name] = value
    out.set_content(body)
    for name, content_type, data in files:
        maintype, subtype = content_type.split("/")
        out.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
    return out


def with_picture(letter, name, kind, data, *, cid="<picture@khach.example>"):
    """The letter with a picture within its text, as programs send what was pasted and what a signature shows."""
    letter.add_alternative(f'<p>{letter.get_content()}</p><img src="cid:{cid[1:-1]}">', subtype="html")
    letter.get_payload()[-1].add_related(data, "image", kind, cid=cid, filename=name, disposition="inline")
    return letter


def pasted(size=(400, 300), kind="JPEG"):
    """A picture with as much to see as a photograph has."""
    out = io.BytesIO()
    Image.effect_noise(size, 90).save(out, kind)
    return out.getvalue()


def headers_of(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def deliver(servers, raw, *, sender=AN, to=(DESK,)):
    """Over SMTP, byte for byte."""
    data = raw if isinstance(raw, bytes) else raw.as_bytes(policy=email.policy.SMTP)
    with smtplib.SMTP(servers.host, servers.smtp_port) as smtp:
        smtp.sendmail(sender, list(to), data)
