"""What must hold for every calendar, whatever its hours, zone, start and pauses."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cases.sla.calendar import WorkingCalendar

from . import oracle
from .oracle import as_instant
from .strategies import STEP, ZONES, build, moments, pauses_near, shapes, targets

ROUND_THE_CLOCK = {weekday: [(time(0), time(0))] for weekday in range(7)}

slow = settings(deadline=None, max_examples=60)
quick = settings(deadline=None, max_examples=80)


@slow
@given(st.data(), shapes(), targets)
def test_due_is_what_counting_quarter_hours_gives(data, shape, target):
    start, pauses = data.draw(moments(shape)), data.draw(pauses_near(shape))
    expected = oracle.due(shape, start, target, pauses, STEP)
    assume(expected is not None)
    due = build(shape).due(start, target, pauses)
    assert as_instant(due) == expected
    assert due.tzinfo is shape[0]


@slow
@given(st.data(), shapes())
def test_elapsed_is_what_counting_quarter_hours_gives(data, shape):
    start, pauses = data.draw(moments(shape)), data.draw(pauses_near(shape))
    end = as_instant(start) + data.draw(st.integers(0, 10 * 96)) * STEP
    expected = oracle.elapsed(shape, start, end, pauses, STEP)
    assert build(shape).elapsed(start, end, pauses) == expected


@quick
@given(st.data(), shapes(), st.timedeltas(timedelta(0), timedelta(days=60)))
def test_the_working_time_until_due_is_the_target_and_not_reached_any_earlier(data, shape, target):
    calendar, start, pauses = build(shape), data.draw(moments(shape)), data.draw(pauses_near(shape))
    due = calendar.due(start, target, pauses)
    assert calendar.elapsed(start, due, pauses) == target
    if target:
        just_before = as_instant(due) - timedelta(microseconds=1)
        assert calendar.elapsed(start, just_before, pauses) == target - timedelta(microseconds=1)


@quick
@given(st.data(), shapes(), targets.filter(bool))
def test_due_lies_in_a_window_or_at_its_closing_time(data, shape, target):
    calendar = build(shape)
    due = calendar.due(data.draw(moments(shape)), target, data.draw(pauses_near(shape)))
    assert oracle.is_open(shape, as_instant(due) - STEP / 15)


@quick
@given(st.data(), shapes(), targets)
def test_due_never_falls_earlier_for_a_later_start_or_a_larger_target(data, shape, target):
    calendar, pauses = build(shape), data.draw(pauses_near(shape))
    first, second = sorted((data.draw(moments(shape)), data.draw(moments(shape))), key=as_instant)
    assert as_instant(calendar.due(first, target, pauses)) <= as_instant(calendar.due(second, target, pauses))
    more = target + data.draw(targets)
    assert as_instant(calendar.due(first, target, pauses)) <= as_instant(calendar.due(first, more, pauses))


@quick
@given(st.data(), shapes(), targets)
def test_a_pause_never_makes_due_earlier(data, shape, target):
    calendar, start, pauses = build(shape), data.draw(moments(shape)), data.draw(pauses_near(shape))
    kept = pauses[: data.draw(st.integers(0, len(pauses)))]
    assert as_instant(calendar.due(start, target, kept)) <= as_instant(calendar.due(start, target, pauses))


@quick
@given(st.data(), shapes(), targets)
def test_pauses_count_by_their_union(data, shape, target):
    calendar, start, pauses = build(shape), data.draw(moments(shape)), data.draw(pauses_near(shape))
    due = calendar.due(start, target, pauses)

    shuffled = data.draw(st.permutations(pauses))
    assert calendar.due(start, target, shuffled) == due, "in any order"
    assert calendar.due(start, target, pauses + pauses) == due, "twice the same"
    at = data.draw(moments(shape))
    assert calendar.due(start, target, [*pauses, (at, at)]) == due, "a pause of no length"
    split = []
    for begin, end in pauses:
        middle = as_instant(begin) + (as_instant(end) - as_instant(begin)) / 2
        split += [(middle, end), (begin, middle)]
    assert calendar.due(start, target, split) == due, "cut in two"
    clipped = [(max(begin, start, key=as_instant), end) for begin, end in pauses if as_instant(end) > as_instant(start)]
    assert calendar.due(start, target, clipped) == due, "clipped to the start"


@quick
@given(st.data(), shapes(), targets)
def test_a_pause_from_due_on_changes_nothing(data, shape, target):
    calendar, start, pauses = build(shape), data.draw(moments(shape)), data.draw(pauses_near(shape))
    due = calendar.due(start, target, pauses)
    later = as_instant(due) + data.draw(targets)
    assert calendar.due(start, target, [*pauses, (later, later + timedelta(days=3))]) == due


@quick
@given(st.data(), shapes(), targets)
def test_a_holiday_never_makes_due_earlier(data, shape, target):
    zone, week, holidays, extra = shape
    start, pauses = data.draw(moments(shape)), data.draw(pauses_near(shape))
    more = holidays | {as_instant(start).date() + timedelta(days=data.draw(st.integers(-1, 12)))}
    before = build(shape).due(start, target, pauses)
    assert as_instant(build((zone, week, more, extra)).due(start, target, pauses)) >= as_instant(before)


@quick
@given(st.data(), shapes(), targets)
def test_the_zone_a_moment_is_written_in_changes_nothing(data, shape, target):
    calendar, start, pauses = build(shape), data.draw(moments(shape)), data.draw(pauses_near(shape))
    zone = data.draw(st.sampled_from([UTC, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kathmandu")]))
    moved = [(begin.astimezone(zone), end.astimezone(zone)) for begin, end in pauses]
    same = calendar.due(start.astimezone(zone), target, moved)
    assert as_instant(same) == as_instant(calendar.due(start, target, pauses))
    assert same.tzinfo is shape[0]


@quick
@given(st.data(), shapes())
def test_elapsed_adds_up_and_never_falls(data, shape):
    calendar, pauses = build(shape), data.draw(pauses_near(shape))
    first, second, third = sorted((data.draw(moments(shape)) for _ in range(3)), key=as_instant)
    whole = calendar.elapsed(first, third, pauses)
    assert whole == calendar.elapsed(first, second, pauses) + calendar.elapsed(second, third, pauses)
    assert timedelta(0) <= calendar.elapsed(first, second, pauses) <= whole
    assert whole <= as_instant(third) - as_instant(first)


@quick
@given(st.data(), st.sampled_from(sorted(ZONES)), st.timedeltas(timedelta(0), timedelta(days=400)))
def test_round_the_clock_due_is_start_plus_target_plus_pauses(data, name, target):
    shape = (ZoneInfo(name), ROUND_THE_CLOCK, (), {})
    start = data.draw(moments(shape))
    now, pauses, paused = as_instant(start), [], timedelta(0)
    left = target
    while left > timedelta(microseconds=1) and len(pauses) < 4:  # pauses that do not overlap, all before due
        run = data.draw(st.timedeltas(timedelta(microseconds=1), left - timedelta(microseconds=1)))
        length = data.draw(st.timedeltas(timedelta(0), timedelta(days=3)))
        pauses.append((now + run, now + run + length))
        now, left, paused = now + run + length, left - run, paused + length
    due = build(shape).due(start, target, pauses)
    assert as_instant(due) == as_instant(start) + target + paused


@quick
@given(st.data(), shapes())
def test_the_windows_of_a_date_are_exactly_its_working_time(data, shape):
    calendar = build(shape)
    day = data.draw(moments(shape)).date()
    spans = [(as_instant(begin), as_instant(end)) for begin, end in calendar.windows(day)]
    assert spans == sorted(spans)
    at = datetime.combine(day, time(0), UTC) - timedelta(days=1)
    for _ in range(3 * 96):
        expected = at.astimezone(shape[0]).date() == day and oracle.is_open(shape, at)
        assert any(begin <= at < end for begin, end in spans) == expected
        at += STEP


@quick
@given(st.data(), shapes())
def test_open_and_next_opening_agree_with_the_wall_clock(data, shape):
    calendar, at = build(shape), data.draw(moments(shape))
    assert calendar.is_open(at) == oracle.is_open(shape, as_instant(at))
    opening = calendar.next_opening(at)
    assert calendar.is_open(opening)
    assert calendar.elapsed(at, opening) == timedelta(0)
    assert (as_instant(opening) == as_instant(at)) == calendar.is_open(at)


@quick
@given(st.data(), shapes(zones=("Asia/Ho_Chi_Minh",)), targets.filter(bool))
def test_without_clock_changes_wall_clock_arithmetic_agrees(data, shape, target):
    """A second oracle, made otherwise: walk dates and windows with naive datetimes."""
    zone, week, holidays, extra = shape
    start = data.draw(moments(shape)).astimezone(zone)
    at, left, due = start.replace(tzinfo=None), target, None
    day = at.date()
    while due is None:
        windows = extra.get(day, () if day in holidays else week.get(day.weekday(), ()))
        for opens, closes in sorted(windows):
            begin = max(at, datetime.combine(day, opens))
            end = datetime.combine(day + timedelta(days=1) if closes == time(0) else day, closes)
            if begin < end and due is None:
                due = begin + left if left <= end - begin else None
                left -= end - begin
        day += timedelta(days=1)
    assert WorkingCalendar(zone, week, holidays, extra=extra).due(start, target) == due.replace(tzinfo=zone)
