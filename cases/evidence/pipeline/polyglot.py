"""Files that are two things at once: one to whoever looks at them here, another to whoever saves and opens them."""

import mmap
import re
import zipfile
from collections.abc import Callable
from typing import IO

from . import jpeg

_PDF_HEADER_WITHIN = 1024  # so far readers look for it
# What begins in earnest after the end of the first format. Films that telephones put behind a photo are not among it.
SECOND = re.compile(
    rb"%PDF-\d|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\x7fELF[\x01\x02]|GIF8[79]a"
    rb"|<\?php|<(?:!doctype html|html|script|svg|iframe|body)[\s>]",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(rb"\s*(?:MZ|#!)")


def is_polyglot(file: IO[bytes], kind: str) -> bool:
    """Whether the file, which was taken for `kind`, is something else as well. It is one of the operating system, flushed."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if kind != "application/pdf" and re.search(rb"%PDF-\d", data[:_PDF_HEADER_WITHIN]):
            return True
        end = _ENDS.get(kind, _at_the_end)(data)
        if SECOND.search(data, end) or _AT_ONCE.match(data, end):
            return True
    return zipfile.is_zipfile(file)


def _at_the_end(data: mmap.mmap) -> int:
    return len(data)


def _end_of_jpeg(data: mmap.mmap) -> int:
    return jpeg.end(data) or len(data)


def _end_of_png(data: mmap.mmap) -> int:
    at = 8
    while at + 8 <= len(data):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        at += 12 + length
        if name == b"IEND":
            return at
    return len(data)


def _end_of_webp(data: mmap.mmap) -> int:
    return 8 + int.from_bytes(data[4:8], "little")


def _end_of_pdf(data: mmap.mmap) -> int:
    return data.rfind(b"%%EOF") + 5


_ENDS: dict[str, Callable[[mmap.mmap], int]] = {
    "image/jpeg": _end_of_jpeg,
    "image/png": _end_of_png,
    "image/webp": _end_of_webp,
    "application/pdf": _end_of_pdf,
}
