"""Every rule and every refusal of the working calendar, one row each."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from cases.sla.calendar import WorkingCalendar

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")

WHOLE_DAY = [(time(0), time(0))]
ALWAYS = dict.fromkeys(range(7), WHOLE_DAY)
SPLIT_DAY = [(time(8), time(12)), (time(13, 30), time(17, 30))]
OFFICE = dict.fromkeys(range(5), SPLIT_DAY)
TET = [date(2026, 2, day) for day in range(14, 23)]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def vn(month, day, hour=0, minute=0, second=0, microsecond=0, year=2026):
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=VIETNAM)


def office(**changes):
    return WorkingCalendar(VIETNAM, OFFICE, TET, **changes)


def always(zone):
    return WorkingCalendar(zone, ALWAYS)


# 2026-02-09 is a Monday; Tết holidays run from Saturday 14 to Sunday 22 February.
@pytest.mark.parametrize(
    ("start", "target", "due"),
    [
        pytest.param(vn(2, 9, 9), 2 * HOUR, vn(2, 9, 11), id="inside one window"),
        pytest.param(vn(2, 9, 9), 3 * HOUR, vn(2, 9, 12), id="used up at lunch: the closing time, not 13:30"),
        pytest.param(vn(2, 9, 9), 3 * HOUR + timedelta(microseconds=1), vn(2, 9, 13, 30, 0, 1), id="one more"),
        pytest.param(vn(2, 9, 9), 7 * HOUR, vn(2, 9, 17, 30), id="used up in the evening"),
        pytest.param(vn(2, 9, 9), 8 * HOUR, vn(2, 10, 9), id="over night"),
        pytest.param(vn(2, 9, 3), HOUR, vn(2, 9, 9), id="before opening"),
        pytest.param(vn(2, 9, 12), HOUR, vn(2, 9, 14, 30), id="at closing time"),
        pytest.param(vn(2, 9, 12, 30), HOUR, vn(2, 9, 14, 30), id="in the lunch break"),
        pytest.param(vn(2, 7, 10), HOUR, vn(2, 9, 9), id="on a Saturday"),
        pytest.param(vn(2, 13, 17), HOUR, vn(2, 23, 8, 30), id="over Tết"),
        pytest.param(vn(2, 13, 16), 90 * MINUTE, vn(2, 13, 17, 30), id="used up as Tết begins"),
        pytest.param(vn(2, 17, 10), HOUR, vn(2, 23, 9), id="on a holiday"),
        pytest.param(vn(2, 9, 9, 0, 0, 7), HOUR, vn(2, 9, 10, 0, 0, 7), id="microseconds are kept"),
        pytest.param(vn(2, 9, 12, 30), timedelta(0), vn(2, 9, 12, 30), id="zero target: start, open or not"),
        pytest.param(vn(3, 2, 8), 40 * HOUR, vn(3, 6, 17, 30), id="a whole week ends on its Friday"),
        pytest.param(vn(3, 2, 8), 2000 * HOUR, vn(2, 12, 17, 30, year=2027), id="fifty weeks"),
        pytest.param(vn(1, 1, 8, year=2001), 8 * HOUR, vn(1, 2, 8, 0, year=2001) - 14 * HOUR - 30 * MINUTE, id="past"),
    ],
)
def test_due(start, target, due):
    result = office().due(start, target)
    assert result == due
    assert result.tzinfo is VIETNAM


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        pytest.param([], vn(2, 9, 11), id="none"),
        pytest.param([(vn(2, 9, 9, 30), vn(2, 9, 10))], vn(2, 9, 11, 30), id="one"),
        pytest.param([(vn(2, 8), vn(2, 9, 9))], vn(2, 9, 11), id="before start"),
        pytest.param([(vn(2, 8), vn(2, 9, 9, 15))], vn(2, 9, 11, 15), id="clipped to start"),
        pytest.param([(vn(2, 9, 11), vn(2, 12))], vn(2, 9, 11), id="beginning when the time is used up"),
        pytest.param([(vn(2, 9, 9, 30), vn(2, 9, 9, 30))], vn(2, 9, 11), id="of no length"),
        pytest.param([(vn(2, 9, 12), vn(2, 9, 13))], vn(2, 9, 11), id="after due"),
        pytest.param([(vn(2, 9, 11, 30), vn(2, 9, 14))], vn(2, 9, 11), id="after due, over lunch"),
        pytest.param([(vn(2, 9, 10, 30), vn(2, 9, 14))], vn(2, 9, 14, 30), id="over lunch counts no lunch twice"),
        pytest.param(
            [(vn(2, 9, 10), vn(2, 9, 10, 30)), (vn(2, 9, 9, 30), vn(2, 9, 10, 15))],
            vn(2, 9, 13, 30) - 90 * MINUTE,
            id="overlapping and out of order: their union",
        ),
        pytest.param([(vn(2, 9, 9), vn(2, 9, 17, 30))], vn(2, 10, 10), id="the rest of the day"),
        pytest.param([(vn(2, 9, 2).astimezone(UTC), vn(2, 9, 10))], vn(2, 9, 12), id="written in another zone"),
    ],
)
def test_pauses(pauses, due):
    calendar, start = office(), vn(2, 9, 9)
    assert calendar.due(start, 2 * HOUR, pauses) == due
    assert calendar.elapsed(start, due, pauses) == 2 * HOUR


@pytest.mark.parametrize(
    ("start", "end", "elapsed"),
    [
        pytest.param(vn(2, 9, 9), vn(2, 9, 9), timedelta(0), id="nothing"),
        pytest.param(vn(2, 9, 9), vn(2, 9, 10, 0, 0, 3), HOUR + timedelta(microseconds=3), id="inside a window"),
        pytest.param(vn(2, 9), vn(2, 10), 8 * HOUR, id="a day"),
        pytest.param(vn(2, 9, 12), vn(2, 9, 13, 30), timedelta(0), id="lunch"),
        pytest.param(vn(2, 13, 17), vn(2, 23, 8, 30), HOUR, id="over Tết"),
        pytest.param(vn(2, 6, 16), vn(2, 9, 16), 8 * HOUR, id="Friday to Monday is eight hours, not 72"),
    ],
)
def test_elapsed(start, end, elapsed):
    assert office().elapsed(start, end) == elapsed
    assert office().elapsed(start.astimezone(NEW_YORK), end.astimezone(UTC)) == elapsed


def test_elapsed_clips_pauses_to_the_interval():
    pauses = [(vn(2, 8), vn(2, 9, 9)), (vn(2, 9, 11), vn(2, 20))]
    assert office().elapsed(vn(2, 9, 8), vn(2, 9, 12), pauses) == 2 * HOUR


@pytest.mark.parametrize(
    ("window", "hours"),
    [
        ((time(0), time(0)), 24 * HOUR),
        ((time(0), time.max), 24 * HOUR),
        ((time(22), time(0)), 2 * HOUR),
        ((time(22), time.max), 2 * HOUR),
        ((time.max, time(0)), timedelta(microseconds=1)),
        ((time(9), time(9, 0, 0, 1)), timedelta(microseconds=1)),
    ],
)
def test_how_long_a_window_is(window, hours):
    calendar = WorkingCalendar(VIETNAM, {0: [window]})
    assert calendar.elapsed(vn(2, 9), vn(2, 16)) == hours


def test_a_shift_past_midnight_is_two_windows():
    calendar = WorkingCalendar(VIETNAM, {4: [(time(22), time(0))], 5: [(time(0), time(6))]})
    assert calendar.due(vn(2, 13, 23), 2 * HOUR) == vn(2, 14, 1)
    assert calendar.due(vn(2, 13, 22), 8 * HOUR) == vn(2, 14, 6)


def test_windows_may_come_in_any_order_and_touch():
    calendar = WorkingCalendar(VIETNAM, {0: [(time(12), time(17)), (time(8), time(12))]})
    assert calendar.due(vn(2, 9, 11), 2 * HOUR) == vn(2, 9, 13)


@pytest.mark.parametrize(
    ("extra", "due"),
    [
        pytest.param({date(2026, 2, 14): [(time(8), time(9))]}, vn(2, 14, 8, 30), id="a holiday worked"),
        pytest.param({date(2026, 2, 28): [(time(8), time(9))]}, vn(2, 23, 8, 30), id="a Saturday, too late to matter"),
        pytest.param({date(2026, 2, 23): []}, vn(2, 24, 8, 30), id="an empty list closes a working day"),
        pytest.param({date(2026, 2, 14): []}, vn(2, 23, 8, 30), id="and leaves a holiday closed"),
        pytest.param({date(2026, 2, 23): [(time(20), time(0))]}, vn(2, 23, 20, 30), id="hours are replaced, not added"),
        pytest.param({date(2026, 2, 13): [(time(8), time(17, 10))]}, vn(2, 23, 8, 50), id="a day that closes early"),
    ],
)
def test_extra_replaces_the_hours_of_a_date(extra, due):
    assert office(extra=extra).due(vn(2, 13, 17), HOUR) == due


def test_a_calendar_of_extra_dates_alone_is_valid_until_they_are_over():
    calendar = WorkingCalendar(VIETNAM, {}, extra={date(2026, 2, 9): WHOLE_DAY, date(2027, 2, 9): WHOLE_DAY})
    assert calendar.due(vn(1, 1), 30 * HOUR) == vn(2, 9, 6, year=2027)
    assert calendar.due(vn(1, 1), 48 * HOUR) == vn(2, 10, year=2027)
    with pytest.raises(ValueError, match="never reached"):
        calendar.due(vn(1, 1), 48 * HOUR + timedelta(microseconds=1))


# In Berlin 2026-03-29 has no 02:00-03:00, 2026-10-25 has it twice; New York changes on 03-08 and 11-01.
@pytest.mark.parametrize(
    ("calendar", "start", "target", "due"),
    [
        (always(BERLIN), datetime(2026, 3, 29, tzinfo=BERLIN), 24 * HOUR, datetime(2026, 3, 30, 1, tzinfo=BERLIN)),
        (always(BERLIN), datetime(2026, 10, 25, tzinfo=BERLIN), 24 * HOUR, datetime(2026, 10, 25, 23, tzinfo=BERLIN)),
        (always(NEW_YORK), datetime(2026, 3, 7, 12, tzinfo=NEW_YORK), DAY, datetime(2026, 3, 8, 13, tzinfo=NEW_YORK)),
        (
            always(NEW_YORK),
            datetime(2026, 10, 31, 12, tzinfo=NEW_YORK),
            DAY,
            datetime(2026, 11, 1, 11, tzinfo=NEW_YORK),
        ),
        (  # the night shift of the short night is an hour shorter, so more is left for the next
            WorkingCalendar(BERLIN, {weekday: [(time(1), time(4))] for weekday in range(7)}),
            datetime(2026, 3, 29, tzinfo=BERLIN),
            3 * HOUR,
            datetime(2026, 3, 30, 2, tzinfo=BERLIN),
        ),
        (  # and of the long night an hour longer
            WorkingCalendar(BERLIN, {weekday: [(time(1), time(4))] for weekday in range(7)}),
            datetime(2026, 10, 25, tzinfo=BERLIN),
            3 * HOUR,
            datetime(2026, 10, 25, 3, tzinfo=BERLIN),
        ),
        (  # a window that is skipped altogether
            WorkingCalendar(BERLIN, {weekday: [(time(2), time(3))] for weekday in range(7)}),
            datetime(2026, 3, 28, 12, tzinfo=BERLIN),
            HOUR,
            datetime(2026, 3, 30, 3, tzinfo=BERLIN),
        ),
        (  # one that opens while the clocks skip opens when they go on
            WorkingCalendar(BERLIN, {6: [(time(2, 30), time(5))]}),
            datetime(2026, 3, 29, tzinfo=BERLIN),
            2 * HOUR,
            datetime(2026, 3, 29, 5, tzinfo=BERLIN),
        ),
        (  # working hours away from the change do not notice it
            WorkingCalendar(BERLIN, {weekday: [(time(9), time(17))] for weekday in range(7)}),
            datetime(2026, 3, 28, 16, tzinfo=BERLIN),
            2 * HOUR,
            datetime(2026, 3, 29, 10, tzinfo=BERLIN),
        ),
        (  # midnight itself is skipped: the day begins at 01:00
            always(ZoneInfo("Asia/Beirut")),
            datetime(2026, 3, 28, 23, 30, tzinfo=ZoneInfo("Asia/Beirut")),
            HOUR,
            datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Asia/Beirut")),
        ),
        (  # Samoa skipped Friday 2011-12-30
            WorkingCalendar(ZoneInfo("Pacific/Apia"), {weekday: [(time(9), time(17))] for weekday in range(7)}),
            datetime(2011, 12, 29, 16, tzinfo=ZoneInfo("Pacific/Apia")),
            2 * HOUR,
            datetime(2011, 12, 31, 10, tzinfo=ZoneInfo("Pacific/Apia")),
        ),
    ],
)
def test_durations_are_real_seconds_across_changes_of_the_clocks(calendar, start, target, due):
    result = calendar.due(start, target)
    assert result.astimezone(UTC) == due.astimezone(UTC)
    assert (result.hour, result.minute) == (due.hour, due.minute)
    assert calendar.elapsed(start, result) == target


def test_a_due_time_in_an_hour_shown_twice_says_which_one():
    start = datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN)
    first, second = (always(BERLIN).due(start, hours * HOUR) for hours in (1, 2))
    assert (first.hour, first.minute, first.fold) == (2, 30, 0)
    assert (second.hour, second.minute, second.fold) == (2, 30, 1)


def test_intervals_in_an_hour_shown_twice_are_compared_as_instants():
    before, after = (datetime(2026, 10, 25, 2, minute, tzinfo=BERLIN, fold=fold) for minute, fold in ((50, 0), (10, 1)))
    assert always(BERLIN).elapsed(before, after) == 20 * MINUTE
    start = datetime(2026, 10, 25, tzinfo=BERLIN)
    paused = always(BERLIN).due(start, 4 * HOUR, [(before, after)])
    assert paused.astimezone(UTC) == start.astimezone(UTC) + 4 * HOUR + 20 * MINUTE
    with pytest.raises(ValueError, match="ends before it starts"):
        always(BERLIN).elapsed(after, before)


@pytest.mark.parametrize(
    ("day", "minutes_of_utc"),
    [
        pytest.param(date(2026, 3, 29), [(-60, 180)], id="the break is skipped with its hour"),
        pytest.param(date(2026, 10, 25), [(-120, 15), (45, 75), (105, 240)], id="the break is shown twice"),
    ],
)
def test_the_windows_of_the_days_the_clocks_change(day, minutes_of_utc):
    calendar = WorkingCalendar(BERLIN, {6: [(time(0), time(2, 15)), (time(2, 45), time(5))]})
    midnight = datetime.combine(day, time(0), UTC)
    windows = [(begin.astimezone(UTC), end.astimezone(UTC)) for begin, end in calendar.windows(day)]
    assert windows == [(midnight + begin * MINUTE, midnight + end * MINUTE) for begin, end in minutes_of_utc]


def test_a_window_lasting_through_a_change_stays_whole():
    begin, end = always(BERLIN).windows(date(2026, 10, 25))[0]
    assert end.astimezone(UTC) - begin.astimezone(UTC) == 25 * HOUR
    assert len(always(BERLIN).windows(date(2026, 10, 25))) == 1


NAIVE = datetime(2026, 2, 9, 9)  # noqa: DTZ001


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda c: c.due(NAIVE, HOUR), id="naive start"),
        pytest.param(lambda c: c.due(NAIVE, timedelta(0)), id="naive start, zero target"),
        pytest.param(lambda c: c.due(vn(2, 9), HOUR, [(NAIVE, vn(2, 9))]), id="naive pause start"),
        pytest.param(lambda c: c.due(vn(2, 9), HOUR, [(vn(2, 9), NAIVE)]), id="naive pause end"),
        pytest.param(lambda c: c.due(vn(2, 9), timedelta(0), [(NAIVE, NAIVE)]), id="naive pause, zero target"),
        pytest.param(lambda c: c.elapsed(NAIVE, vn(2, 9)), id="naive elapsed start"),
        pytest.param(lambda c: c.elapsed(vn(2, 9), NAIVE), id="naive elapsed end"),
        pytest.param(lambda c: c.elapsed(vn(2, 9), vn(2, 10), [(NAIVE, NAIVE)]), id="naive elapsed pause"),
        pytest.param(lambda c: c.is_open(NAIVE), id="naive is_open"),
        pytest.param(lambda c: c.next_opening(NAIVE), id="naive next_opening"),
        pytest.param(lambda c: c.due(vn(2, 9), timedelta(microseconds=-1)), id="negative target"),
        pytest.param(lambda c: c.elapsed(vn(2, 9, 9), vn(2, 9, 8)), id="end before start"),
        pytest.param(lambda c: c.due(vn(2, 9), HOUR, [(vn(2, 9, 9), vn(2, 9, 8))]), id="pause end before start"),
        pytest.param(lambda c: c.due(vn(2, 9), HOUR, [(vn(1, 9), vn(1, 8))]), id="even when long before"),
        pytest.param(lambda c: c.due(vn(2, 9), timedelta(0), [(vn(1, 9), vn(1, 8))]), id="even for a zero target"),
        pytest.param(lambda c: c.elapsed(vn(2, 9), vn(2, 9), [(vn(1, 9), vn(1, 8))]), id="even for no time at all"),
        pytest.param(lambda c: c.due(vn(2, 9), timedelta.max), id="more than all time"),
        pytest.param(lambda c: c.due(vn(12, 31, 9, year=9999), 9 * HOUR), id="beyond the year 9999"),
        pytest.param(lambda c: c.due(vn(2, 9), HOUR, [(vn(1, 1), datetime.max.replace(tzinfo=UTC))]), id="all paused"),
        pytest.param(lambda c: c.due(datetime.max.replace(tzinfo=UTC), timedelta(0)), id="no local time for it"),
        pytest.param(lambda c: c.windows(vn(2, 9)), id="a moment for a date"),
    ],
)
def test_questions_refused(ask):
    with pytest.raises(ValueError):
        ask(office())


@pytest.mark.parametrize(
    ("week", "more"),
    [
        pytest.param({}, {}, id="no hours"),
        pytest.param({0: [], 3: []}, {}, id="no windows"),
        pytest.param({}, {"extra": {date(2026, 2, 9): []}}, id="extra without windows"),
        pytest.param({7: WHOLE_DAY}, {}, id="weekday 7"),
        pytest.param({-1: WHOLE_DAY}, {}, id="weekday -1"),
        pytest.param({7: [], 0: WHOLE_DAY}, {}, id="weekday 7, though closed"),
        pytest.param({"0": WHOLE_DAY}, {}, id="weekday as text"),
        pytest.param({0: [(time(9), time(9))]}, {}, id="empty window"),
        pytest.param({0: [(time(17), time(9))]}, {}, id="backward window"),
        pytest.param({0: [(time(22), time(6))]}, {}, id="shift past midnight in one window"),
        pytest.param({0: [(time(9), time(12)), (time(11), time(13))]}, {}, id="overlap"),
        pytest.param({0: [(time(11), time(13)), (time(9), time(12))]}, {}, id="overlap, out of order"),
        pytest.param({0: [(time(9), time(12)), (time(9), time(12))]}, {}, id="the same twice"),
        pytest.param({0: [(time(9), time(17)), (time(10), time(11))]}, {}, id="one inside the other"),
        pytest.param({0: [(time(0), time(0)), (time(10), time(11))]}, {}, id="inside the whole day"),
        pytest.param({0: [(time(20), time(0)), (time(23), time.max)]}, {}, id="overlap before midnight"),
        pytest.param({0: [(time(9, tzinfo=UTC), time(17, tzinfo=UTC))]}, {}, id="times with a zone"),
        pytest.param(OFFICE, {"extra": {date(2026, 2, 9): [(time(9), time(8))]}}, id="backward extra"),
        pytest.param(
            OFFICE, {"extra": {date(2026, 2, 9): [(time(9), time(12)), (time(11), time(13))]}}, id="overlapping extra"
        ),
        pytest.param(OFFICE, {"extra": {vn(2, 9): WHOLE_DAY}}, id="a moment as an extra date"),
        pytest.param(OFFICE, {"holidays": [vn(2, 9)]}, id="a moment as a holiday"),
    ],
)
def test_calendars_refused(week, more):
    with pytest.raises(ValueError):
        WorkingCalendar(VIETNAM, week, **more)


def test_the_last_moments_of_time_are_reached():
    assert always(VIETNAM).due(vn(12, 31, 9, year=9999), 5 * HOUR) == vn(12, 31, 14, year=9999)


def test_a_calendar_keeps_no_reference_to_what_it_was_given():
    windows, week, holidays, extra = [(time(9), time(10))], {}, {date(2026, 2, 9)}, {date(2026, 2, 10): []}
    week[0] = week[1] = windows
    calendar = WorkingCalendar(VIETNAM, week, holidays, extra=extra)
    expected = calendar.due(vn(2, 9), 3 * HOUR)
    windows.clear()
    week.clear()
    holidays.clear()
    extra.clear()
    assert calendar.due(vn(2, 9), 3 * HOUR) == expected == vn(2, 23, 10)


def test_open_and_next_opening():
    calendar = office()
    assert calendar.is_open(vn(2, 9, 8))
    assert not calendar.is_open(vn(2, 9, 12))
    assert calendar.next_opening(vn(2, 9, 9)) == vn(2, 9, 9)
    assert calendar.next_opening(vn(2, 9, 12)) == vn(2, 9, 13, 30)
    assert calendar.next_opening(vn(2, 13, 17, 30)) == vn(2, 23, 8)


def test_a_fixed_offset_zone_gives_the_same_instant():
    start = vn(2, 9, 9)
    fixed = start.astimezone(timezone(timedelta(hours=7)))
    assert office().due(fixed, 8 * HOUR) == office().due(start, 8 * HOUR)
    assert office().due(fixed, 8 * HOUR).tzinfo is VIETNAM
