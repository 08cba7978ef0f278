"""What a message means for its case: clocks that start and stop, questions that arise. The words themselves are the channels'."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from cases import policies
from cases.events import EventKind, record
from cases.models import Case
from cases.records import registry
from cases.sla.clock import ClockKind
from cases.states import Channel, Status

from . import _clocks, _plans, _waiting, handover, protection, reopening
from ._take_step import change_case

DESK = Actor.system("desk")
_HUMAN_REPLY_STOPS = (
    ClockKind.FIRST_RESPONSE,
    ClockKind.NEXT_RESPONSE,
    ClockKind.FIRST_CONTACT,
    ClockKind.PROTECTION,
)


class Kept(Protocol):
    """A message whose words the channels keep."""

    pk: Any
    created_at: Any
    body: Any


Message = TypeVar("Message", bound=Kept)
# Called once, on the locked case: so the ids of messages are in the order in which they can be seen.
Keep = Callable[[], Message]


def customer_wrote(case: Case, *, actor: Actor, keep: Keep[Message], channel: Channel) -> Message:
    """The customer said what `keep` keeps. It never accepts, closes or reopens by itself.

    On an open case the next-response clock runs from the oldest message nobody replied to; on an answered one the silence
    follow-ups end; on a closed one a reopen question is raised, and a head is told where nobody answers it in time. A code
    in it is what was asked for where the transaction was: with the last thing the wait ends.
    """
    require(actor, case)
    # Where nothing is waited for, most lines of a chat, one transaction is enough.
    with transaction.atomic() if case.status == Status.AWAITING_CUSTOMER else nullcontext():
        with change_case(case) as held:
            message = keep()
            record(held, EventKind.MESSAGE_RECEIVED, actor=actor, message=message.pk, channel=channel)
            note_customer_word(held, actor=actor, at=message.created_at, message=message.pk)
            names_one = registry.note_said(held, message.body, message=message.pk, at=message.created_at)
            protection.heed_on(held, message.body, at=message.created_at, message=message.pk)
        if names_one and case.status == Status.AWAITING_CUSTOMER:
            _waiting.complete_if_whole(case)
    return message


def note_customer_word(held: Case, *, actor: Actor, at: datetime, **what: Any) -> None:
    """The customer of the locked case said or sent something on their own account; `what` names it for the record."""
    if held.status == Status.CLOSED:
        if held.reopen_asked_at is None:
            held.reopen_asked_at = at
            _plans.question_waits(held, until=_clocks.promised(held, ClockKind.NEXT_RESPONSE, at=at))
            record(held, EventKind.REOPEN_ASKED, actor=actor, **what, **reopening.after_final(held))
        return
    if held.status == Status.ANSWERED:
        _plans.silence_broken(held)
    if held.unanswered_since is None:
        held.unanswered_since = at
        _clocks.start(held, ClockKind.NEXT_RESPONSE, at=at)
    handover.pass_on_if_absent(held, acting=actor)


def staff_wrote(case: Case, *, actor: Actor, keep: Keep[Message]) -> Message:
    """A person of ours, or a program for them, said something to the customer: that stops the response clocks."""
    _require_own(actor, case)
    with change_case(case) as held:
        message, now = keep(), timezone.now()
        record(held, EventKind.MESSAGE_SENT, actor=actor, message=message.pk)
        note_human_reply(held, at=now)
        note_first_reply(held, actor=actor, at=now)
    return message


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


def note_added(case: Case, *, actor: Actor, keep: Keep[Message]) -> Message:
    """An internal note: for colleagues, never for the customer."""
    _require_own(actor, case)
    with change_case(case) as held:
        note = keep()
        record(held, EventKind.NOTE_ADDED, actor=actor, message=note.pk)
    return note


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
