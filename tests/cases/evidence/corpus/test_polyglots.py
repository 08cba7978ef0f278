"""Files that are two things at once, and files whose name says something else."""

import pytest

from cases.evidence.names import fitting_filename
from cases.evidence.pipeline import receive
from cskh.core.errors import Invalid, UnsupportedType
from tests.cases.evidence.files import EXE, GIF_SCRIPT, HTML, PDF, SVG, archive, heic, looked_into, picture, upload

ROOM = 10**9
ZIP = archive("a.class")

pytestmark = pytest.mark.django_db  # what is kept is kept by one at a time


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def commented(data, words):
    """A JPEG whose first comment says so."""
    return data[:2] + b"\xff\xfe" + (len(words) + 2).to_bytes(2, "big") + words + data[2:]


def boxed(data):
    """A box that HEIC readers pass over."""
    return (len(data) + 8).to_bytes(4, "big") + b"free" + data


TWO_THINGS = {
    f"{first} and {second}": one + other
    for first, one in {
        "JPEG": picture((300, 200)),
        "PNG": picture(kind="PNG"),
        "WebP": picture(kind="WEBP"),
    }.items()
    for second, other in {
        "ZIP": ZIP,
        "PDF": PDF,
        "HTML": b"\n" + HTML,
        "SVG": SVG,
        "PHP": b"<?php system($_GET['c']); ?>",
        "script": b"\n#!/bin/sh\nrm -rf /\n",
        "program": EXE,
        "GIF": GIF_SCRIPT,
        "ELF": b"\x7fELF\x02" + bytes(100),
    }.items()
} | {
    "PDF and ZIP": PDF + ZIP + b"\n%%EOF\n",
    "PDF and HTML": PDF + b"\n<html><script>alert(1)</script>",
    "HEIC and ZIP": heic() + boxed(ZIP),
    "JPEG with a PDF in its comment": commented(picture(), PDF[:200]),
    "text before a PDF": b"Kinh gui ngan hang\n" + b"%PDF-1.4 1 0 obj",
    "mail before a PDF": b"From: a@b.example\r\nDate: Sun\r\n\r\n%PDF-1.4",
}
ONE_THING = {
    "photo with a film behind it": picture() + b"\0\0\0\x18ftypmp42" + bytes(500),
    "photo with a second one behind it": picture() + picture(color=(1, 2, 3)),
    "photo with zeros behind it": picture() + bytes(4096),
    "photo of a large comment": commented(picture(), b"a" * 60_000),
    "text that speaks of a PDF": "Tôi gửi tệp %PDF và %PDF-abc".encode(),
}


@pytest.mark.parametrize("data", TWO_THINGS.values(), ids=TWO_THINGS)
def test_two_things_at_once_are_refused(data):
    with pytest.raises((UnsupportedType, Invalid)):  # some are damaged to whoever reads them strictly
        looked_into(data)


@pytest.mark.parametrize("data", ONE_THING.values(), ids=ONE_THING)
def test_what_telephones_make_is_taken(data):
    looked_into(data)


@pytest.mark.parametrize(
    ("name", "data", "shown"),
    [
        ("hoadon.pdf", picture(), "hoadon.pdf.jpg"),
        ("hoadon.jpg", PDF, "hoadon.jpg.pdf"),
        ("anh.heic", picture(), "anh.heic.jpg"),
        ("anh.png", heic(), "anh.png.heic"),
        ("run.exe", b"Xin chao", "run.exe.txt"),
        ("bill.jpg.exe", picture(), "bill.jpg.exe.jpg"),
        ("bill\u202egpj.exe", picture(), "billgpj.exe.jpg"),
        ("bill\u2066\u202efdp.scr\u2069", PDF, "billfdp.scr.pdf"),
        ("a\0.php", picture(), "a.php.jpg"),
        ("..\\..\\autorun.inf", b"x", "autorun.inf.txt"),
    ],
)
def test_a_wrong_name_is_put_right_by_the_content(name, data, shown):
    received = receive.receive(upload(data, name), room=ROOM)
    assert fitting_filename(name, received.content_type) == shown
