"""A slow and obviously right calendar: look at the wall clock every few minutes, in UTC, and count."""

from datetime import UTC, datetime, time, timedelta


def minutes(clock):
    return clock.hour * 60 + clock.minute


def is_open(shape, at):
    zone, week, holidays, extra = shape
    wall = at.astimezone(zone)
    day = wall.date()
    windows = extra[day] if day in extra else () if day in holidays else week.get(day.weekday(), ())
    now = minutes(wall.time())
    return any(minutes(start) <= now and (now < minutes(end) or end in (time(0), time.max)) for start, end in windows)


def is_paused(pauses, at):
    return any(start.astimezone(UTC) <= at < end.astimezone(UTC) for start, end in pauses)


def elapsed(shape, start, end, pauses, step):
    at, counted = start.astimezone(UTC), timedelta(0)
    while at < end.astimezone(UTC):
        if is_open(shape, at) and not is_paused(pauses, at):
            counted += step
        at += step
    return counted


def due(shape, start, target, pauses, step, patience=timedelta(days=40)):
    """The due time, or None when it does not come within `patience`; everything must be a multiple of `step`."""
    at, left = start.astimezone(UTC), target
    give_up = at + patience
    while left and at < give_up:
        if is_open(shape, at) and not is_paused(pauses, at):
            left -= step
        at += step
    return None if left else at


def as_instant(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
