"""Calendars, moments, targets and pauses on a grid of quarter hours, around holidays and changes of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from cases.sla.calendar import WorkingCalendar

STEP = timedelta(minutes=15)
SLOTS = 96

# Each zone with a date near which its clocks change (or, for the first, never do).
ZONES = {
    "Asia/Ho_Chi_Minh": date(2026, 2, 14),
    "Europe/Berlin": date(2026, 3, 27),
    "America/New_York": date(2026, 10, 30),
    "Australia/Lord_Howe": date(2026, 4, 3),  # half an hour
    "Pacific/Chatham": date(2026, 9, 25),  # an offset of 12:45
    "America/Havana": date(2026, 10, 30),  # midnight is shown twice
    "Asia/Beirut": date(2026, 3, 27),  # midnight is skipped
    "America/Sao_Paulo": date(2018, 2, 16),  # the last hour of a day is shown twice
    "Pacific/Apia": date(2011, 12, 28),  # a whole day is skipped
}


def clock(slot):
    return time(0) if slot == SLOTS else time(slot // 4, slot % 4 * 15)


@st.composite
def hours(draw, min_windows=0):
    cuts = draw(st.lists(st.integers(0, SLOTS), unique=True, min_size=2 * min_windows, max_size=6).map(sorted))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    if draw(st.booleans()) and len(cuts) > 2:  # windows that touch
        pairs = list(pairwise(cuts))
    return draw(st.permutations([(clock(start), clock(end)) for start, end in pairs]))


@st.composite
def shapes(draw, zones=tuple(ZONES)):
    """(zone, week, holidays, extra), with hours in at least one weekday."""
    name = draw(st.sampled_from(zones))
    near = ZONES[name]
    days = st.integers(-2, 20).map(lambda offset: near + timedelta(days=offset))
    week = draw(st.dictionaries(st.integers(0, 6), hours(), max_size=7))
    week[draw(st.integers(0, 6))] = draw(hours(min_windows=1))
    holidays = draw(st.sets(days, max_size=6))
    extra = draw(st.dictionaries(days, hours(), max_size=4))
    return ZoneInfo(name), week, holidays, extra


def build(shape):
    zone, week, holidays, extra = shape
    return WorkingCalendar(zone, week, holidays, extra=extra)


@st.composite
def moments(draw, shape, days=10):
    """A moment near the change of the clocks, in the calendar's zone, in UTC or in a third zone."""
    near = datetime.combine(ZONES[shape[0].key], time(0), UTC) - timedelta(days=1)
    at = near + draw(st.integers(0, days * SLOTS)) * STEP
    return at.astimezone(draw(st.sampled_from([shape[0], UTC, ZoneInfo("Asia/Tokyo")])))


@st.composite
def pauses_near(draw, shape, max_size=4):
    pauses = []
    for _ in range(draw(st.integers(0, max_size))):
        start = draw(moments(shape))
        length = draw(st.integers(0, 3 * SLOTS)) * STEP
        pauses.append((start, (start.astimezone(UTC) + length).astimezone(start.tzinfo)))
    return pauses


targets = st.integers(0, 200).map(lambda count: count * STEP)
