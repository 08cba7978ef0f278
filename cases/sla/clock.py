"""Running deadlines: when a clock is due, what it reads, and why.

Pure functions over a WorkingCalendar. A clock is a kind, a start, a target and the pauses of its case. What it reads at
a moment follows from those times alone, never from when somebody looked: a breach happened at the due time even when it
is noticed a day later. A deadline is kept by what happens up to and at the due time; it is breached after it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import groupby, pairwise

from cases.sla.calendar import Interval, WorkingCalendar

# The end is None while the pause goes on and nobody can say until when.
Pause = tuple[datetime, datetime | None]

WARN_FRACTION = 0.75


class ClockKind(StrEnum):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response"  # first customer message to first human answer
    NEXT_RESPONSE = "next_response"  # oldest unanswered customer message to the next human answer
    EVIDENCE_WAIT = "evidence_wait"  # how long missing evidence is waited for
    RESOLUTION = "resolution"  # start of the round to its answer
    REGULATORY = "regulatory"  # receipt to what a law demands
    FIRST_CONTACT = "first_contact"  # reopening to the new reviewer's first message
    CALL_BACK = "call_back"  # missed call to the call back


class ClockState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MET_LATE = "met_late"
    BREACHED = "breached"


class StepReason(StrEnum):
    WORKING = "working"
    CLOSED = "closed"
    PAUSED = "paused"


# Waiting for the customer's evidence extends these and no other: a law's limit runs on, and so does the wait itself.
PAUSED_KINDS = frozenset({ClockKind.RESOLUTION, ClockKind.NEXT_RESPONSE})


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock at a moment.

    `due_at` is None while a pause without a known end goes on. `remaining` is working time: negative once overdue, and
    fixed once the clock is met. `breached_at` is the due time that was missed, None as long as it was not.
    """

    state: ClockState
    due_at: datetime | None
    remaining: timedelta
    breached_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExplainStep:
    """[begin, end) on the way to a due time, and how much of it counted towards the target."""

    begin: datetime
    end: datetime
    counted: timedelta
    reason: StepReason


def is_pausable(kind: ClockKind) -> bool:
    """Whether waiting for the customer's evidence extends this kind of clock."""
    return kind in PAUSED_KINDS


def due_at(
    calendar: WorkingCalendar,
    kind: ClockKind,
    started_at: datetime,
    target: timedelta,
    pauses: Sequence[Interval] = (),
) -> datetime:
    """When the clock is due, always reckoned from its original start with all pauses of the case.

    Pauses that do not extend this kind are ignored. Raises ValueError as WorkingCalendar.due does.
    """
    return calendar.due(started_at, target, pauses if is_pausable(kind) else ())


def warn_at(
    calendar: WorkingCalendar,
    started_at: datetime,
    target: timedelta,
    pauses: Sequence[Interval] = (),
    fraction: float = WARN_FRACTION,
) -> datetime:
    """The moment to warn: when `fraction` (0 to 1) of the target is used up, in working time like the due time.

    Pass only the pauses that extend the clock, as is_pausable() says.
    """
    if not 0 <= fraction <= 1:
        raise ValueError("the fraction of the target to warn at lies between 0 and 1")
    return calendar.due(started_at, target * fraction, pauses)


def read_clock(
    calendar: WorkingCalendar,
    kind: ClockKind,
    started_at: datetime,
    target: timedelta,
    *,
    now: datetime,
    pauses: Sequence[Pause] = (),
    met_at: datetime | None = None,
) -> Reading:
    """What the clock reads at `now`, as it was known then: a `met_at` or a pause that comes later is not seen yet."""
    met = met_at is not None and _utc(met_at) <= _utc(now)
    stop = max(_utc(started_at), _utc(met_at if met and met_at is not None else now))

    begun = [(_utc(begin), end and _utc(end)) for begin, end in pauses if is_pausable(kind) and _utc(begin) <= stop]
    so_far = [(begin, min(end or stop, stop)) for begin, end in begun]
    due = calendar.due(started_at, target, so_far)
    remaining = target - calendar.elapsed(started_at, stop, so_far)
    missed = due if stop > _utc(due) else None

    if met:
        return Reading(ClockState.MET_LATE if missed else ClockState.MET, due, remaining, missed)
    if missed:
        return Reading(ClockState.BREACHED, due, remaining, missed)
    if all(end and end <= stop for _, end in begun):
        return Reading(ClockState.RUNNING, due, remaining, None)
    known = [(begin, end) for begin, end in begun if end]
    paused_due = calendar.due(started_at, target, known) if len(known) == len(begun) else None
    return Reading(ClockState.PAUSED, paused_due, remaining, None)


def explain(
    calendar: WorkingCalendar,
    started_at: datetime,
    target: timedelta,
    pauses: Sequence[Interval] = (),
) -> list[ExplainStep]:
    """How the due time arises: steps without gaps from the start to the due time, window by window.

    What was counted adds up to the target. Closed time and pauses come as one step each, however many days they last;
    where they coincide the step says paused. A zero target needs no steps. Pass only the pauses that extend the clock.
    """
    due = calendar.due(started_at, target, pauses)
    start, end = _utc(started_at), _utc(due)
    paused = _clip([(_utc(begin), _utc(finish)) for begin, finish in pauses], start, end)
    working = _clip(_windows_between(calendar, started_at, due), start, end)

    marks = sorted({start, end, *(moment for span in [*paused, *working] for moment in span)})
    steps = []
    for (reason, _), run in groupby(pairwise(marks), key=lambda piece: _reason_at(piece[0], paused, working)):
        pieces = list(run)
        begin, finish = pieces[0][0], pieces[-1][1]
        counted = finish - begin if reason is StepReason.WORKING else timedelta(0)
        steps.append(ExplainStep(begin.astimezone(calendar.zone), finish.astimezone(calendar.zone), counted, reason))
    return steps


def _reason_at(
    moment: datetime, paused: Sequence[Interval], working: Sequence[Interval]
) -> tuple[StepReason, Interval | None]:
    """Why time counts or does not at a moment, and in which window; windows are in order and do not overlap."""
    if any(begin <= moment < end for begin, end in paused):
        return StepReason.PAUSED, None
    index = bisect_right(working, moment, key=lambda window: window[0]) - 1
    if index >= 0 and moment < working[index][1]:
        return StepReason.WORKING, working[index]
    return StepReason.CLOSED, None


def _windows_between(calendar: WorkingCalendar, start: datetime, end: datetime) -> list[Interval]:
    """The windows of every date in the calendar's zone that [start, end) may touch, in UTC and in order."""
    first, last = start.astimezone(calendar.zone).date(), end.astimezone(calendar.zone).date()
    # A day more on each side: where clocks go back over midnight, dates are not left in the order they are entered.
    days = range(max(first.toordinal() - 1, 1), min(last.toordinal() + 1, date.max.toordinal() - 1) + 1)
    windows = (window for day in days for window in calendar.windows(date.fromordinal(day)))
    return sorted((_utc(begin), _utc(finish)) for begin, finish in windows)


def _clip(spans: Iterable[Interval], start: datetime, end: datetime) -> list[Interval]:
    clipped = ((max(begin, start), min(finish, end)) for begin, finish in spans)
    return [(begin, finish) for begin, finish in clipped if begin < finish]


def _utc(moment: datetime) -> datetime:
    """In UTC, where comparing is safe: wall-clock comparison is wrong in an hour that is shown twice."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC)
