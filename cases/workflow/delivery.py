"""What became of things we sent."""

from datetime import datetime

from django.utils import timezone

from accounts.actors import Actor
from cases.events import EventKind, record
from cases.models import Case
from cases.sla.clock import ClockKind
from cases.states import Status

from . import _clocks, _plans
from ._take_step import change_case

OUTBOX = Actor.system("outbox")


def note_answer_delivered(case: Case, *, answer: int, delivery: int, at: datetime) -> None:
    """The answer reached the customer over the channel (their mail server took it, they fetched it, it was told by telephone).

    From then on their silence counts.
    """
    with change_case(case) as held:
        if held.status == Status.ANSWERED and held.unanswered_since is None:
            _plans.after_answer(held, at=at)
        record(held, EventKind.ANSWER_DELIVERED, actor=OUTBOX, answer=answer, delivery=delivery, delivered_at=at)


def note_delivery_failed(case: Case, *, message: int, delivery: int, answer: int | None, came_back: bool) -> None:
    """A message did not reach the customer. Silence about an answer that never arrived must not close the case: the customer
    waits for a reply again.
    """
    with change_case(case) as held:
        if answer is not None and held.status == Status.ANSWERED:
            _plans.silence_broken(held)
            held.unanswered_since = held.unanswered_since or timezone.now()
            _clocks.start(held, ClockKind.NEXT_RESPONSE, at=held.unanswered_since)
        record(
            held,
            EventKind.DELIVERY_FAILED,
            actor=OUTBOX,
            message=message,
            delivery=delivery,
            answer=answer,
            came_back=came_back,
        )
