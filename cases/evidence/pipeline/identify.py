"""What a file is, by its content. Names and declared types play no part.

Only what a case can need is taken, and of it only what is whole: pictures, PDF, plain text and attached mails. Nothing
that can carry a program past a reader (SVG, HTML, Office, archives, executables), and nothing that is two things at once.
What lies in a mail is looked at as if it had come by itself; only the words of the mail may be HTML, which nothing here renders.
"""

import codecs
import mmap
import re
import time
from collections.abc import Callable
from functools import partial
from typing import IO

import filetype
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cskh.core.errors import DomainError, Invalid, TooLarge, UnsupportedType
from cskh.core.incoming import size_in_words

from . import mails, outline, polyglot, sandbox
from .decoder.refused import Died, Refused, Why

PICTURES = ("image/jpeg", "image/png", "image/webp")
HEIC = "image/heic"
PDF = "application/pdf"
TEXT = "text/plain"
MAIL = "message/rfc822"
# What these do is known only once they are decoded, or what lies in them is.
LOOKED_INTO = (HEIC, PDF, MAIL)
# What a file chooser offers. A browser knows mails by their ending only; what is taken is decided by the content.
ACCEPT = ",".join((*PICTURES, HEIC, PDF, TEXT, ".eml"))

_HEAD = 8192
_CHUNK = 64 * 1024
_HEADER_LINE = re.compile(rb"[!-9;-~]+:")
_MAIL = "mail"  # beside the codes of the decoder: what is wrong lies in a mail
_SAID_OPENLY = {
    rb"/Encrypt\s+\d+\s+\d+\s+R": Why.ENCRYPTED,
    rb"/JavaScript\b": Why.PROGRAM,
    rb"/EmbeddedFile|/FileAttachment\b": Why.EMBEDDED,
}
_MAIL_HEADERS = (b"from:", b"date:", b"subject:", b"message-id:", b"received:")


def content_type(file: IO[bytes]) -> str:
    """The type of the file, one of those above, by its bytes alone: nothing is decoded, since its sender waits. The file is one
    of the operating system; leaves the position anywhere. Those of `LOOKED_INTO` are opened to nobody before `why_refused`.

    Raises UnsupportedType for anything else, TooLarge for too many pixels, Invalid for what is seen to be damaged, locked, or
    to carry more than one looks at.
    """
    try:
        return _known(file)
    except (Refused, mails.Refusal) as refused:
        raise error_of(_code(refused)) from refused


def why_refused(file: IO[bytes]) -> str:
    """What is wrong with a file that was taken in, as a code for `error_of`: found by decoding it, in a process that has limits.
    Empty where nothing is. All that lies in a mail shares EVIDENCE_DECODE_SECONDS. Raises Died where nobody can say."""
    try:
        _known(file, decoded_until=time.monotonic() + settings.EVIDENCE_DECODE_SECONDS)
    except Died:
        raise
    except (Refused, mails.Refusal) as refused:
        return _code(refused)
    except DomainError:  # it is not even what it was taken for
        return Why.BROKEN
    return ""


def error_of(code: str) -> DomainError:
    """What the sender is told: what is wrong, and what to send instead."""
    return _refusal_of_mail() if code == _MAIL else _error(Why(code))


def words_of(code: str) -> str:
    """The same as one sentence."""
    error = error_of(code)
    return error.errors["file"][0] if isinstance(error, Invalid) else str(error)


def _code(refused: Refused | mails.Refusal) -> str:
    return refused.why if isinstance(refused, Refused) else _MAIL


def _known(file: IO[bytes], *, decoded_until: float | None = None, within_mails: int = 0) -> str:
    """The type, also by decoding it where there is a time until which that may last."""
    kind = _kind(file)
    if kind == MAIL:
        _require_small_mail(file)
    if polyglot.is_polyglot(file, kind):
        raise _refusal()
    if kind == MAIL:
        mails.check(
            file,
            depth=within_mails,
            kind_of=lambda part, depth: _known(part, decoded_until=decoded_until, within_mails=depth),
        )
    elif decoded_until is not None and kind in LOOKED_INTO:
        limits = {"most_pages": settings.EVIDENCE_MAX_PAGES, "most_pixels": settings.EVIDENCE_MAX_PIXELS}
        sandbox.ask(file, "check", until=decoded_until, kind=kind, **limits)
    return kind


def _kind(file: IO[bytes]) -> str:
    file.seek(0)
    head = file.read(_HEAD)
    guess = filetype.guess_mime(head)
    if guess is None:
        return _text_type(file, head)
    if guess not in _LOOKS:
        raise _refusal()
    _LOOKS[guess](file)
    return str(guess)


def _look_at_picture(file: IO[bytes], kind: str) -> None:
    """A picture is known by its frame. The decoder shows its pixels later, and marks what it cannot show."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        outline.require_fit(data, kind, most_pixels=settings.EVIDENCE_MAX_PIXELS)


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


def _check_document(file: IO[bytes]) -> None:
    """Whether it has an end, and does not say openly what it is refused for: most that are locked or act by themselves do."""
    end = file.seek(0, 2)
    file.seek(max(0, end - 2048))
    if b"%%EOF" not in file.read():
        raise Refused(Why.BROKEN)
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for said, why in _SAID_OPENLY.items():
            if re.search(said, data):
                raise Refused(why)


_LOOKS: dict[str, Callable[[IO[bytes]], None]] = {
    **{kind: partial(_look_at_picture, kind=kind) for kind in PICTURES},
    HEIC: _check_boxes,
    PDF: _check_document,
}


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
