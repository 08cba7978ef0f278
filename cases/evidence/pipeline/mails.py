"""Attached mails: what they carry, looked at as if each part had been sent by itself.

A mail is shown to nobody here, only handed out to be saved; so HTML is fine where it is the letter itself, in a part that
says so. What has a name or is attached is a file, whatever type it declares: programs of mail save and open it by its name.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from email import message_from_binary_file
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import IO

from django.conf import settings

from cskh.core.errors import DomainError

from . import polyglot
from .decoder.refused import Died, Refused

# Bytes that plain text has no use for. Escape sequences would reach a terminal.
NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
MARKUP = re.compile(rb"<(!doctype|html|head|body|svg|script|iframe|img|\?xml|\?php|%|!--)", re.IGNORECASE)
_MARKUP_WITHIN = 4096
# Of what may begin anywhere in a file, that which is written without any such byte, and has no place in HTML either.
_SECOND = re.compile(rb"%PDF-\d|<\?php", re.IGNORECASE)
_BOUNDARY = re.compile(rb"^--", re.MULTILINE)
_TYPE = re.compile(rb"^content-type\s*:", re.MULTILINE | re.IGNORECASE)
# Parsing takes memory by lines and parts, which are cheap to send. Ten megabytes of files are 140 000 lines.
_MOST_LINES, _MOST_BOUNDARIES, _MOST_PARTS, _MOST_FILES = 250_000, 1000, 100, 20
_DEEPEST = 3
# A mail is read as a whole, and what is parsed takes several times its size.
MOST_BYTES = 2 * 1024 * 1024
# What text and mails may be called: any other ending may be that of a script. Other sorts are what they are by content.
_ENDINGS = {"text/plain": (".txt", ".log"), "message/rfc822": (".eml",)}

KindOf = Callable[[IO[bytes], int], str]


class Refusal(Exception):
    """It is no mail to be taken, or carries something that is not."""


def check(file: IO[bytes], *, depth: int, kind_of: KindOf) -> None:
    """Raises Refusal for what is not text through and through, or carries what `kind_of` refuses by itself.

    `depth` says how many mails it lies in; `kind_of` is given one more for what lies in it.
    """
    if depth >= _DEEPEST:
        raise Refusal
    file.seek(0)
    _check_raw(file.read())
    file.seek(0)
    try:
        parts = list(message_from_binary_file(file).walk())
    except RecursionError as error:
        raise Refusal from error
    files = [
        (part, data) for part in parts if not part.is_multipart() and not _is_of_words(part, data := _content(part))
    ]
    if len(files) > _MOST_FILES or not all(_is_plain(_around(part)) for part in parts):
        raise Refusal
    for part in parts:
        if part.is_multipart():
            _check_names(part, part.get_content_type())
    for part, data in files:
        _check_names(part, _kind_of(data, depth, kind_of))


def _check_raw(data: bytes) -> None:
    if NOT_TEXT.search(data) or _SECOND.search(data):
        raise Refusal
    if data.count(b"\n") > _MOST_LINES or len(_TYPE.findall(data)) > _MOST_PARTS:
        raise Refusal
    if len(_BOUNDARY.findall(data)) > _MOST_BOUNDARIES:
        raise Refusal


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _around(part: Message) -> bytes:
    """What stands before, between and after the parts, where no reader of mails looks."""
    return f"{part.preamble or ''}\n{part.epilogue or ''}".encode(errors="surrogateescape")


def _is_of_words(part: Message, data: bytes) -> bool:
    """Whether it is what the letter says, in whatever charset, and not a file."""
    if not data.strip():
        return True
    if part.get_content_disposition() not in (None, "inline") or any(_names(part)):
        return False
    if part.get_content_type() == "text/html":
        return not (NOT_TEXT.search(data) or _SECOND.search(data))
    return part.get_content_type() == "text/plain" and _is_plain(data)


def _is_plain(data: bytes) -> bool:
    return not (NOT_TEXT.search(data) or MARKUP.search(data[:_MARKUP_WITHIN]) or polyglot.SECOND.search(data))


def _kind_of(data: bytes, depth: int, kind_of: KindOf) -> str:
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        file.write(data)
        file.flush()
        try:
            return kind_of(file, depth + 1)
        except Died:
            raise
        except (DomainError, Refused) as error:
            raise Refusal from error


def _check_names(part: Message, kind: str) -> None:
    if kind in _ENDINGS and not all(name.lower().endswith(_ENDINGS[kind]) for name in _names(part)):
        raise Refusal


def _names(part: Message) -> Iterator[str]:
    """What the part may be called, as programs differ in where they look for it."""
    for said in (part.get_param("filename", header="content-disposition"), part.get_param("name")):
        if said is not None:
            yield _decoded(collapse_rfc2231_value(said).strip())


def _decoded(name: str) -> str:
    try:
        return str(make_header(decode_header(name)))
    except (HeaderParseError, LookupError, ValueError) as error:
        raise Refusal from error
