"""Working time: when a promise falls due, and how much working time has passed.

Pure and importable without Django. A calendar says on which wall-clock times of its zone somebody works; an instant
is working time when the clock on the wall then shows a time inside one of that date's windows. Everything follows from
that sentence, daylight saving included: a wall-clock time that is skipped never counts, one shown twice counts twice.

How it is computed: instants are whole microseconds since year 1 in UTC, so sums are exact. Wall clock and UTC differ by
a constant between two changes of the zone's offset; inside such a stretch the working time before a moment has a closed
form (whole weeks, plus a running correction for holidays and other special dates) and is inverted by bisection. The
cost therefore grows with the number of offset changes and pauses, not with the days walked.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

Interval = tuple[datetime, datetime]
Window = tuple[time, time]

# Internally everything is an integer: microseconds since _ORIGIN on the UTC axis or on the wall-clock ("local") axis,
# and days since 0001-01-01, which was a Monday, so that `day % 7` is the weekday.
_Span = tuple[int, int]
_Hours = tuple[_Span, ...]

_ORIGIN = datetime(1, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_END_OF_TIME = (datetime.max.replace(tzinfo=UTC) - _ORIGIN) // _MICROSECOND

# No zone of the tz database has ever changed its offset twice within three days: looking that often misses no change.
_PROBE = 3 * _DAY
_CHUNK = 366 * _DAY

_NO_EXTRA: Mapping[date, Sequence[Window]] = MappingProxyType({})


class WorkingCalendar:
    """The working hours of one zone: a week, the dates nobody works, and the dates with hours of their own.

    `week` maps weekdays (0 is Monday) to windows `(start, end)` of wall-clock time; a missing weekday is closed. A
    window ending at `time.max` or `time(0)` ends at midnight, `(time(0), time(0))` is the whole day; a shift past
    midnight is two windows. Windows may touch but not overlap. `holidays` are closed; `extra` replaces the hours of a
    date, holiday or not, and an empty list closes it. The calendar copies what it is given and never changes.

    Datetimes must be aware, and come back aware in `zone`. Durations are real seconds, also across changes of daylight
    saving. Pauses may come in any order, overlap, and begin before the interval asked about.

    Raises ValueError for overlapping or backward windows, weekdays outside 0-6, and a calendar without any hours.
    """

    __slots__ = ("_before", "_correction", "_horizon", "_special", "_special_days", "_week", "_zone")

    def __init__(
        self,
        zone: ZoneInfo,
        week: Mapping[int, Sequence[Window]],
        holidays: Collection[date] = (),
        *,
        extra: Mapping[date, Sequence[Window]] = _NO_EXTRA,
    ) -> None:
        for weekday in week:
            if weekday not in range(7):
                raise ValueError(f"weekday {weekday!r} is not 0 (Monday) to 6 (Sunday)")
        self._zone = zone
        self._week = tuple(_read_hours(week.get(weekday, ())) for weekday in range(7))
        self._special: dict[int, _Hours] = {_day_number(day): () for day in holidays}
        self._special |= {_day_number(day): _read_hours(windows) for day, windows in extra.items()}
        if not any(self._week) and not any(self._special.values()):
            raise ValueError("a calendar needs working hours")

        self._before = tuple(accumulate(map(_total, self._week), initial=0))
        self._special_days = sorted(self._special)
        changes = (_total(self._special[day]) - _total(self._week[day % 7]) for day in self._special_days)
        self._correction = tuple(accumulate(changes, initial=0))
        # Beyond the last special date a calendar with an empty week has nothing to offer: no need to look.
        self._horizon = _END_OF_TIME if any(self._week) else (self._special_days[-1] + 2) * _DAY

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose wall clock the hours are read on, and in which results are given."""
        return self._zone

    def due(self, start: datetime, target: timedelta, pauses: Sequence[Interval] = ()) -> datetime:
        """The earliest moment by which `target` of working time outside `pauses` has passed since `start`.

        Intervals are half-open: when the time is used up exactly at closing time (or when a pause begins), that moment
        is the due time, not the next opening. A zero target gives `start`. Raises ValueError for naive datetimes, a
        negative target, a pause that ends before it starts, and a due time that is never reached.
        """
        begin, amount = _instant(start), target // _MICROSECOND
        stops = _read_pauses(pauses)
        if amount < 0:
            raise ValueError("the target is negative")
        if amount == 0:
            return self._in_zone(start)
        return self._aware(self._reach(begin, amount, stops))

    def elapsed(self, start: datetime, end: datetime, pauses: Sequence[Interval] = ()) -> timedelta:
        """The working time in [start, end) outside `pauses`.

        Raises ValueError for naive datetimes and for an interval or pause that ends before it starts.
        """
        begin, finish = _read_interval(start, end)
        free = _outside(begin, finish, _read_pauses(pauses))
        worked = (self._worked(lo, hi) for since, until in free for lo, hi, _ in self._stretches(since, until))
        return timedelta(microseconds=sum(worked))

    def windows(self, day: date) -> list[Interval]:
        """The working time of a date as aware intervals in order: its windows, each as long as it really lasts.

        Where the clocks change, a window may come in two parts, be joined to the one it then touches, or be missing.
        """
        number = _day_number(day)
        midnight = number * _DAY
        spans: list[_Span] = []
        # An offset is less than a day, so the date lies within a day on either side of the same date in UTC.
        for lo, hi, offset in self._stretches(midnight - _DAY, midnight + 2 * _DAY):
            for opens, closes in self._hours(number):
                begin, end = max(midnight + opens, lo), min(midnight + closes, hi)
                if begin >= end:
                    continue
                if begin == lo and spans and spans[-1][1] == begin - offset:  # what a change of offset cut in two
                    spans[-1] = (spans[-1][0], end - offset)
                else:
                    spans.append((begin - offset, end - offset))
        return [(self._aware(begin), self._aware(end)) for begin, end in spans]

    def is_open(self, at: datetime) -> bool:
        """Whether `at` is working time; closing time itself is not."""
        now = _instant(at)
        local = now + _offset(self._zone, now)
        return self._worked(local, local + 1) == 1

    def next_opening(self, at: datetime) -> datetime:
        """The first moment of working time from `at` on, `at` itself while open; ValueError when there is none."""
        return self._aware(self._reach(_instant(at), 1, []) - 1)

    def _reach(self, begin: int, amount: int, pauses: Iterable[_Span]) -> int:
        """The instant at which a positive amount of working time outside the pauses is used up."""
        if amount > self._horizon - begin:  # more than all the time there is: no need to walk it
            raise ValueError("the due time is never reached")
        for since, until in _outside(begin, self._horizon, pauses):
            for lo, hi, offset in self._stretches(since, until):
                worked = self._worked(lo, hi)
                if worked >= amount:
                    return self._invert(lo, hi, amount) - offset
                amount -= worked
        raise ValueError("the due time is never reached")

    def _stretches(self, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
        """[begin, end) of the UTC axis in pieces of constant offset: wall-clock begin and end, and the offset."""
        for chunk in range(begin // _CHUNK, -(-end // _CHUNK)):
            for since, until, offset in _constant_offsets(self._zone, chunk):
                lo, hi = max(begin, since), min(end, until)
                if lo < hi:
                    yield lo + offset, hi + offset, offset

    def _hours(self, day: int) -> _Hours:
        return self._special.get(day, self._week[day % 7])

    def _worked(self, lo: int, hi: int) -> int:
        return self._worked_before(hi) - self._worked_before(lo)

    def _worked_before(self, local: int) -> int:
        """Working time on the wall-clock axis from year 1 to `local`."""
        day, clock = divmod(local, _DAY)
        weeks, weekday = divmod(day, 7)
        correction = self._correction[bisect_left(self._special_days, day)]
        today = sum(min(closes, clock) - opens for opens, closes in self._hours(day) if opens < clock)
        return weeks * self._before[7] + self._before[weekday] + correction + today

    def _invert(self, lo: int, hi: int, amount: int) -> int:
        """The first wall-clock moment in (lo, hi] by which `amount` has been worked since `lo`; it must exist."""
        goal = self._worked_before(lo) + amount
        ends_of_days = range((lo // _DAY + 1) * _DAY, hi + _DAY, _DAY)
        midnight = ends_of_days[bisect_left(ends_of_days, goal, key=self._worked_before)] - _DAY
        left = goal - self._worked_before(midnight)
        for opens, closes in self._hours(midnight // _DAY):
            if left <= closes - opens:
                return midnight + opens + left
            left -= closes - opens
        raise AssertionError("the day found by bisection holds the goal")

    def _aware(self, instant: int) -> datetime:
        try:
            moment = _ORIGIN + timedelta(microseconds=instant)
        except OverflowError as error:
            raise ValueError("the moment lies outside the years 1 to 9999") from error
        return self._in_zone(moment)

    def _in_zone(self, moment: datetime) -> datetime:
        try:
            return moment.astimezone(self._zone)
        except OverflowError as error:
            raise ValueError("the moment lies outside the years 1 to 9999") from error


def _instant(moment: datetime) -> int:
    if moment.utcoffset() is None:
        raise ValueError(f"{moment!r} has no time zone")
    return (moment - _ORIGIN) // _MICROSECOND


def _read_interval(start: datetime, end: datetime) -> _Span:
    # Compared as instants: wall-clock comparison would be wrong in an hour that is shown twice.
    begin, finish = _instant(start), _instant(end)
    if finish < begin:
        raise ValueError("an interval ends before it starts")
    return begin, finish


def _read_pauses(pauses: Sequence[Interval]) -> list[_Span]:
    return sorted(_read_interval(start, end) for start, end in pauses)


def _outside(begin: int, end: int, pauses: Iterable[_Span]) -> Iterator[_Span]:
    """What is left of [begin, end) without the pauses, which are sorted by their start and may overlap."""
    for pause_begin, pause_end in pauses:
        if pause_begin >= end:
            break
        if pause_begin > begin:
            yield begin, pause_begin
        begin = max(begin, pause_end)
    if begin < end:
        yield begin, end


def _day_number(day: date) -> int:
    if isinstance(day, datetime):
        raise ValueError(f"{day!r} is a moment, not a date")
    return day.toordinal() - 1


def _read_hours(windows: Sequence[Window]) -> _Hours:
    hours = tuple(sorted(_read_window(start, end) for start, end in windows))
    for (_, closes), (opens, _) in pairwise(hours):
        if opens < closes:
            raise ValueError("windows overlap")
    return hours


def _read_window(start: time, end: time) -> _Span:
    if start.tzinfo is not None or end.tzinfo is not None:
        raise ValueError("windows are wall-clock times of the calendar's zone and carry no zone of their own")
    opens = _clock(start)
    closes = _DAY if end in (time.max, time(0)) else _clock(end)
    if opens >= closes:
        raise ValueError(f"window {start}-{end} does not end after it starts; a shift past midnight is two windows")
    return opens, closes


def _clock(at: time) -> int:
    return ((at.hour * 60 + at.minute) * 60 + at.second) * _SECOND + at.microsecond


def _total(hours: _Hours) -> int:
    return sum(closes - opens for opens, closes in hours)


def _offset(zone: ZoneInfo, instant: int) -> int:
    """What the zone's wall clock is ahead of UTC at an instant, in microseconds."""
    # The first and the last day on record have no local date everywhere; nothing changes on them.
    within = min(max(instant, _DAY), _END_OF_TIME - _DAY)
    offset = (_ORIGIN + timedelta(microseconds=within)).astimezone(zone).utcoffset()
    if offset is None:
        raise ValueError(f"{zone!r} knows no offset from UTC")
    return offset // _MICROSECOND


@lru_cache(maxsize=4096)
def _constant_offsets(zone: ZoneInfo, chunk: int) -> tuple[tuple[int, int, int], ...]:
    """A chunk of the UTC axis (about a year) as (begin, end, offset) between changes of the zone's offset."""
    begin, end = chunk * _CHUNK, (chunk + 1) * _CHUNK
    stretches = []
    since, offset = begin, _offset(zone, begin)
    for probe in range(begin + _PROBE, end + 1, _PROBE):
        following = _offset(zone, probe)
        if following != offset:
            change = _change_of_offset(zone, probe - _PROBE, probe)
            stretches.append((since, change, offset))
            since, offset = change, following
    stretches.append((since, end, offset))
    return tuple(stretches)


def _change_of_offset(zone: ZoneInfo, lo: int, hi: int) -> int:
    """The second in (lo, hi] from which the zone's offset is no longer what it was at `lo`."""
    before = _offset(zone, lo)
    seconds = range(lo, hi + 1, _SECOND)
    return seconds[bisect_left(seconds, True, key=lambda second: _offset(zone, second) != before)]
