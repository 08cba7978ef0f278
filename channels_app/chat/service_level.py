"""How soon visitors hear from a person (R-10): the figures of the chat, as far as somebody may know of its cases.

A conversation belongs to the day of its first message. Its wait runs from that message to the first reply that a person
wrote, wherever they wrote it and however many colleagues had the conversation. Who left before that waited until they left,
and who still waits has waited until now. Who still waits for less than the target is not late yet: the figures of time leave
them out, so that they neither flatter nor spoil them. Spam counts nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    TextChoices,
    Value,
)
from django.db.models.functions import ExtractHour, Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Department
from cases import policies
from cases.models import Case, FollowUp
from cases.states import Channel, ClosedAs
from channels_app.models import Chat
from cskh.core.percentile import DurationPercentile

from .leaving import LEFT_CHAT


class Period(TextChoices):
    TODAY = "today", _("Today")
    WEEK = "week", _("Last 7 days")
    MONTH = "month", _("Last 30 days")


class Shown(TextChoices):
    """Which conversations of a period are listed."""

    BEGUN = "begun", _("Conversations begun")
    REPLIED = "replied", _("Answered by a person")
    LATE = "late", _("Not answered in time")
    LOST = "lost", _("Left before a reply")
    TO_CALL = "to_call", _("Left, became call-backs")
    CALLED = "called", _("Left, were called back")
    WAITING = "waiting", _("Without a reply so far")
    WAITING_NOW = "waiting_now", _("Waiting right now")  # whenever they began


_DAYS = {Period.TODAY: 1, Period.WEEK: 7, Period.MONTH: 30}
_LONGEST = Period.MONTH

_LOST = Q(chat__lost_at__isnull=False) & (
    Q(first_replied_at__isnull=True) | Q(first_replied_at__gt=F("chat__lost_at"))  # written to who had left already
)
_REPLIED = Q(first_replied_at__isnull=False) & (
    Q(chat__lost_at__isnull=True) | Q(first_replied_at__lte=F("chat__lost_at"))
)
_OPEN = Q(first_replied_at__isnull=True, chat__lost_at__isnull=True)


@dataclass(frozen=True)
class Figures:
    """Of some conversations. `decided` are those of which is known whether they were in time; `half` and `most` (95 of 100)
    waited no longer than that."""

    begun: int = 0
    replied: int = 0
    lost: int = 0
    to_call: int = 0
    called: int = 0
    waiting: int = 0
    decided: int = 0
    in_time: int = 0
    half: timedelta | None = None
    most: timedelta | None = None
    longest: timedelta | None = None

    @property
    def late(self) -> int:
        return self.decided - self.in_time

    @property
    def is_enough(self) -> bool:
        """Whether shares and percentiles of so many say anything."""
        return self.decided >= settings.CHAT_FIGURES_MINIMUM

    @property
    def percent(self) -> int:
        """Rounded down, so that a target that is missed is never shown as reached."""
        return self.in_time * 100 // self.decided if self.decided else 0

    @property
    def is_share_met(self) -> bool:
        return self.in_time * 100 >= settings.CHAT_REPLY_PERCENT * self.decided

    @property
    def is_most_met(self) -> bool:
        return self.most is not None and self.most <= settings.CHAT_REPLY_P95_WITHIN


@dataclass(frozen=True)
class Report:
    """`waiting_since`: since when who has waited longest does. Hours and departments are those of the one period chosen."""

    waiting_now: int
    waiting_since: datetime | None
    periods: Mapping[Period, Figures]
    hours: list[Figures]
    departments: list[tuple[Department | None, Figures]]


def report(actor: Actor, period: Period, now: datetime) -> Report:
    """Everything the page shows, by five queries."""
    waiting = _waiting_now(actor).aggregate(count=Count("pk"), since=Min("waiting_since"))
    of_period = _begun(actor, period, now)
    return Report(
        waiting_now=waiting["count"],
        waiting_since=waiting["since"],
        periods=_by_period(actor, now),
        hours=_by_hour(of_period, now),
        departments=_by_department(of_period, now),
    )


def conversations(
    actor: Actor,
    shown: Shown,
    period: Period,
    now: datetime,
    *,
    hour: int | None = None,
    department: str | None = None,
) -> QuerySet[Case]:
    """The cases of the conversations behind a figure, who waited longest first; each has `waited`, `is_lost`, `is_to_call`
    and `is_called`. `hour` is one of the day, `department` a slug, "" for those no department has yet."""
    if shown == Shown.WAITING_NOW:
        cases = _of_chats(actor, now).filter(pk__in=_waiting_now(actor).values("case_id"))
    else:
        cases = _begun(actor, period, now).filter(_WHICH[shown](now))
    if hour is not None:
        cases = cases.filter(opened_at__hour=hour)
    if department is not None:
        cases = cases.filter(department__slug=department) if department else cases.filter(department__isnull=True)
    told_apart = cases.annotate(is_lost=_LOST, is_to_call=_LOST & _to_call(), is_called=_LOST & _called())
    return told_apart.order_by(F("waited").desc(), "pk")


def begins(period: Period, now: datetime) -> datetime:
    """The midnight, here, with which the period begins: today is one of its days."""
    first = timezone.localtime(now).date() - timedelta(days=_DAYS[period] - 1)
    return datetime.combine(first, time.min, tzinfo=timezone.get_current_timezone())


def _of_chats(actor: Actor, now: datetime) -> QuerySet[Case]:
    ends = Least("first_replied_at", "chat__lost_at", Value(now, DateTimeField()))  # of those that are known
    waited = ExpressionWrapper(ends - F("opened_at"), output_field=DurationField())
    cases = policies.visible_to(actor).filter(channel=Channel.CHAT, chat__isnull=False)
    return cases.annotate(waited=waited)


def _begun(actor: Actor, period: Period, now: datetime) -> QuerySet[Case]:
    return _of_chats(actor, now).filter(opened_at__gte=begins(period, now)).exclude(closed_as=ClosedAs.SPAM)


def _waiting_now(actor: Actor) -> QuerySet[Chat]:
    """Nobody talks with them: they wait, also after coming back, or were taken and have not heard a word yet."""
    silent = Q(state=Chat.State.TALKING, left_at__isnull=True, case__first_replied_at__isnull=True)
    seen = policies.visible_to(actor).exclude(closed_as=ClosedAs.SPAM)
    return Chat.objects.filter(Q(state=Chat.State.WAITING) | silent, case__in=seen)


def _is_decided(now: datetime) -> Q:
    return ~(_OPEN & Q(opened_at__gte=now - settings.CHAT_REPLY_WITHIN))


def _in_time() -> Q:
    return _REPLIED & Q(waited__lte=settings.CHAT_REPLY_WITHIN)


def _to_call() -> Q:
    return Q(Exists(FollowUp.objects.filter(_CALL_BACK, case=OuterRef("pk"))))


def _called() -> Q:
    return Q(Exists(FollowUp.objects.filter(_CALL_BACK, case=OuterRef("pk"), done_at__isnull=False)))


_CALL_BACK = Q(kind=FollowUp.Kind.CALL_BACK, facts__why=LEFT_CHAT)
_WHICH = {
    Shown.BEGUN: lambda now: Q(),
    Shown.REPLIED: lambda now: _REPLIED,
    Shown.LATE: lambda now: _is_decided(now) & ~_in_time(),
    Shown.LOST: lambda now: _LOST,
    Shown.TO_CALL: lambda now: _LOST & _to_call(),
    Shown.CALLED: lambda now: _LOST & _called(),
    Shown.WAITING: lambda now: _OPEN,
}


def _aggregates(now: datetime, among: Q | None = None) -> dict[str, Any]:
    """Every field of `Figures`, over the conversations `among` all."""
    where = among if among is not None else Q()
    decided = where & _is_decided(now)
    return {
        "begun": Count("pk", filter=where),
        "replied": Count("pk", filter=where & _REPLIED),
        "lost": Count("pk", filter=where & _LOST),
        "to_call": Count("pk", filter=where & _LOST & _to_call()),
        "called": Count("pk", filter=where & _LOST & _called()),
        "waiting": Count("pk", filter=where & _OPEN),
        "decided": Count("pk", filter=decided),
        "in_time": Count("pk", filter=where & _in_time()),
        "half": DurationPercentile("waited", 0.5, filter=decided),
        "most": DurationPercentile("waited", 0.95, filter=decided),
        "longest": Max("waited", filter=where),
    }


def _by_period(actor: Actor, now: datetime) -> dict[Period, Figures]:
    """The longest period is read once; the others are parts of it."""
    asked = {
        f"{period}_{name}": aggregate
        for period in Period
        for name, aggregate in _aggregates(now, Q(opened_at__gte=begins(period, now))).items()
    }
    found = _begun(actor, _LONGEST, now).aggregate(**asked)
    return {period: _figures(found, f"{period}_") for period in Period}


def _by_hour(begun: QuerySet[Case], now: datetime) -> list[Figures]:
    """Of each of the 24 hours of the day, by our clocks."""
    rows = begun.annotate(hour=ExtractHour("opened_at")).values("hour").annotate(**_aggregates(now)).order_by()
    found = {row["hour"]: _figures(row) for row in rows}
    return [found.get(hour, Figures()) for hour in range(24)]


def _by_department(begun: QuerySet[Case], now: datetime) -> list[tuple[Department | None, Figures]]:
    """Those with conversations, the most first; None: not classified yet."""
    rows = list(begun.values("department_id").annotate(**_aggregates(now)).order_by(F("begun").desc(), "department_id"))
    departments = Department.objects.in_bulk()
    return [(departments.get(row["department_id"]), _figures(row)) for row in rows]


def _figures(row: Mapping[str, Any], prefix: str = "") -> Figures:
    return Figures(**{field.name: row[prefix + field.name] for field in fields(Figures)})
