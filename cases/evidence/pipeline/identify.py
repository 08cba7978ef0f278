"""What a file is, by its content. Names and declared types play no part.

Only what a case can need is taken, and of it only what is whole: pictures, PDF, plain text and attached mails. Nothing
that can carry a program past a reader (SVG, HTML, Office, archives, executables), and nothing that is two things at once.
What lies in a mail is looked at as if it had come by itself; only the words of the mail may be HTML, which nothing here renders.
"""

import codecs
import mmap
import re
from collections.abc import Callable
from typing import IO

import filetype
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cskh.core.errors import DomainError, Invalid, TooLarge, UnsupportedType
from cskh.core.incoming import size_in_words

from . import jpeg, mails, polyglot, sandbox
from .decoder import pictures
from .decoder.refused import Refused, Why

PICTURES = ("image/jpeg", "image/png", "image/webp")
HEIC = "image/heic"
PDF = "application/pdf"
TEXT = "text/plain"
MAIL = "message/rfc822"
# What a file chooser offers. A browser knows mails by their ending only; what is taken is decided by the content.
ACCEPT = ",".join((*PICTURES, HEIC, PDF, TEXT, ".eml"))

_HEAD = 8192
_CHUNK = 64 * 1024
_HEADER_LINE = re.compile(rb"[!-9;-~]+:")
_MAIL_HEADERS = (b"from:", b"date:", b"subject:", b"message-id:", b"received:")


def content_type(file: IO[bytes], within_mails: int = 0) -> str:
    """The type of the file, one of those above. The file is one of the operating system; leaves the position anywhere.
    `within_mails` says in how many mails it lay.

    Raises UnsupportedType for anything else, TooLarge for too many pixels or pages, Invalid for what is damaged, locked, or
    carries more than one looks at.
    """
    try:
        kind = _kind(file)
        if kind == MAIL:
            _require_small_mail(file)
        if polyglot.is_polyglot(file, kind):
            raise _refusal()
        if kind == MAIL:
            mails.check(file, depth=within_mails, kind_of=content_type)
    except mails.Refusal as refusal:
        raise _refusal_of_mail() from refusal
    except Refused as refused:
        raise _error(refused.why) from refused
    return kind


def _kind(file: IO[bytes]) -> str:
    file.seek(0)
    head = file.read(_HEAD)
    guess = filetype.guess_mime(head)
    if guess in PICTURES:
        _check_picture(file, guess)
    elif guess in (HEIC, PDF):
        (_check_boxes if guess == HEIC else _check_end)(file)
        sandbox.ask(
            file,
            "check",
            kind=guess,
            most_pages=settings.EVIDENCE_MAX_PAGES,
            most_pixels=settings.EVIDENCE_MAX_PIXELS,
        )
    elif guess is None:
        return _text_type(file, head)
    else:
        raise _refusal()
    return str(guess)


def _check_picture(file: IO[bytes], kind: str) -> None:
    """Whether it begins as it should and is all there: a JPEG by its markers, a PNG by its checksums, a WebP by its length.

    No pixel is decoded here, whose memory is up to the sender: the decoder does that later, and marks what it cannot show.
    """
    try:
        picture = pictures.opened(file, kind, settings.EVIDENCE_MAX_PIXELS)
        if kind == "image/png":
            picture.verify()
    except pictures.DAMAGED as error:
        raise Refused(Why.BROKEN) from error
    if kind in _IS_CUT and _IS_CUT[kind](file):
        raise Refused(Why.BROKEN)


def _jpeg_is_cut(file: IO[bytes]) -> bool:
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return jpeg.end(data) is None


def _riff_is_cut(file: IO[bytes]) -> bool:
    file.seek(4)
    said = int.from_bytes(file.read(4), "little") + 8
    return file.seek(0, 2) < said


_IS_CUT: dict[str, Callable[[IO[bytes]], bool]] = {"image/jpeg": _jpeg_is_cut, "image/webp": _riff_is_cut}


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
            raise Refused(Why.BROKEN)
        at += size


def _check_end(file: IO[bytes]) -> None:
    end = file.seek(0, 2)
    file.seek(max(0, end - 2048))
    if b"%%EOF" not in file.read():
        raise Refused(Why.BROKEN)


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
        try:
            text = decoder.decode(chunk, final=not more).encode()
        except UnicodeDecodeError as error:
            raise _refusal() from error
        if mails.NOT_TEXT.search(text) or (first and mails.MARKUP.search(text[:4096])):
            raise _refusal()
        first = False
    return TEXT


def _is_mail(head: bytes) -> bool:
    """Whether it begins with the header of a mail: two of the fields every mail has, before the first empty line."""
    if b"\0" in head or not _HEADER_LINE.match(head):
        return False
    lines = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0].lower().splitlines()
    return len({name for name in _MAIL_HEADERS for line in lines if line.startswith(name)}) >= 2


def _require_small_mail(file: IO[bytes]) -> None:
    if file.seek(0, 2) > mails.MOST_BYTES:
        raise TooLarge(
            _(
                "A mail as a file may have at most %(limit)s. Send a screenshot of the mail instead, and what is attached to"
                " it by itself."
            )
            % {"limit": size_in_words(mails.MOST_BYTES)}
        )


def _refusal() -> UnsupportedType:
    return UnsupportedType(
        _("Files of this type cannot be accepted. Send a picture (JPEG, PNG, WebP, HEIC), a PDF or plain text.")
    )


def _refusal_of_mail() -> UnsupportedType:
    return UnsupportedType(
        _(
            "This mail carries something that cannot be accepted. Send a screenshot of the mail instead, and what is attached"
            " to it by itself, as pictures, PDF or plain text."
        )
    )


def _error(why: Why) -> DomainError:
    """What the sender is told: what is wrong, and what to send instead."""
    if why == Why.PIXELS:
        limit = settings.EVIDENCE_MAX_PIXELS // 1_000_000
        return TooLarge(_("The picture has more than %(limit)d megapixels. Send a smaller one.") % {"limit": limit})
    if why == Why.PAGES:
        return TooLarge(
            _("The PDF has more than %(limit)d pages. Send only the pages that show what is asked for.")
            % {"limit": settings.EVIDENCE_MAX_PAGES}
        )
    return Invalid(errors={"file": [_(_WORDS[why])]})


_WORDS = {
    Why.BROKEN: gettext_noop("The file is damaged or incomplete. Send it again, or take a new picture."),
    Why.FRAMES: gettext_noop("The picture moves. Send one that stands still, such as a screenshot."),
    Why.ENCRYPTED: gettext_noop(
        "The PDF is protected. Save a copy without password and protection, or send pictures of its pages."
    ),
    Why.PROGRAM: gettext_noop(
        "The PDF contains a program or a form that acts by itself. Print it into a new PDF, or send pictures of its pages."
    ),
    Why.EMBEDDED: gettext_noop(
        "The PDF carries other files inside. Send those by themselves, and the PDF without them or as pictures."
    ),
}
