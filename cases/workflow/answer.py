"""The round ends: the answer goes out, and the customer's word decides what happens next."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies, queries
from cases.events import EventKind, record
from cases.models import Answer, Case
from cases.sla.clock import ClockKind
from cases.states import Step
from cskh.core.errors import Conflict, Invalid, StepNotAllowed

from . import _clocks, _plans, delivery, promises, protection, reopening, responding, satisfaction
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
            ClockKind.PROTECTION,
            at=now,
        )
        _plans.after_answer(held, at=now)
        responding.issue(held, answer, actor=actor)
        record(held, EventKind.CASE_ANSWERED, actor=actor, words=answer.body, answer=answer.pk, round=held.round)
        promises.promise(held, actor=actor, at=now)
    return answer


def accept(case: Case, *, actor: Actor, message: int | None = None, proof: str = "", answer: int | None = None) -> None:
    """The customer agrees: the case closes.

    `answer` is the id of the one they read; Conflict where another is in force by now.
    Staff who record it cite what the customer said on the case after the answer: `message`, the id of their message or of
    what was written down of a call with them (R-34). `proof` says more, such as the reference of a recording. Raises
    StepNotAllowed where the answer has not reached the customer; the policy keeps out who wrote the answer.
    """
    policies.require(actor, Step.ACCEPT, case)
    if actor.is_staff and message is None:
        raise Invalid(errors={"message": [_("Cite what the customer said after the answer; log a call first.")]})
    with take_step(case, Step.ACCEPT, actor=actor) as held:
        sent = _answer_in_force(held, answer)
        if actor.is_staff and not delivery.has_arrived(held, sent):
            raise StepNotAllowed(_("The answer has not reached the customer yet."))
        _require_said_after(held, sent, message)
        record(held, EventKind.OUTCOME_ACCEPTED, actor=actor, words=proof, answer=sent.pk, message=message)
        promises.accept_all(held, actor=actor, message=message)
        _closed(held, actor=actor)


def reject(
    case: Case, *, actor: Actor, reason: str = "", message: int | None = None, answer: int | None = None
) -> None:
    """The customer does not agree, with or without a reason: the case reopens at once, with a different reviewer (R-35).

    `answer` as for `accept`.
    Staff who record it cite the customer's `message` (its id) or say in `reason` how they know: unlike an acceptance it
    ends nothing, so their word is enough. Raises Invalid where that message was not said after the answer.
    """
    policies.require(actor, Step.REJECT, case)
    if actor.is_staff and not (reason.strip() or message):
        raise Invalid(errors={"reason": [_("Cite the customer's message, or say how you know.")]})
    with take_step(case, Step.REJECT, actor=actor) as held:
        sent = _answer_in_force(held, answer)
        _require_said_after(held, sent, message)
        record(held, EventKind.OUTCOME_REJECTED, actor=actor, words=reason, answer=sent.pk, message=message)
        promises.decline_all(held)
        reopening.begin_next_round(held, actor=actor)
        if actor.is_customer:
            protection.heed_on(held, reason, at=timezone.now())


def give_final_response(case: Case, *, actor: Actor, body: str = "") -> Answer:
    """Ends a matter the customer keeps rejecting: the last word, with the way to go on outside (R-36)."""
    with take_step(case, Step.FINAL_RESPONSE, actor=actor) as held:
        answer = take_answer(held, actor=actor, body=body, final=True)
        held.answered_at = answer.sent_at
        responding.issue(held, answer, actor=actor)
        record(
            held,
            EventKind.CASE_ANSWERED,
            actor=actor,
            words=answer.body,
            answer=answer.pk,
            round=held.round,
            final=True,
        )
        promises.promise(held, actor=actor, at=answer.sent_at or timezone.now())
        promises.accept_all(held, actor=promises.REMEDIES, why="final_response")
        _closed(held, actor=actor)
    return answer


def close_no_reply(case: Case, *, actor: Actor) -> None:
    """Silence after the first answer and its reminders. Reported apart from acceptance."""
    with take_step(case, Step.CLOSE_NO_REPLY, actor=actor) as held:
        promises.accept_all(held, actor=promises.REMEDIES, why="no_reply")
        _closed(held, actor=actor)


def _answer_in_force(held: Case, read: int | None) -> Answer:
    """What the round was answered with. Nobody says yes or no to an answer they have not seen: it must be the one they `read`."""
    answer = queries.answers_of_round(held, Answer.State.SENT).get()
    if read is not None and read != answer.pk:
        raise Conflict(_("A newer answer has arrived. Please read it first."))
    return answer


def _require_said_after(held: Case, answer: Answer, message: int | None) -> None:
    if message is not None:
        require_said_since(held, answer.sent_at or timezone.now(), message)


def require_said_since(held: Case, since: datetime, message: int) -> None:
    """What is cited was said by the customer, on this case, since then. A call that was logged is a message too."""
    said = held.events.filter(kind=EventKind.MESSAGE_RECEIVED, facts__message=message, at__gte=since)
    if not said.exists():
        raise Invalid(errors={"message": [_("The customer did not say this after the answer.")]})


def _closed(held: Case, *, actor: Actor) -> None:
    _plans.cancel(held)
    satisfaction.ask(held)
    record(held, EventKind.CASE_CLOSED, actor=actor, closed_as=held.closed_as, round=held.round)
