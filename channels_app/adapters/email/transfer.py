"""Content transfer encodings, undone tolerantly: what cannot be decoded is given as it stands."""

import binascii
import re

_BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,3}")
_BASE64_CHUNK = re.compile(rb"([A-Za-z0-9+/]+)(=*)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]+)\r{0,2}\n?", re.MULTILINE)


def decode_transfer(data: bytes, encoding: str) -> bytes:
    """The bytes that were sent. `encoding` is the header's value, in any spelling; unknown ones mean 'as it stands'."""
    name = encoding.strip().strip("\"';").lower()
    if name.startswith("base64") or name == "b":
        return decode_base64(data)
    if name.startswith(("quoted", "qp")):
        return decode_quoted_printable(data)
    if name in ("x-uuencode", "uuencode", "x-uue", "uue"):
        found = find_uuencoded(data)
        return found[0][1] if found else data
    return data


def decode_base64(data: bytes) -> bytes:
    """Also without padding, in several padded pieces, with line noise, or with a text footer below the padding."""
    if _is_prose(data):
        return data
    packed = data.translate(None, b" \t\r\n")
    if not _BASE64.fullmatch(packed):
        packed = _without_noise(data)
    pieces = []
    for chunk, _ in _BASE64_CHUNK.findall(packed):
        whole = chunk[:-1] if len(chunk) % 4 == 1 else chunk
        pieces.append(binascii.a2b_base64(whole + b"=" * (-len(whole) % 4)))
    return b"".join(pieces)


def _is_prose(data: bytes) -> bool:
    """Text that only claims to be base64: words with spaces between them, as encoded data never has."""
    sample = data[:2000].strip()
    return len(re.findall(rb"\S ++\S", sample)) > max(2, len(sample) // 15)


def _without_noise(data: bytes) -> bytes:
    """Base64 letters only; ends at the padding when what follows is no base64 (a mailing list's footer)."""
    padded = re.search(rb"=[ \t]*[\r\n]+(?=[^\r\n]*[^A-Za-z0-9+/=\s])", data)
    kept = data[: padded.end()] if padded else data
    return _NOT_BASE64.sub(b"", kept)


def decode_quoted_printable(data: bytes) -> bytes:
    """Also with blanks after a soft line break's `=`, and with lone CR as line ends."""
    data = re.sub(rb"\r(?!\n)", b"\n", data.replace(b"\r\r\n", b"\r\n"))
    return binascii.a2b_qp(re.sub(rb"=[ \t]++(?=\r?\n|\Z)", b"=", data))


def find_uuencoded(data: bytes) -> list[tuple[str, bytes, int, int]]:
    """Every `begin 644 name … end` block: raw name, content, and where the block starts and ends in `data`."""
    found = []
    position = 0
    while begin := _UU_BEGIN.search(data, position):
        end = re.compile(rb"^end[ \t]*\r{0,2}(?:\n|\Z)", re.MULTILINE).search(data, begin.end())
        if not end:
            break
        content = _decode_uu_lines(data[begin.end() : end.start()])
        if content:
            found.append((begin[1].decode("latin-1").strip(), content, begin.start(), end.end()))
        position = end.end()
    return found


def _decode_uu_lines(block: bytes) -> bytes:
    pieces = []
    for line in block.splitlines():
        length = (line[0] - 32) & 63 if line else 0
        if not length:
            continue
        needed = (length * 4 + 2) // 3
        try:
            pieces.append(binascii.a2b_uu(line[: 1 + (length + 2) // 3 * 4][: 1 + max(needed, 0) + 3]))
        except binascii.Error:
            return b""  # an ordinary sentence that begins with "begin 644"
    return b"".join(pieces)
