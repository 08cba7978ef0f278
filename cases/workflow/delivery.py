"""What became of things we sent, and whether the customer can know the answer (`docs/decisions/0016`)."""

from datetime import datetime

from django.utils import timezone

from accounts.actors import Actor
from cases import queries
from cases.events import EventKind, record
from cases.models import Answer, Case
from cases.sla.clock import ClockKind
from cases.states import Channel, Status

from . import _clocks, _plans
from ._take_step import change_case

OUTBOX = Actor.system("outbox")
# Where the answer is read on pages of ours, and stays there for who comes back.
_OUR_PAGES = frozenset({Channel.WEB, Channel.CHAT})


def has_arrived(case: Case, answer: Answer) -> bool:
    """What was last heard of the answer is that it reached the customer."""
    heard = case.events.filter(
        kind__in=(EventKind.ANSWER_DELIVERED, EventKind.DELIVERY_FAILED), facts__answer=answer.pk
    )
    last = heard.order_by("number").last()
    return last is not None and last.kind == EventKind.ANSWER_DELIVERED


def silence_counts(held: Case) -> bool:
    """Whether the customer's silence says anything about the answer of this round: it arrived, or nothing could bring it
    any nearer than where they would see it."""
    if is_out_of_reach(held):
        return True
    answer = queries.answers_of_round(held, Answer.State.SENT).first()
    return answer is not None and has_arrived(held, answer)


def is_out_of_reach(case: Case) -> bool:
    """Somebody who wrote on our pages and left no address at all: what we say stands there, and goes nowhere else."""
    return case.channel in _OUR_PAGES and case.contact_id is None and not case.customer.contacts.exists()


def note_answer_delivered(case: Case, *, answer: int, delivery: int, at: datetime) -> None:
    """The answer reached the customer over the channel (their mail server took it, they fetched it, it was told by telephone).

    From then on their silence counts.
    """
    with change_case(case) as held:
        if _is_awaited(held, answer) and held.unanswered_since is None:
            _plans.after_answer(held, at=at)
        record(held, EventKind.ANSWER_DELIVERED, actor=OUTBOX, answer=answer, delivery=delivery, delivered_at=at)


def note_delivery_failed(case: Case, *, message: int, delivery: int, answer: int | None, came_back: bool) -> None:
    """A message did not reach the customer. Silence about an answer that never arrived must not close the case: the customer
    waits for a reply again, unless nothing could reach them.
    """
    with change_case(case) as held:
        if _is_awaited(held, answer) and not is_out_of_reach(held):
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


def _is_awaited(held: Case, answer: int | None) -> bool:
    """Whether the customer's word is awaited on this very answer: what is heard late of an earlier round changes nothing."""
    if answer is None or held.status != Status.ANSWERED:
        return False
    return held.answers.filter(pk=answer, round=held.round).exists()
