"""Amounts and times as Vietnamese banks write them. Pure."""

import re
from datetime import datetime, tzinfo

_CURRENCY = re.compile(r"(?:VNĐ|VND|ĐỒNG|[Đđ₫])", re.IGNORECASE)
_BLANKS = re.compile(r"[\s\u00a0\u202f']+")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_NO_FRACTION = re.compile(r"[.,]0{1,2}$")
MOST = 10**15

_DAY_FIRST = r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})"
_YEAR_FIRST = r"(?P<year>\d{4})[/.-]?(?P<month>\d{2})[/.-]?(?P<day>\d{2})"
_CLOCK = r"(?P<hour>\d{1,2})[:hH](?P<minute>\d{2})(?:[:m](?P<second>\d{2})(?:[.,]\d+)?)?s?"
_TIMES = [
    re.compile(form)
    for form in (
        rf"{_DAY_FIRST}(?:[ T,-]+{_CLOCK})?",
        rf"{_YEAR_FIRST}(?:[ T]*{_CLOCK})?",
        rf"{_CLOCK}[ ,-]+{_DAY_FIRST}",
    )
]
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:?\d{2})")


def amount_in(text: str) -> int | None:
    """Whole VND: `2.000.000`, `2,000,000.00 VND`, `+2 000 000đ`, `(500.000)`; None where nothing is written.

    Raises ValueError for anything else, a fraction included: an amount that is not understood must not become another one.
    """
    bare = _BLANKS.sub("", _CURRENCY.sub("", text))
    if not bare or bare in "-–":
        return None
    sign = 1
    if bare.startswith("(") and bare.endswith(")"):
        sign, bare = -1, bare[1:-1]
    if bare[0] in "+-":
        sign, bare = (-sign if bare[0] == "-" else sign), bare[1:]
    bare = _NO_FRACTION.sub("", bare)
    if not (bare.isascii() and (bare.isdigit() or _GROUPED.fullmatch(bare))):
        raise ValueError("no amount")
    amount = int(re.sub(r"\D", "", bare))
    if amount > MOST:
        raise ValueError("no amount")
    return sign * amount


def time_in(text: str, clock: str, zone: tzinfo) -> datetime | None:
    """`28/11/2026 09:05:00`, `2026-11-28T09:05`, `09:05 28/11/2026`, a date with its `clock` in another column; None where
    nothing is written. Without a zone of its own it is of `zone`. Raises ValueError for anything else."""
    written = " ".join(f"{text} {clock}".split())
    if not written:
        return None
    if _ZONED.fullmatch(written):
        return datetime.fromisoformat(written)
    for form in _TIMES:
        if found := form.fullmatch(written):
            parts = {name: int(value or 0) for name, value in found.groupdict().items()}
            return datetime(**parts, tzinfo=zone)
    raise ValueError("no time")
