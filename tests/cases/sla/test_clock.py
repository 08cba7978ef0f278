"""What clocks read, when they warn, and how they explain themselves."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.sla.calendar import WorkingCalendar
from cases.sla.clock import (
    ClockKind,
    ClockState,
    StepReason,
    due_at,
    explain,
    is_pausable,
    read_clock,
    warn_at,
)

from .oracle import as_instant
from .strategies import build, moments, pauses_near, shapes, targets

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SPLIT_DAY = [(time(8), time(12)), (time(13, 30), time(17, 30))]
OFFICE = WorkingCalendar(VIETNAM, dict.fromkeys(range(5), SPLIT_DAY))
ALWAYS = WorkingCalendar(VIETNAM, dict.fromkeys(range(7), ((time(0), time(0)),)))
LONGEST_WAIT = 72 * HOUR


def at(day, hour=0, minute=0):
    """A moment of March 2026, whose 2nd is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=VIETNAM)


def read(kind=ClockKind.RESOLUTION, *, now, target=2 * HOUR, pauses=(), met_at=None, calendar=OFFICE, start=None):
    return read_clock(calendar, kind, start or at(2, 9), target, now=now, pauses=pauses, met_at=met_at)


@pytest.mark.parametrize("kind", list(ClockKind))
def test_only_resolution_and_next_response_are_extended_by_pauses(kind):
    pausable = kind in {ClockKind.RESOLUTION, ClockKind.NEXT_RESPONSE}
    assert is_pausable(kind) == pausable
    due = due_at(OFFICE, kind, at(2, 9), 2 * HOUR, [(at(2, 9, 30), at(2, 10))])
    assert due == (at(2, 11, 30) if pausable else at(2, 11))
    state = read(kind, now=at(2, 9, 45), pauses=[(at(2, 9, 30), None)]).state
    assert state == (ClockState.PAUSED if pausable else ClockState.RUNNING)


PAUSE = (at(2, 10), at(2, 11))
OPEN_PAUSE = (at(2, 10), None)


@pytest.mark.parametrize(
    ("times", "state", "due", "remaining", "breached"),
    [
        ({"now": at(2, 9)}, ClockState.RUNNING, at(2, 11), 2 * HOUR, None),
        ({"now": at(2, 8)}, ClockState.RUNNING, at(2, 11), 2 * HOUR, None),
        ({"now": at(2, 10)}, ClockState.RUNNING, at(2, 11), HOUR, None),
        ({"now": at(2, 11)}, ClockState.RUNNING, at(2, 11), 0 * HOUR, None),
        ({"now": at(2, 11, 1)}, ClockState.BREACHED, at(2, 11), -MINUTE, at(2, 11)),
        ({"now": at(3, 8)}, ClockState.BREACHED, at(2, 11), -5 * HOUR, at(2, 11)),
        ({"now": at(2, 12), "met_at": at(2, 10)}, ClockState.MET, at(2, 11), HOUR, None),
        ({"now": at(2, 12), "met_at": at(2, 11)}, ClockState.MET, at(2, 11), 0 * HOUR, None),
        ({"now": at(9), "met_at": at(2, 11, 1)}, ClockState.MET_LATE, at(2, 11), -MINUTE, at(2, 11)),
        ({"now": at(2, 10), "met_at": at(2, 10, 30)}, ClockState.RUNNING, at(2, 11), HOUR, None),
        ({"now": at(2, 12), "met_at": at(2, 8)}, ClockState.MET, at(2, 11), 2 * HOUR, None),
        ({"now": at(2, 9, 59), "pauses": [PAUSE]}, ClockState.RUNNING, at(2, 11), 61 * MINUTE, None),
        ({"now": at(2, 10), "pauses": [PAUSE]}, ClockState.PAUSED, at(2, 12), HOUR, None),
        ({"now": at(2, 10, 30), "pauses": [PAUSE]}, ClockState.PAUSED, at(2, 12), HOUR, None),
        ({"now": at(2, 11), "pauses": [PAUSE]}, ClockState.RUNNING, at(2, 12), HOUR, None),
        ({"now": at(2, 10, 30), "pauses": [OPEN_PAUSE]}, ClockState.PAUSED, None, HOUR, None),
        ({"now": at(30), "pauses": [OPEN_PAUSE]}, ClockState.PAUSED, None, HOUR, None),
        ({"now": at(30), "pauses": [(at(2, 11, 1), None)]}, ClockState.BREACHED, at(2, 11), -MINUTE, at(2, 11)),
        ({"now": at(30), "pauses": [(at(2, 11), None)]}, ClockState.BREACHED, at(2, 11), 0 * HOUR, at(2, 11)),
        ({"now": at(3), "pauses": [OPEN_PAUSE], "met_at": at(2, 11)}, ClockState.MET, at(2, 12), HOUR, None),
    ],
)
def test_reading(times, state, due, remaining, breached):
    reading = read(**times)
    assert (reading.state, reading.due_at, reading.remaining, reading.breached_at) == (state, due, remaining, breached)


