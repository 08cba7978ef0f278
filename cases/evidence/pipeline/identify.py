"""What a file is, by its content. Names and declared types play no part.

Only what a case can need is taken, and of it only what is whole: pictures, PDF, plain text and attached mails. Nothing
that can carry a program past a reader (SVG, HTML, Office, archives, executables).
"""

import codecs
import re
from typing import IO

import filetype
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from cskh.core.errors import Invalid, TooLarge, UnsupportedType

PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
HEIC = "image/heic"
PDF = "application/pdf"
TEXT = "text/plain"
MAIL = "message/rfc822"
# What a file chooser offers. A browser knows mails by their ending only; what is taken is decided by the content.
ACCEPT = ",".join((*PICTURES, HEIC, PDF, TEXT, ".eml"))

_HEAD = 8192
_CHUNK = 64 * 1024
_MARKUP = re.compile(r"<(!doctype|html|head|body|svg|script|iframe|img|\?xml|\?php|%|!--)", re.IGNORECASE)
_HEADER_LINE = re.compile(rb"[!-9;-~]+:")
_MAIL_HEADERS = (b"from:", b"date:", b"subject:", b"message-id:", b"received:")
# Bytes that plain text has no use for. Escape sequences would reach a terminal.
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def content_type(file: IO[bytes]) -> str:
    """The type of the file, one of those above. Leaves the position anywhere.

    Raises UnsupportedType for anything else, Invalid for a broken file, TooLarge for a picture of too many pixels.
    """
    file.seek(0)
    head = file.read(_HEAD)
    guess = filetype.guess_mime(head)
    if guess in PICTURES:
        _check_picture(file, guess)
        return str(guess)
    if guess == HEIC:
        _check_boxes(file)
        return HEIC
    if guess == PDF:
        _check_pdf(file)
        return PDF
    if guess is not None:
        raise _refusal()
    return _text_type(file, head)


def open_picture(file: IO[bytes], kind: str) -> Image.Image:
    """The picture with its header read and nothing decoded yet. Raises TooLarge where it has too many pixels."""
    file.seek(0)
    limit = settings.EVIDENCE_MAX_PIXELS
    try:
        picture = Image.open(file, formats=[PICTURES[kind]])
        pixels = picture.width * picture.height
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pixels = limit + 1
    if pixels > limit:
        raise TooLarge(
            _("The picture has more than %(limit)d megapixels. Send a smaller one.") % {"limit": limit // 1_000_000}
        )
    return picture


def _check_picture(file: IO[bytes], kind: str) -> None:
    """Reads the picture to its end. A JPEG is decoded at an eighth of its size; a PNG by its checksums: little memory."""
    try:
        picture = open_picture(file, kind)
        if kind == "image/jpeg":
            picture.draft("RGB", (1, 1))
            picture.load()
        elif kind == "image/png":
            picture.verify()
        elif _riff_is_cut(file):
            raise _broken()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise _broken() from error


def _riff_is_cut(file: IO[bytes]) -> bool:
    file.seek(4)
    said = int.from_bytes(file.read(4), "little") + 8
    return file.seek(0, 2) < said


def _check_boxes(file: IO[bytes]) -> None:
    """Walks the top-level boxes of a HEIC file: the last one must end within the file."""
    end = file.seek(0, 2)
    at = 0
    while at < end:
        file.seek(at)
        header = file.read(16)
        size = int.from_bytes(header[:4], "big")
        if size == 1:
            size = int.from_bytes(header[8:16], "big")
        elif size == 0:
            return
        if size < 8 or at + size > end:
            raise _broken()
        at += size


def _check_pdf(file: IO[bytes]) -> None:
    end = file.seek(0, 2)
    file.seek(max(0, end - 2048))
    if b"%%EOF" not in file.read():
        raise _broken()


def _text_type(file: IO[bytes], head: bytes) -> str:
    if _is_mail(head):
        return MAIL
    encoding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    first, more = True, True
    while more:
        chunk = file.read(_CHUNK)
        more = bool(chunk)
        if encoding != "utf-16" and _NOT_TEXT.search(chunk):
            raise _refusal()
        try:
            text = decoder.decode(chunk, final=not more)
        except UnicodeDecodeError as error:
            raise _refusal() from error
        if first and _MARKUP.search(text[:4096]):
            raise _refusal()
        first = False
    return TEXT


def _is_mail(head: bytes) -> bool:
    """Whether it begins with the header of a mail: two of the fields every mail has, before the first empty line."""
    if b"\0" in head or not _HEADER_LINE.match(head):
        return False
    lines = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0].lower().splitlines()
    return len({name for name in _MAIL_HEADERS for line in lines if line.startswith(name)}) >= 2


def _refusal() -> UnsupportedType:
    return UnsupportedType(
        _("Files of this type cannot be accepted. Send a picture (JPEG, PNG, WebP, HEIC), a PDF or plain text.")
    )


def _broken() -> Invalid:
    return Invalid(errors={"file": [_("The file is damaged or incomplete. Send it again, or take a new picture.")]})
