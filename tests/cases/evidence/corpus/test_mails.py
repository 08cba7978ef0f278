"""Mails as files: what lies in them is looked at as if it had come by itself."""

from email.message import EmailMessage

import pytest
from django.utils import translation

from cskh.core.errors import TooLarge, UnsupportedType
from tests.cases.evidence.files import DOCX, EXE, HTML, MAIL, PDF, action, archive, heic, looked_into, pdf, picture

HEADER = b"From: a@b.example\r\nDate: Sun, 22 Nov 2026 10:00:00 +0700\r\n"

pytestmark = pytest.mark.django_db  # what is kept is kept by one at a time


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def mail(*files, words="Xin chào, tôi gửi biên lai", name="anh.jpg"):
    """A mail in plain text and HTML with these attached, all under that name."""
    made = EmailMessage()
    made["From"], made["Date"] = "an@khach.example", "Sun, 22 Nov 2026 10:00:00 +0700"
    made["Subject"] = "Biên lai"
    made.set_content(words)
    made.add_alternative(f"<!DOCTYPE html><html><body><img src=x><p>{words}</p></body></html>", subtype="html")
    for data in files:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def forwarded(data, times):
    """It in one after the other, as programs forward mails."""
    return (HEADER + b"Content-Type: message/rfc822\r\n\r\n") * times + data


def part(content, disposition="", content_type="text/plain"):
    """A mail of one part that says so of itself."""
    said = f"Content-Disposition: {disposition}\r\n" if disposition else ""
    head = f"MIME-Version: 1.0\r\nContent-Type: {content_type}\r\n{said}".encode()
    return (
        HEADER
        + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n"
        + head
        + b"\r\n"
        + content
        + b"\r\n--B--\r\n"
    )


def nested(depth):
    """A mail in a mail in a mail, each as a file."""
    made = mail(picture())
    for _ in range(depth):
        made = mail(made, name="thu.eml")
    return made


TAKEN = {
    "words": mail(),
    "old charset": HEADER + b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nd\xe9j\xe0 vu\r\n",
    "photo, statement": mail(picture(), PDF),
    "text": mail("Mã FT26327001".encode(), name="Mã.TXT"),
    "text of Windows": mail("Mã FT26327001".encode("utf-16"), name="app.log"),
    "text under an encoded name": part(b"FT26327001", 'attachment; filename="=?utf-8?B?TcOjLnR4dA==?="'),
    "text attached without a name": part(b"FT26327001", "attachment"),
    "iPhone photo": mail(heic()),
    "empty file": mail(b""),
    "mail in it": mail(MAIL, name="thu.eml"),
    "forwarded": forwarded(mail(picture()), 2),
    "HTML only": HEADER + b"Content-Type: text/html\r\n\r\n<html><body>Xin chao</body></html>\r\n",
}
REFUSED = {
    "script in words": HEADER + b"\r\n<html><script>alert(1)</script>",
    "PDF after many words": HEADER + b"\r\n" + b"a\r\n" * 9000 + b"%PDF-1.4 /JavaScript",
    "RAR after many words": HEADER + b"\r\n" + b"a\r\n" * 9000 + b"Rar!\x1a\x07\x00",
    "ELF after many words": HEADER + b"\r\n" + b"a\r\n" * 9000 + b"\x7fELF\x02",
    "NUL after many words": HEADER + b"\r\n" + b"a\r\n" * 9000 + b"\0",
    "program": mail(EXE),
    "program called words": HEADER
    + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nTVqQAAMAAAAEAAAA//8AALgAAAA=\r\n",
    "archive": mail(archive("a.txt")),
    "Word": mail(DOCX),
    "page of HTML": mail(HTML),
    "PDF with a script": mail(pdf(change=action("JavaScript", JS="app.alert(1)"))),
    "cut photo": mail(picture((300, 300))[:-200]),
    "photo with an archive": mail(picture() + archive("a.txt")),
    "one of several": mail(picture(), EXE),
    "script before the parts": mail().replace(b"\n\n--", b"\n\n<script>alert(1)</script>\n--", 1),
    "program in a mail in it": mail(mail(EXE), name="thu.eml"),
    "program forwarded": forwarded(mail(EXE), 2),
    "mails without end": nested(4),
    "forwarded without end": forwarded(MAIL, 5000),
    "more lines than anybody reads": MAIL + b"\n" * 300_000,
    "more parts than anybody reads": MAIL + b"--x\n\n" * 20_000,
    "application of HTML": part(b"<script>alert(1)</script>", "attachment; filename=hoadon.hta", "text/html"),
    "page of HTML that says so": part(b"<p>Xin chao", "inline; filename=hoadon.html", "text/html"),
    "page of HTML without a name": part(b"<html><p>Xin chao", "attachment", "text/html"),
    "drawing as HTML": part(b"<svg><script>alert(1)</script></svg>", "attachment; filename=a.svg", "text/html"),
    "batch file as text": part(b"@echo off", "attachment; filename=run.bat"),
    "script as text": part(b"new ActiveXObject('x')", "attachment; filename=run.js"),
    "script by the other name": part(b"alert(1)", "attachment; filename=a.txt", "text/plain; name=run.js"),
    "script of no type": mail(b"new ActiveXObject('x')", name="run.js"),
    "mail under the name of a program": mail(part(b"<script>1</script>", content_type="text/html"), name="a.hta"),
    "forwarded under the name of a program": part(MAIL, "attachment; filename=a.hta", "message/rfc822"),
    "many files": mail(*[picture(color=(n, 0, 0)) for n in range(21)]),
}


@pytest.mark.parametrize("data", TAKEN.values(), ids=TAKEN)
def test_taken(data):
    assert looked_into(data, "thu.eml").content_type == "message/rfc822"


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_refused_with_a_word_that_helps(data):
    with translation.override("en"), pytest.raises(UnsupportedType, match="plain text"):
        looked_into(data, "thu.eml")


def test_one_too_large_says_what_to_send_instead():
    with translation.override("en"), pytest.raises(TooLarge, match="at most 2.*MB.*screenshot"):
        looked_into(MAIL + b"words\n" * 400_000, "thu.eml")
