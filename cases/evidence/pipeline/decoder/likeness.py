"""A picture's perceptual hash (pHash): 64 bits of which pictures that look alike share nearly all.

Bit for bit what the `imagehash` package computes, without its hundreds of megabytes.
"""

import math
import statistics

from PIL import Image

_SIDE, _KEPT = 32, 8
_WAVES = [[math.cos(math.pi * k * (2 * n + 1) / (2 * _SIDE)) for n in range(_SIDE)] for k in range(_KEPT)]
_PLAIN = 2.0  # grey levels of difference: an empty page resembles every other


def of(picture: Image.Image) -> int | None:
    """The hash as a signed number, as databases keep 64 bits; None for a picture that shows nothing to go by."""
    small = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    grey = small.tobytes()
    if statistics.pstdev(grey) < _PLAIN:
        return None
    rows = [grey[at : at + _SIDE] for at in range(0, len(grey), _SIDE)]
    down = [[sum(wave[n] * rows[n][x] for n in range(_SIDE)) for x in range(_SIDE)] for wave in _WAVES]
    low = [sum(wave[n] * line[n] for n in range(_SIDE)) for line in down for wave in _WAVES]
    middle = statistics.median(low)
    bits = int("".join("1" if value > middle else "0" for value in low), 2)
    return bits - 2**64 if bits >= 2**63 else bits
