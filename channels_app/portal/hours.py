"""When somebody is there, truthfully: the hours of each channel, its promised first reply, and whether chat is answered now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from cases import calendars, targets
from cases.models import SlaTarget
from cases.sla.calendar import WorkingCalendar
from cases.sla.clock import ClockKind
from channels_app.chat import duties


@dataclass(frozen=True)
class Hours:
    """Of one channel: `always` round the clock, else open now until `until`, or next from `opens`; `reply` is what we promise."""

    always: bool
    until: datetime | None
    opens: datetime | None
    reply: timedelta

    @property
    def is_open(self) -> bool:
        return self.opens is None


@dataclass(frozen=True)
class Presence:
    """`chat_now` says that somebody takes chats at this moment; `hours` names channels as in `Channel`."""

    chat_now: bool
    hours: dict[str, Hours]


def presence(now: datetime | None = None) -> Presence:
    """Two queries, and one for each calendar that has changed since it was read last."""
    now = now or timezone.now()
    return Presence(duties.on_duty(now).exists(), _hours(now))


def _hours(now: datetime) -> dict[str, Hours]:
    """The usual first-response target of each channel says on which calendar it is answered, and how soon."""
    return {channel: _of(target, now) for channel, target in targets.usual(ClockKind.FIRST_RESPONSE).items()}


def _of(target: SlaTarget, now: datetime) -> Hours:
    calendar, reply = calendars.working(target.calendar), timedelta(seconds=target.seconds)
    if not calendar.is_open(now):
        return Hours(always=False, until=None, opens=calendar.next_opening(now), reply=reply)
    closes = _closes(calendar, now)
    return Hours(always=closes is None, until=closes, opens=None, reply=reply)


def _closes(calendar: WorkingCalendar, now: datetime) -> datetime | None:
    """When the running hours end; None where they run on for a week and more."""
    ends = now
    for windows in _days(calendar, now):
        for begins, closes in windows:
            if begins <= ends < closes:
                ends = closes
    return ends if ends < now + timedelta(days=7) else None


def _days(calendar: WorkingCalendar, now: datetime) -> Iterable[list[tuple[datetime, datetime]]]:
    today = now.astimezone(calendar.zone).date()
    return (list(calendar.windows(today + timedelta(days=number))) for number in range(9))
