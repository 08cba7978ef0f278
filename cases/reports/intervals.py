"""How far a share seen among a few may be from what is behind it. Pure."""

from dataclasses import dataclass
from math import sqrt

_Z = 1.959963984540054  # of the normal distribution: 95 of 100 lie within so many standard deviations


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`, both shares of 1."""

    low: float
    high: float


def wilson(part: int, whole: int) -> Interval:
    """The 95 % score interval of Wilson (1927) for a share of `part` in `whole`, without correction for continuity.

    It stays within 0 and 1 and means something for few and for extreme shares, where the usual plus or minus does not. It says
    how much chance alone may do, and nothing about those who were asked and kept silent. Raises ValueError unless
    0 <= part <= whole and whole > 0.
    """
    if not 0 <= part <= whole or whole == 0:
        raise ValueError(f"{part} of {whole} is no share")
    share, z2 = part / whole, _Z * _Z
    centre = share + z2 / (2 * whole)
    around = _Z * sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole))
    scale = 1 + z2 / whole
    # At the ends it is exactly 0 and 1; rounding must not say otherwise.
    return Interval(
        0.0 if part == 0 else (centre - around) / scale, 1.0 if part == whole else (centre + around) / scale
    )
