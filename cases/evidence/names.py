"""Names from outside: of files, and of things people ask for."""

import unicodedata

from cskh.core.text import one_line

_MAX_BYTES = 255


def safe_filename(name: str) -> str:
    """The last part of `name` without anything that deceives or breaks out: paths, control and direction characters.

    At most 255 bytes of UTF-8, the extension kept; `file` when nothing is left.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    # Cf holds the direction marks: "hoadon\u202egpj.exe" would read as a picture.
    shown = one_line("".join(c for c in last if unicodedata.category(c) != "Cf")).strip(". ")
    stem, dot, extension = shown.rpartition(".")
    if not stem or len(extension) > 10:
        stem, dot, extension = shown, "", ""
    room = _MAX_BYTES - len((dot + extension).encode())
    return stem.encode()[:room].decode(errors="ignore").strip() + dot + extension or "file"


def same_name(one: str, other: str) -> bool:
    """Whether two names of things mean the same, whatever their case and spacing."""
    return one_line(one).casefold() == one_line(other).casefold()
