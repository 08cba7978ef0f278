"""What a message means for its case: clocks that start and stop, questions that arise. The words themselves are the channels'."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from cases import policies
from cases.events import EventKind, record
from cases.models import Case
from cases.sla.clock import ClockKind
from cases.states import Channel, Status

from . import _clocks, _plans, handover
from ._take_step import change_case

DESK = Actor.system("desk")
_HUMAN_REPLY_STOPS = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.FIRST_CONTACT)


def customer_wrote(case: Case, *, actor: Actor, message: int, channel: Channel, at: datetime | None = None) -> None:
    """The customer said something. It never accepts, closes or reopens by itself.

    On an open case the next-response clock runs from the oldest message nobody replied to; on an answered one the silence
    follow-ups end; on a closed one a reopen question is raised, and a head is told where nobody answers it in time.
    """
    require(actor, case)
    now = at or timezone.now()
    with change_case(case) as held:
        record(held, EventKind.MESSAGE_RECEIVED, actor=actor, message=message, channel=channel)
        note_customer_word(held, actor=actor, at=now, message=message)


def note_customer_word(held: Case, *, actor: Actor, at: datetime, **what: Any) -> None:
    """The customer of the locked case said or sent something on their own account; `what` names it for the record."""
    if held.status == Status.CLOSED:
        if held.reopen_asked_at is None:
            held.reopen_asked_at = at
            _plans.question_waits(held, until=_clocks.promised(held, ClockKind.NEXT_RESPONSE, at=at))
            record(held, EventKind.REOPEN_ASKED, actor=actor, **what)
        return
    if held.status == Status.ANSWERED:
        _plans.silence_broken(held)
    if held.unanswered_since is None:
        held.unanswered_since = at
        _clocks.start(held, ClockKind.NEXT_RESPONSE, at=at)
    handover.pass_on_if_absent(held, acting=actor)


def staff_wrote(case: Case, *, actor: Actor, message: int, automatic: bool = False) -> None:
    """We said something to the customer. A person's words stop the response clocks; automatic ones touch nothing."""
    _require_own(actor, case)
    with change_case(case) as held:
        record(held, EventKind.MESSAGE_SENT, actor=actor, message=message, automatic=automatic)
        if not automatic:
            now = timezone.now()
            note_human_reply(held, at=now)
            note_first_reply(held, actor=actor, at=now)


def note_first_reply(held: Case, *, actor: Actor, at: datetime) -> None:
    """Something was written to the locked case's customer, wherever it was written. Where a person did for the first time,
    that ends what the customer waited for (R-10); a program's words never do."""
    if actor.is_staff and held.first_replied_at is None:
        held.first_replied_at = at


def note_human_reply(held: Case, *, at: datetime) -> None:
    """A person answered the locked case's customer: by message, evidence request, answer or call."""
    held.unanswered_since = None
    _clocks.stop(held, *_HUMAN_REPLY_STOPS, at=at)
    if held.status == Status.ANSWERED:
        _plans.after_answer(held, at=at)


def note_added(case: Case, *, actor: Actor, message: int) -> None:
    """An internal note: for colleagues, never for the customer."""
    _require_own(actor, case)
    with change_case(case) as held:
        record(held, EventKind.NOTE_ADDED, actor=actor, message=message)


def send_refused(case: Case, *, author: User, why: str) -> None:
    """What a colleague had sent was refused when its time came, and `why`: nothing of it has reached the customer."""
    with change_case(case) as held:
        record(held, EventKind.SEND_REFUSED, actor=DESK, words=why, author=author.pk)


def require(actor: Actor, case: Case) -> None:
    """Raises NotVisible or NotPermitted unless `actor` may say something on the case."""
    if not policies.may_converse(actor, case):
        policies.refuse(actor, case)


def _require_own(actor: Actor, case: Case) -> None:
    if not policies.may_write(actor, case):
        policies.refuse(actor, case)
