"""The configured calendars as `WorkingCalendar`s, built once and kept until somebody changes them."""

from datetime import date, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from .models import Calendar, CalendarDay
from .sla.calendar import WorkingCalendar

Windows = list[tuple[time, time]]


def working(calendar: Calendar) -> WorkingCalendar:
    """The working hours of `calendar`. Costs a query only the first time after a change."""
    return _build(calendar.pk, calendar.changed_at.isoformat())


@lru_cache(maxsize=64)
def _build(calendar_id: int, changed_at: str) -> WorkingCalendar:
    calendar = Calendar.objects.get(pk=calendar_id)
    days: dict[date, Windows] = {
        day.date: read_windows(day.hours) for day in CalendarDay.objects.filter(calendar_id=calendar_id)
    }
    return WorkingCalendar(
        ZoneInfo(calendar.zone),
        {int(weekday): read_windows(windows) for weekday, windows in calendar.week.items()},
        [day for day, windows in days.items() if not windows],
        extra={day: windows for day, windows in days.items() if windows},
    )


def read_windows(texts: list[list[str]]) -> Windows:
    """[["08:00", "12:00"], …] as times. Raises ValueError for anything else."""
    return [(time.fromisoformat(start), time.fromisoformat(end)) for start, end in texts]
