"""How large a picture says that it is, whether it moves, and whether it is all there: by the bytes of its frame alone.

No pixel is decoded here, and no library that could be led astray is asked: this runs while the sender waits. What a picture
shows is for the decoder, which has limits of its own.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from . import jpeg
from .decoder.refused import Refused, Why
from .jpeg import Bytes

_PNG_BEGINS = 8
_MOST_PACKED_TEXT = (
    16 * 1024
)  # bytes: they may unpack to a thousand times as much, in whatever program opens the original
_ANIMATED = 0x02  # of the flags of an extended WebP


@dataclass(frozen=True)
class Outline:
    width: int
    height: int
    moves: bool = False


def require_fit(data: Bytes, kind: str, *, most_pixels: int) -> None:
    """Raises Refused for what is cut or no picture at all, has more pixels than that, or moves."""
    outline = shown_by(data, kind)
    if outline is None or not outline.width * outline.height:
        raise Refused(Why.BROKEN)
    if outline.width * outline.height > most_pixels:
        raise Refused(Why.PIXELS)
    if outline.moves:
        raise Refused(Why.FRAMES)


def shown_by(data: Bytes, kind: str) -> Outline | None:
    """What a picture says of itself; None for what is cut, no picture at all, or of a kind that is not known here."""
    return _READERS[kind](data) if kind in _READERS else None


def _of_jpeg(data: Bytes) -> Outline | None:
    size = jpeg.size(data)
    return Outline(*size) if size and jpeg.end(data) is not None else None


def _of_png(data: Bytes) -> Outline | None:
    """Its chunks are whole by their own checksums, the first says the size, and one says that it is the last."""
    first, names, frames, packed = None, set(), 1, 0
    for name, at, length in _chunks_of_png(data):
        if first is None and (name != b"IHDR" or length < 8):
            return None
        first = at if first is None else first
        names.add(name)
        if name == b"acTL":
            frames = int.from_bytes(data[at : at + 4])
        packed += length if _is_packed_text(data, name, at) else 0
    if first is None or packed > _MOST_PACKED_TEXT or not {b"IDAT", b"IEND"} <= names:
        return None
    return Outline(int.from_bytes(data[first : first + 4]), int.from_bytes(data[first + 4 : first + 8]), frames > 1)


def _is_packed_text(data: Bytes, name: bytes, at: int) -> bool:
    """An iTXt says so in the byte behind its keyword, which has at most 79."""
    return name == b"zTXt" or (name == b"iTXt" and data[at : at + 81].partition(b"\0")[2][:1] == b"\1")


def _chunks_of_png(data: Bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, place and length of each, to the last one or the first that is damaged."""
    at = _PNG_BEGINS
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        begin, end = at + 8, at + 8 + length
        name = data[at + 4 : begin]
        if end + 4 > len(data) or zlib.crc32(memoryview(data)[at + 4 : end]) != int.from_bytes(data[end : end + 4]):
            return
        yield name, begin, length
        if name == b"IEND":
            return
        at = end + 4


def _of_webp(data: Bytes) -> Outline | None:
    if len(data) < 30 or int.from_bytes(data[4:8], "little") + 8 > len(data):
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        return Outline(width, height, moves=bool(data[20] & _ANIMATED))
    if kind == b"VP8L" and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        return Outline((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1)
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return Outline(_short(data, 26) & 0x3FFF, _short(data, 28) & 0x3FFF)
    return None


def _of_gif(data: Bytes) -> Outline | None:
    """Of no use as evidence, but mails are decorated with them."""
    return Outline(_short(data, 6), _short(data, 8)) if len(data) > 10 else None


def _short(data: Bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")


_READERS: dict[str, Callable[[Bytes], Outline | None]] = {
    "image/jpeg": _of_jpeg,
    "image/png": _of_png,
    "image/webp": _of_webp,
    "image/gif": _of_gif,
}
