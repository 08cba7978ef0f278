"""Lengths of time, counted in steps fine enough for percentiles and coarse enough to be kept. Pure.

A length falls into the first step whose end it does not exceed, so that whatever is said of lengths is rounded up: never
better than it was. The ends include all those that reports and targets speak of: 15 minutes, 4 hours, 24 hours, 3, 7, 28, 56 days.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from math import ceil
from operator import add

MINUTE, HOUR, DAY = 60, 3600, 86400

# Up to here, in steps of so many seconds.
_GRID = (
    (15 * MINUTE, MINUTE),
    (HOUR, 5 * MINUTE),
    (4 * HOUR, 30 * MINUTE),
    (12 * HOUR, HOUR),
    (DAY, 2 * HOUR),
    (3 * DAY, 6 * HOUR),
    (7 * DAY, 12 * HOUR),
    (28 * DAY, 3 * DAY),
    (56 * DAY, 7 * DAY),
    (364 * DAY, 28 * DAY),
)


def _ends() -> Iterable[int]:
    at = 0
    for until, step in _GRID:
        while at < until:
            at += step
            yield at


ENDS = tuple(_ends())
STEPS = len(ENDS) + 1  # the last is for everything longer

Spread = Sequence[int]  # how many there are in each step
NONE: Spread = (0,) * STEPS


def step_of(seconds: float) -> int:
    """The step a length falls into."""
    return bisect_left(ENDS, ceil(seconds))


def together(spreads: Iterable[Spread]) -> Spread:
    return reduce(_sum, spreads, NONE)


def _sum(one: Spread, other: Spread) -> Spread:
    return list(map(add, one, other))


def within(spread: Spread, seconds: int) -> int:
    """How many last no longer than `seconds`, which is one of ENDS."""
    return sum(spread[: ENDS.index(seconds) + 1])


@dataclass(frozen=True)
class Length:
    """So many seconds at most; or, where they `are_least`, more than that: it is not known how much more."""

    seconds: int
    are_least: bool = False


def percentile(percent: int, solved: Spread, unsolved: Spread) -> Length | None:
    """The time within which so many of 100 are solved, by Kaplan and Meier: of those that are still unsolved, or ended
    otherwise, is known that they took longer than so far, and so much they count; in steps, as life tables do it. None where
    there are none at all.

    Leaving them out would flatter: what takes long is what is still open. Taking them for solved today would as well.
    """
    at_risk, remaining = sum(solved) + sum(unsolved), 1.0
    last = -1
    for step, (ended, left) in enumerate(zip(solved, unsolved, strict=True)):
        if ended or left:
            last = step
        if ended:
            remaining *= 1 - ended / (
                at_risk - left / 2
            )  # who is lost from sight within the step is there for half of it
        if ended and remaining <= 1 - percent / 100 + 1e-9:
            return Length(ENDS[step]) if step < len(ENDS) else Length(ENDS[-1], are_least=True)
        at_risk -= ended + left
    if last < 0:
        return None
    return Length(ENDS[last - 1] if last else 0, are_least=True)


def middle(percent: int, spread: Spread) -> Length | None:
    """The length that so many of 100 do not exceed, where every length is known."""
    return percentile(percent, spread, NONE)