@pytest.mark.parametrize("seen_at", [at(2, 11, 1), at(2, 15), at(9), at(30)])
def test_a_breach_is_computed_from_the_times_not_from_when_somebody_looked(seen_at):
    assert read(now=seen_at).breached_at == at(2, 11)


def test_what_happens_after_the_stop_changes_nothing():
    met = read(now=at(2, 12), met_at=at(2, 10, 30))
    assert read(now=at(9), met_at=at(2, 10, 30), pauses=[(at(2, 11), at(2, 16)), (at(3), None)]) == met


def test_moments_without_a_zone_are_refused():
    naive = datetime(2026, 3, 2, 9)  # noqa: DTZ001
    for moments_given in ({"now": naive}, {"now": at(2, 9), "met_at": naive}, {"now": naive, "start": naive}):
        with pytest.raises(ValueError, match="no time zone"):
            read(**moments_given)


@pytest.mark.parametrize(
    ("fraction", "warned"),
    [(0, at(2, 16)), (0.5, at(2, 17)), (0.75, at(2, 17, 30)), (1, at(3, 8, 30))],
)
def test_the_warning_comes_in_working_time_by_schedule(fraction, warned):
    assert warn_at(OFFICE, at(2, 16), 2 * HOUR, fraction=fraction) == warned


def test_the_warning_comes_at_three_quarters_and_moves_with_pauses():
    assert warn_at(OFFICE, at(2, 9), 2 * HOUR) == at(2, 10, 30)
    assert warn_at(OFFICE, at(2, 9), 2 * HOUR, [(at(2, 9, 30), at(2, 10))]) == at(2, 11)


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan")])
def test_a_fraction_outside_the_target_is_refused(fraction):
    with pytest.raises(ValueError, match="between 0 and 1"):
        warn_at(OFFICE, at(2, 9), HOUR, fraction=fraction)


def test_an_explanation_says_step_by_step_how_the_due_time_arises():
    steps = explain(OFFICE, at(6, 11), 6 * HOUR, [(at(6, 16), at(9, 9)), (at(6, 17), at(9, 8))])
    working, closed, paused = StepReason.WORKING, StepReason.CLOSED, StepReason.PAUSED
    assert [(step.begin, step.end, step.counted, step.reason) for step in steps] == [
        (at(6, 11), at(6, 12), HOUR, working),
        (at(6, 12), at(6, 13, 30), 0 * HOUR, closed),
        (at(6, 13, 30), at(6, 16), 150 * MINUTE, working),
        (at(6, 16), at(9, 9), 0 * HOUR, paused),
        (at(9, 9), at(9, 11, 30), 150 * MINUTE, working),
    ]


def test_closed_days_are_one_step_and_open_days_one_each():
    weekend = explain(OFFICE, at(6, 17), HOUR)
    assert [(step.begin, step.end, step.reason) for step in weekend[1:2]] == [
        (at(6, 17, 30), at(9, 8), StepReason.CLOSED)
    ]
    round_the_clock = explain(ALWAYS, at(6, 12), 60 * HOUR)
    assert [step.counted for step in round_the_clock] == [12 * HOUR, 24 * HOUR, 24 * HOUR]


def test_nothing_to_explain_without_a_target():
    assert explain(OFFICE, at(2, 9), timedelta(0)) == []


@settings(deadline=None, max_examples=60)
@given(st.data(), shapes(), targets.filter(bool))
def test_every_explanation_adds_up_and_has_no_gaps(data, shape, target):
    calendar, start, pauses = build(shape), data.draw(moments(shape)), data.draw(pauses_near(shape))
    steps = explain(calendar, start, target, pauses)
    assert sum((step.counted for step in steps), timedelta(0)) == target
    assert as_instant(steps[0].begin) == as_instant(start)
    assert steps[-1].end == calendar.due(start, target, pauses)
    assert steps[-1].reason is StepReason.WORKING
    for step, following in pairwise(steps):
        assert as_instant(step.end) == as_instant(following.begin)
    for step in steps:
        begin, end = as_instant(step.begin), as_instant(step.end)
        assert begin < end
        assert calendar.elapsed(begin, end, pauses) == step.counted
        assert step.counted == (end - begin if step.reason is StepReason.WORKING else timedelta(0))
        overlaps = (min(end, as_instant(until)) - max(begin, as_instant(since)) for since, until in pauses)
        paused = sum((overlap for overlap in overlaps if overlap > timedelta(0)), timedelta(0))
        assert (paused >= end - begin) if step.reason is StepReason.PAUSED else not paused


