"""Where a case stands, in the customer's words: the stage, what is next, whose turn it is, and by when (R-22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.evidence import queries as evidence
from cases.models import STILL_PLANNED, Answer, Case, FollowUp
from cases.sla.clock import ClockKind
from cases.states import ClosedAs, Status

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
CLOSED_STAGE = _("Closed")
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
# How a case ended, said to the customer.
_ENDINGS = {
    ClosedAs.ACCEPTED: _("Closed: you agreed"),
    ClosedAs.NO_REPLY: _("Closed: we heard nothing more from you"),
    ClosedAs.FINAL_RESPONSE: _("Closed with our final response"),
    ClosedAs.WITHDRAWN: _("Closed: you withdrew it"),
    ClosedAs.DUPLICATE: _("Closed: it goes on under another request"),
}
_REPLY_CLOCKS = (ClockKind.FIRST_RESPONSE.value, ClockKind.NEXT_RESPONSE.value, ClockKind.FIRST_CONTACT.value)
_PUBLIC_CLOCKS = (*_REPLY_CLOCKS, ClockKind.RESOLUTION.value)


@dataclass(frozen=True)
class Stage:
    """One step of the way; `state` is done, current, ahead, or skipped where the case ended before it."""

    name: str | Promise
    state: str


@dataclass(frozen=True)
class Due:
    """A time somebody promised; `late` says that it has passed."""

    at: datetime
    late: bool


@dataclass(frozen=True)
class Progress:
    """`status` is a word or two for the customer. `yours` is by when they should act, `reply` and `outcome` by when we should.

    Those are None where nothing is promised. What settles it answers as well: no reply is promised for after that.
    `earlier` are the answers of earlier rounds, which the customer did not agree with.
    """

    status: str | Promise
    stages: list[Stage]
    next: str | Promise
    is_yours: bool
    yours: Due | None
    reply: Due | None
    outcome: Due | None
    earlier: list[Answer]

    @property
    def next_word(self) -> Due | None:
        """By when the customer hears from us, whatever it is."""
        return self.reply or self.outcome

    @property
    def are_late(self) -> bool:
        """Whether we let a promised time pass."""
        return any(due is not None and due.late for due in (self.reply, self.outcome))


def progress_of(case: Case, answers: Sequence[Answer] = ()) -> Progress:
    """Where `case` stands; `answers` are those that were sent, in order. At most three queries."""
    status = Status(case.status)
    running = case.clocks.filter(stopped_at__isnull=True, kind__in=_PUBLIC_CLOCKS)
    due = {clock.kind: clock.due_at for clock in running if clock.due_at}
    outcome = _due(due.get(ClockKind.RESOLUTION.value))
    reply = _due(min((at for kind, at in due.items() if kind in _REPLY_CLOCKS), default=None))
    if reply and outcome and not outcome.late and reply.at >= outcome.at:
        reply = None
    return Progress(
        status=_status(case, status),
        stages=_ended(case) if status == Status.CLOSED else _running(status),
        next=_NEXT[status],
        is_yours=status in (Status.AWAITING_CUSTOMER, Status.ANSWERED),
        yours=_due(_your_time(case, status)),
        reply=reply,
        outcome=outcome,
        earlier=[one for one in answers if one.round < case.round],
    )


def _status(case: Case, status: Status) -> str | Promise:
    if status == Status.CLOSED:
        return _ENDINGS.get(ClosedAs(case.closed_as), CLOSED_STAGE)
    return _("Waiting for you") if status == Status.AWAITING_CUSTOMER else status.label


def _running(status: Status) -> list[Stage]:
    reached = _REACHED[status]

    def state(number: int) -> str:
        return "done" if number < reached else "current" if number == reached else "ahead"

    return [Stage(name, state(number)) for number, name in enumerate((*STAGES, CLOSED_STAGE))]


def _ended(case: Case) -> list[Stage]:
    """What was answered went the whole way; what was withdrawn or merged before that, only as far as we know for sure."""
    went = len(STAGES) if case.answered_at else 2 if case.department_id else 1
    stages = [Stage(name, "done" if number < went else "skipped") for number, name in enumerate(STAGES)]
    return [*stages, Stage(CLOSED_STAGE, "done")]


def _your_time(case: Case, status: Status) -> datetime | None:
    if status == Status.AWAITING_CUSTOMER:
        request = evidence.open_request(case)
        return request.due_at if request else None
    if status == Status.ANSWERED:
        silence = case.follow_ups.filter(STILL_PLANNED, kind=FollowUp.Kind.CLOSE_NO_REPLY).first()
        return silence.due_at if silence else None
    return None


def _due(at: datetime | None) -> Due | None:
    return Due(at, at < timezone.now()) if at else None
