"""When clocks are due: which kinds a pause extends, and defects other systems really had."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.sla.calendar import WorkingCalendar
from cases.sla.clock import ClockKind, due_at, is_pausable

from .oracle import as_instant

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR = timedelta(hours=1)
SPLIT_DAY = [(time(8), time(12)), (time(13, 30), time(17, 30))]
OFFICE = WorkingCalendar(VIETNAM, dict.fromkeys(range(5), SPLIT_DAY))
ALWAYS = WorkingCalendar(VIETNAM, dict.fromkeys(range(7), ((time(0), time(0)),)))
LONGEST_WAIT = 72 * HOUR


def at(day, hour=0, minute=0):
    """A moment of March 2026, whose 2nd is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=VIETNAM)


@pytest.mark.parametrize("kind", list(ClockKind))
def test_only_resolution_and_next_response_are_extended_by_pauses(kind):
    pausable = kind in {ClockKind.RESOLUTION, ClockKind.NEXT_RESPONSE}
    assert is_pausable(kind) == pausable
    due = due_at(OFFICE, kind, at(2, 9), 2 * HOUR, [(at(2, 9, 30), at(2, 10))])
    assert due == (at(2, 11, 30) if pausable else at(2, 11))


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
    assert due_at(ALWAYS, ClockKind.REGULATORY, received, 168 * HOUR) == at(9, 9)


def test_a_wait_up_to_the_longest_extends_by_that_and_no_more():
    asked = at(2, 10)
    assert due_at(ALWAYS, ClockKind.RESOLUTION, at(2, 9), 2 * HOUR, [(asked, asked + LONGEST_WAIT)]) == at(5, 11)


def test_an_observance_that_is_no_day_off_is_no_holiday():
    """Which days are off is data: a date not in the list is worked, whatever it is called."""
    calendar = WorkingCalendar(VIETNAM, dict.fromkeys(range(5), SPLIT_DAY), [date(2026, 3, 3)])
    assert calendar.due(at(2, 17), HOUR) == at(4, 8, 30)
    assert OFFICE.due(at(2, 17), HOUR) == at(3, 8, 30)