@settings(deadline=None, max_examples=80)
@given(st.data(), shapes(), targets, st.sampled_from(list(ClockKind)))
def test_a_reading_agrees_with_itself_at_every_later_moment(data, shape, target, kind):
    calendar, start, pauses = build(shape), data.draw(moments(shape)), data.draw(pauses_near(shape))
    first, second = sorted((data.draw(moments(shape)), data.draw(moments(shape))), key=as_instant)
    before, after = (read_clock(calendar, kind, start, target, now=now, pauses=pauses) for now in (first, second))
    assert after.remaining <= before.remaining
    if before.breached_at:
        assert after.breached_at == before.breached_at
    for reading, now in ((before, first), (after, second)):
        assert (reading.state is ClockState.BREACHED) == (reading.breached_at is not None)
        seen = max(as_instant(now), as_instant(start))
        assert (reading.state is ClockState.BREACHED) == (as_instant(reading.due_at) < seen)
        assert reading.breached_at in (None, due_at(calendar, kind, start, target, pauses))
        again = read_clock(calendar, kind, start, target, now=now, pauses=data.draw(st.permutations(pauses)))
        assert again == reading, "pauses count in any order"


# Defects other systems really had.


def test_a_weekend_spent_waiting_is_not_counted_twice():
    """The weekend is closed and paused: due moves by the paused working hours alone."""
    asked, completed = at(6, 16, 30), at(9, 9)
    assert due_at(OFFICE, ClockKind.RESOLUTION, at(6, 15, 30), 8 * HOUR, [(asked, completed)]) == at(9, 17, 30)


def test_a_pause_is_not_simply_added_to_the_due_time():
    """An hour of pause at the end of the day pushes due to the next morning, past the night."""
    assert due_at(OFFICE, ClockKind.RESOLUTION, at(2, 15), 2 * HOUR, [(at(2, 16), at(2, 17))]) == at(3, 8, 30)


def test_a_changed_target_is_reckoned_from_the_start_and_keeps_the_pauses():
    pauses = [(at(2, 10), at(2, 11))]
    assert due_at(OFFICE, ClockKind.RESOLUTION, at(2, 9), 4 * HOUR, pauses) == at(2, 15, 30)
    assert due_at(OFFICE, ClockKind.RESOLUTION, at(2, 9), HOUR, pauses) == at(2, 10)
    assert read(now=at(2, 11, 30), target=HOUR, pauses=pauses).breached_at == at(2, 10)


def test_a_week_without_certain_days_skips_them():
    three_days = WorkingCalendar(VIETNAM, dict.fromkeys((0, 2, 5), ((time(9), time(17)),)))
    due = [three_days.due(at(2, 9), hours * HOUR) for hours in (8, 9, 17, 25)]
    assert due == [at(2, 17), at(4, 10), at(7, 10), at(9, 10)]


def test_a_calendar_of_another_zone_does_not_fall_due_at_creation():
    calendar = WorkingCalendar(ZoneInfo("America/New_York"), dict.fromkeys(range(5), ((time(9), time(17)),)))
    created = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
    assert as_instant(calendar.due(created, 8 * HOUR)) == datetime(2026, 3, 3, 14, 30, tzinfo=UTC)


def test_the_time_a_case_was_closed_does_not_count_for_the_round_after_reopening():
    """Each round has its own start; the regulatory clock keeps the first."""
    received, reopened = at(2, 9), at(10, 9)
    assert due_at(OFFICE, ClockKind.RESOLUTION, reopened, 2 * HOUR) == at(10, 11)
    regulatory = read(ClockKind.REGULATORY, now=reopened, start=received, calendar=ALWAYS, target=168 * HOUR)
    assert regulatory.breached_at == at(9, 9)


def test_a_wait_up_to_the_longest_ends_the_pause_however_late_the_sweep():
    asked = at(2, 10)
    pauses = [(asked, asked + LONGEST_WAIT)]
    assert read(now=at(5, 10), pauses=pauses, calendar=ALWAYS).state is ClockState.RUNNING
    assert read(now=at(20), pauses=pauses, calendar=ALWAYS).breached_at == at(5, 11)


def test_an_observance_that_is_no_day_off_is_no_holiday():
    """Which days are off is data: a date not in the list is worked, whatever it is called."""
    calendar = WorkingCalendar(VIETNAM, dict.fromkeys(range(5), SPLIT_DAY), [date(2026, 3, 3)])
    assert calendar.due(at(2, 17), HOUR) == at(4, 8, 30)
    assert OFFICE.due(at(2, 17), HOUR) == at(3, 8, 30)
