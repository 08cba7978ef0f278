"""Names from outside: of files, and of things people ask for."""

import unicodedata

from cskh.core.text import one_line

DECLARED_MAX = 1_000
_READ_AT_MOST = 4 * DECLARED_MAX  # composing takes time by length
_MAX_BYTES = 255
# What a file of that type may be called; the first is added where the name says otherwise, so that a script sent as text
# never opens as a script on the desk of whoever downloads it.
_EXTENSIONS = {
    "image/jpeg": ("jpg", "jpeg", "jfif"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "image/heic": ("heic", "heif"),
    "application/pdf": ("pdf",),
    "text/plain": ("txt", "log"),
    "message/rfc822": ("eml",),
}


def declared_name(name: str) -> str:
    """The name as its sender gave it, in composed letters, but for what no database keeps, and for what is beyond every file
    system. Whatever else is in it, paths and characters that do not print, is part of the claim: it is made visible where it is
    shown (`custody_words.visible`)."""
    kept = name.replace("\0", "").encode(errors="replace").decode()
    return unicodedata.normalize("NFC", kept[:_READ_AT_MOST])[:DECLARED_MAX]


def safe_filename(name: str) -> str:
    """The last part of `name`, free of paths, control and direction characters; at most 255 bytes of UTF-8."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    # Cf holds the direction marks: "hoadon\u202egpj.exe" would read as a picture.
    shown = one_line("".join(c for c in last if unicodedata.category(c) != "Cf")).strip(". ")
    stem, dot, extension = shown.rpartition(".")
    return _shortened(stem, dot + extension) if stem and len(extension) <= 10 else _shortened(shown, "")


def fitting_filename(name: str, content_type: str) -> str:
    """`safe_filename` with an extension that says what the file is."""
    shown, fitting = safe_filename(name), _EXTENSIONS[content_type]
    _stem, dot, extension = shown.rpartition(".")
    if dot and extension.lower() in fitting:
        return shown
    return _shortened(shown, "." + fitting[0])


def short_name(name: str, most: int = 60) -> str:
    """The name of a file as it stands in a sentence: at most so many characters, and the extension among them."""
    if len(name) <= most:
        return name
    stem, dot, extension = name.rpartition(".")
    ending = dot + extension if stem and len(extension) <= 10 else ""
    return f"{name[: most - len(ending) - 1].rstrip()}…{ending}"


def _shortened(stem: str, ending: str) -> str:
    return (stem.encode()[: _MAX_BYTES - len(ending.encode())].decode(errors="ignore").strip() or "file") + ending


def same_name(one: str, other: str) -> bool:
    """Whether two names of things mean the same, whatever their case and spacing."""
    return one_line(one).casefold() == one_line(other).casefold()
