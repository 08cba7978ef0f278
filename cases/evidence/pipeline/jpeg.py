"""The markers of a JPEG, read without decoding a pixel.

How much memory decoding takes is up to whoever made the file: one of several passes (progressive, or a pass for each colour)
has all of its coefficients held at once, at whatever scale one asks for it.
"""

import mmap
import re
from collections.abc import Iterator

Bytes = bytes | mmap.mmap
# One that announces a segment or the end. Pixels escape theirs by a zero, and restart by some that announce nothing.
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])", re.DOTALL)
_END = b"\xd9"
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the segments that begin a picture, whatever its coding


def end(data: Bytes) -> int | None:
    """Where the picture ends; None where it does not. A thumbnail's own end lies within a segment and is passed over."""
    return next((at for name, at in _segments(data) if name == _END), None)


def size(data: Bytes) -> tuple[int, int] | None:
    """Width and height in pixels, as the picture says; None where it does not."""
    at = next((at for name, at in _segments(data) if name[0] in _SIZES), None)
    if at is None or at + 7 > len(data):
        return None
    height, width = (int.from_bytes(data[begin : begin + 2]) for begin in (at + 3, at + 5))
    return width, height


def _segments(data: Bytes) -> Iterator[tuple[bytes, int]]:
    """Each marker with where it ends, up to the end of the picture."""
    at = 2
    while marker := _MARKER.search(data, at):
        yield marker[1], marker.end()
        if marker[1] == _END:
            return
        at = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
