"""Where a case stands, in the customer's words: the stage, what is next, whose turn it is, and by when (R-22)."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.evidence import queries as evidence
from cases.models import Case, FollowUp
from cases.sla.clock import ClockKind
from cases.states import Status

# The five steps of the published procedure.
STAGES = (
    _("Received, with a tracking code"),
    _("With the right team"),
    _("Information checked"),
    _("Being handled"),
    _("Answered; you decide"),
)
_REACHED = {
    Status.RECEIVED: 0,
    Status.ROUTED: 1,
    Status.AWAITING_CUSTOMER: 2,
    Status.VERIFYING: 2,
    Status.RESOLVING: 3,
    Status.AWAITING_APPROVAL: 3,
    Status.REOPENED: 3,
    Status.ANSWERED: 4,
    Status.CLOSED: 4,
}
_NEXT = {
    Status.RECEIVED: _("We read your request and pass it to the right team."),
    Status.ROUTED: _("The team for this kind of request looks at it."),
    Status.AWAITING_CUSTOMER: _("We need something from you. We go on as soon as it is here."),
    Status.VERIFYING: _("We check what you sent."),
    Status.RESOLVING: _("We work on it and then answer you."),
    Status.AWAITING_APPROVAL: _("A second person checks the outcome; then we answer you."),
    Status.REOPENED: _("Somebody else looks at your request again."),
    Status.ANSWERED: _("Please tell us whether you agree with the outcome."),
    Status.CLOSED: _("This request is closed."),
}
_REPLY_CLOCKS = (ClockKind.FIRST_RESPONSE.value, ClockKind.NEXT_RESPONSE.value, ClockKind.FIRST_CONTACT.value)
_PUBLIC_CLOCKS = (*_REPLY_CLOCKS, ClockKind.RESOLUTION.value)


@dataclass(frozen=True)
class Stage:
    """One step of the way; `state` is done, current or ahead."""

    name: str | Promise
    state: str


@dataclass(frozen=True)
class Due:
    """A time somebody promised; `late` says that it has passed."""

    at: datetime
    late: bool


@dataclass(frozen=True)
class Progress:
    """`yours` is by when the customer should act, `reply` and `outcome` by when we should; None where nothing is promised."""

    stages: list[Stage]
    next: str | Promise
    is_yours: bool
    yours: Due | None
    reply: Due | None
    outcome: Due | None


def progress_of(case: Case) -> Progress:
    """At most three queries."""
    status = Status(case.status)
    reached = _REACHED[status]
    running = case.clocks.filter(stopped_at__isnull=True, kind__in=_PUBLIC_CLOCKS)
    due = {clock.kind: clock.due_at for clock in running if clock.due_at}
    return Progress(
        stages=[Stage(name, _state(number, reached, status)) for number, name in enumerate(STAGES)],
        next=_NEXT[status],
        is_yours=status in (Status.AWAITING_CUSTOMER, Status.ANSWERED),
        yours=_due(_your_time(case, status)),
        reply=_due(min((at for kind, at in due.items() if kind in _REPLY_CLOCKS), default=None)),
        outcome=_due(due.get(ClockKind.RESOLUTION.value)),
    )


def _state(number: int, reached: int, status: Status) -> str:
    if number < reached or status == Status.CLOSED:
        return "done"
    return "current" if number == reached else "ahead"


def _your_time(case: Case, status: Status) -> datetime | None:
    if status == Status.AWAITING_CUSTOMER:
        request = evidence.open_request(case)
        return request.due_at if request else None
    if status == Status.ANSWERED:
        silence = case.follow_ups.filter(
            kind=FollowUp.Kind.CLOSE_NO_REPLY, done_at__isnull=True, cancelled_at__isnull=True
        ).first()
        return silence.due_at if silence else None
    return None


def _due(at: datetime | None) -> Due | None:
    return Due(at, at < timezone.now()) if at else None
