"""Parameters of Content-Type and Content-Disposition, and file names that are safe to show and store."""

import mimetypes
import re
import unicodedata
from urllib.parse import unquote_to_bytes

from .charset import clean_line, decode, known_charset
from .headers import decode_words

_PARAMETER = re.compile(r';\s*([^=;\s"]+)\s*=\s*("(?:[^"\\]|\\.)*+"|"[^;"]*+|[^;]*+)')
_EXTENDED = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")
_MIME_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}")
# Direction overrides make exe.pdf out of fdp.exe; zero-width characters make two names look one.
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_MAX_NAME = 255  # bytes in UTF-8, what file systems take
_EXTENSIONS = {
    "image/jpeg": ".jpg", "image/jpg": ".jpg", "image/heic": ".heic", "image/webp": ".webp", "text/plain": ".txt",
    "text/calendar": ".ics", "message/rfc822": ".eml", "message/delivery-status": ".txt", "application/ms-tnef": ".dat",
    "text/rfc822-headers": ".txt", "message/disposition-notification": ".txt", "audio/mpeg": ".mp3",
    "audio/amr": ".amr", "video/mp4": ".mp4", "application/pkcs7-signature": ".p7s",
    "application/pgp-signature": ".asc",
}  # fmt: skip
_BUILT_IN_TYPES = mimetypes.MimeTypes()  # not this machine's mime.types: the same name everywhere


def parse_content_type(value: str) -> tuple[str, dict[str, str]]:
    """(type/subtype in lower case, parameters); "" when the value names no type."""
    found = re.match(r"\s*\"?([^\s;,\"]*)\s*(?:/\s*([^\s;,\"]+))?", value)
    kind = "".join(part for part in (found[1], f"/{found[2]}" if found[2] else "")) if found else ""
    kind = kind.lower()
    return (kind if _MIME_TYPE.fullmatch(kind) else kind.split("/")[0]), parse_parameters(value)


def parse_parameters(value: str) -> dict[str, str]:
    """RFC 2231 with continuations and charsets, RFC 2047 where it should not be, and plain ones; not cleaned."""
    plain: dict[str, str] = {}
    extended: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, raw in _PARAMETER.findall(value):
        found = _EXTENDED.fullmatch(name.lower())
        if found and (found[2] or found[3]):
            part = int(found[2] or 0)
            extended.setdefault(found[1], {}).setdefault(part, (_unquoted(raw), bool(found[3])))
        else:
            plain.setdefault(name.lower(), decode_words(_unquoted(raw)))
    return plain | {name: _join_extended(parts) for name, parts in extended.items()}


def _unquoted(raw: str) -> str:
    raw = raw.strip()
    if not raw.startswith('"'):
        return raw
    return re.sub(r'\\(["\\])', r"\1", raw[1:-1] if raw.endswith('"') and len(raw) > 1 else raw[1:])


def _join_extended(parts: dict[int, tuple[str, bool]]) -> str:
    data = b""
    charset = ""
    for order, (_, (text, encoded)) in enumerate(sorted(parts.items())):
        if encoded and order == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if encoded or "%" in text else text.encode("utf-8", "replace")
    return decode_words(decode(data, known_charset(charset)))


def attachment_name(raw: str, content_type: str, number: int) -> str:
    """A file name to show and store: the sender's, made harmless, or `attachment-3.jpg` when there is none."""
    name = _harmless(_percent_decoded(raw))
    if name:
        return name
    extension = _EXTENSIONS.get(content_type) or _BUILT_IN_TYPES.guess_extension(content_type) or ".bin"
    return f"attachment-{number}{extension}"


def _percent_decoded(name: str) -> str:
    """`h%C3%B3a.pdf`, as some programs write without saying so; only when that gives UTF-8 beyond ASCII."""
    if not re.search(r"%[89A-Fa-f][0-9A-Fa-f]", name):
        return name
    try:
        return unquote_to_bytes(name).decode("utf-8")
    except ValueError:
        return name


def _harmless(name: str) -> str:
    last = re.split(r"[/\\]", clean_line(_INVISIBLE.sub("", name)))[-1]
    last = last.strip().rstrip(". ")
    if len(last.encode()) <= _MAX_NAME:
        return last
    stem, dot, extension = last.rpartition(".")
    if not stem or len(extension.encode()) > 20:
        stem, dot, extension = last, "", ""
    room = _MAX_NAME - len((dot + extension).encode())
    return unicodedata.normalize("NFC", stem.encode()[:room].decode("utf-8", "ignore").rstrip() + dot + extension)
