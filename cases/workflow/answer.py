"""The round ends: the answer goes out, and the customer's word decides what happens next."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies
from cases.events import EventKind, record
from cases.models import Answer, Case
from cases.sla.clock import ClockKind
from cases.states import Step
from cskh.core.errors import Invalid

from . import _clocks, _plans, reopening
from ._take_step import take_step
from .resolution import take_answer


def send_answer(case: Case, *, actor: Actor, body: str = "") -> Answer:
    """Answers the round over the channel the customer used first. Clocks of the operator stop; the customer's word is awaited."""
    with take_step(case, Step.ANSWER, actor=actor) as held:
        answer = take_answer(held, actor=actor, body=body)
        now = answer.sent_at or timezone.now()
        held.answered_at, held.unanswered_since, held.needs_manager = now, None, False
        _clocks.stop(
            held,
            ClockKind.FIRST_RESPONSE,
            ClockKind.NEXT_RESPONSE,
            ClockKind.FIRST_CONTACT,
            ClockKind.RESOLUTION,
            ClockKind.REGULATORY,
            at=now,
        )
        _plans.after_answer(held, at=now)
        record(held, EventKind.CASE_ANSWERED, actor=actor, answer=answer.pk, round=held.round)
    return answer


def accept(case: Case, *, actor: Actor, proof: str = "") -> None:
    """The customer agrees: the case closes. Staff who record it attach proof, such as the reference of a recording (R-34)."""
    policies.require(actor, Step.ACCEPT, case)
    _proven(actor, proof)
    with take_step(case, Step.ACCEPT, actor=actor) as held:
        answer = held.answers.get(round=held.round, state=Answer.State.SENT)
        record(held, EventKind.OUTCOME_ACCEPTED, actor=actor, words=proof, answer=answer.pk)
        _closed(held, actor=actor)


def reject(case: Case, *, actor: Actor, reason: str = "", message: int | None = None) -> None:
    """The customer does not agree, with or without a reason: the case reopens at once, with a different reviewer (R-35).

    Staff who record it cite the customer's `message` (its id) or say in `reason` how they know. Raises Invalid where that
    message was not said after the answer.
    """
    policies.require(actor, Step.REJECT, case)
    if actor.is_staff and not (reason.strip() or message):
        raise Invalid(errors={"reason": [_("Cite the customer's message, or say how you know.")]})
    with take_step(case, Step.REJECT, actor=actor) as held:
        answer = held.answers.get(round=held.round, state=Answer.State.SENT)
        if message is not None and not _said_since(held, answer, message):
            raise Invalid(errors={"message": [_("The customer did not say this after the answer.")]})
        record(held, EventKind.OUTCOME_REJECTED, actor=actor, words=reason, answer=answer.pk, message=message)
        reopening.begin_next_round(held, actor=actor)


def give_final_response(case: Case, *, actor: Actor, body: str = "") -> Answer:
    """Ends a matter the customer keeps rejecting: the last word, with the way to go on outside (R-36)."""
    with take_step(case, Step.FINAL_RESPONSE, actor=actor) as held:
        answer = take_answer(held, actor=actor, body=body, final=True)
        held.answered_at = answer.sent_at
        record(held, EventKind.CASE_ANSWERED, actor=actor, answer=answer.pk, round=held.round, final=True)
        _closed(held, actor=actor)
    return answer


def close_no_reply(case: Case, *, actor: Actor) -> None:
    """Silence after the first answer and its reminders. Reported apart from acceptance."""
    with take_step(case, Step.CLOSE_NO_REPLY, actor=actor) as held:
        _closed(held, actor=actor)


def _proven(actor: Actor, proof: str) -> None:
    if actor.is_staff and not proof.strip():
        raise Invalid(
            errors={"proof": [_("Attach the proof: the recording's reference, or the customer's own words.")]}
        )


def _said_since(held: Case, answer: Answer, message: int) -> bool:
    said = held.events.filter(kind=EventKind.MESSAGE_RECEIVED, facts__message=message)
    return said.filter(at__gte=answer.sent_at).exists()


def _closed(held: Case, *, actor: Actor) -> None:
    _plans.cancel(held)
    record(held, EventKind.CASE_CLOSED, actor=actor, closed_as=held.closed_as, round=held.round)
