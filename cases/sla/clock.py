"""What clocks measure, and when one is due.

Pure functions over a WorkingCalendar. A clock is a kind, a start, a target and the pauses of its case; when it is due follows
from those alone, never from when somebody looked: a breach happened at the due time even when it is noticed a day later. A
deadline is kept by what happens up to and at the due time; it is breached after it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from cases.sla.calendar import Interval, WorkingCalendar

WARN_FRACTION = 0.75  # of the target, in working time: then somebody is warned


class ClockKind(StrEnum):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response"  # first customer message to first human answer
    NEXT_RESPONSE = "next_response"  # oldest unanswered customer message to the next human answer
    EVIDENCE_WAIT = "evidence_wait"  # how long missing evidence is waited for
    RESOLUTION = "resolution"  # start of the round to its answer
    REGULATORY = "regulatory"  # receipt to what a law demands
    FIRST_CONTACT = "first_contact"  # reopening to the new reviewer's first message
    CALL_BACK = "call_back"  # missed call to the call back
    PROTECTION = "protection"  # words that must not wait to the first thing a person does about them


# Waiting for the customer's evidence extends these and no other: a law's limit runs on, and so does the wait itself.
PAUSED_KINDS = frozenset({ClockKind.RESOLUTION, ClockKind.NEXT_RESPONSE})


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
