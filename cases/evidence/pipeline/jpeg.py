"""The markers of a JPEG, read without decoding a pixel.

How much memory decoding takes is up to whoever made the file: one of several passes (progressive, or a pass for each colour)
has all of its coefficients held at once, at whatever scale one asks for it.
"""

import mmap
import re

# One that announces a segment or the end. Pixels escape theirs by a zero, and restart by some that announce nothing.
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])", re.DOTALL)
_END = b"\xd9"


def end(data: mmap.mmap) -> int | None:
    """Where the picture ends; None where it does not. A thumbnail's own end lies within a segment and is passed over."""
    at = 2
    while marker := _MARKER.search(data, at):
        if marker[1] == _END:
            return marker.end()
        at = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2], "big")
    return None
