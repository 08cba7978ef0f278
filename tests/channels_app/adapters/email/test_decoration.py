"""Which pictures of a mail only decorate it, and which are what the customer has to show."""

import email.policy

import pytest

from channels_app.adapters.email import adapter
from tests.cases.evidence.files import bomb_png
from tests.channels_app.mail import mail, pasted, photo, with_picture


def read(letter):
    return adapter.read(letter.as_bytes(policy=email.policy.SMTP)).files


@pytest.mark.parametrize(
    ("data", "decorates"),
    [
        (photo(size=(90, 40)), True),  # a logo
        (photo(size=(600, 500)), True),  # a large one, of one colour: a few kilobytes
        (pasted((1200, 120)), True),  # a banner
        (pasted((400, 300)), False),
        (pasted((300, 400), "PNG"), False),
        (b"no picture at all", True),
        (b"no picture at all" * 2000, False),
        (bomb_png() + bytes(30_000), False),
    ],
)
def test_small_within_the_text(data, decorates):
    assert [file.is_decoration for file in read(with_picture(mail(), "image001.png", "png", data))] == [decorates]


def test_what_stands_beside_the_text_never_decorates():
    """Telephones attach what was photographed, some of them calling it inline; small it may be."""
    letter = mail(files=[("a.jpg", "image/jpeg", photo())])
    letter.add_attachment(photo(), maintype="image", subtype="jpeg", disposition="inline", cid="<unshown@x>")
    assert [file.is_decoration for file in read(letter)] == [False, False]


def test_only_pictures_decorate():
    letter = with_picture(mail(), "logo.png", "png", photo())
    pdf = letter.as_bytes(policy=email.policy.SMTP).replace(b"image/png", b"application/pdf")
    assert [file.is_decoration for file in adapter.read(pdf).files] == [False]


@pytest.mark.parametrize("cid", ["<image001.png@01DC5B6A.7F0>", "<a+b%c@x>", "<ii_m3x&y>"])
def test_however_the_name_is_written(cid):
    letter = with_picture(mail(), "image001.png", "png", photo(), cid=cid)
    source = letter.as_bytes(policy=email.policy.SMTP)
    for plain, written in ((b"cid:", b"CID:"), (b"cid:a+b%c", b"cid:a%2Bb%25c"), (b"m3x&y", b"m3x&amp;y")):
        head, separator, rest = source.partition(b"<img src")
        source = head + separator + rest.replace(plain, written, 1)
    assert [file.is_decoration for file in adapter.read(source).files] == [True]
