"""Where a category needs approval: one person proposes the outcome, another approves it or returns it."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies, queries
from cases.complaints.problems import is_all_our_fault
from cases.events import EventKind, record
from cases.fair_words import require_no_blame
from cases.models import Answer, Case
from cases.states import Step
from cskh.core.errors import Invalid
from cskh.core.text import checked_body, clean

from . import conversation
from ._take_step import take_step
from .sendable import require_sendable

_APPROVAL = Actor.system("approval")


def start_resolving(case: Case, *, actor: Actor) -> None:
    """The facts are there; the department works on it."""
    with take_step(case, Step.START_RESOLVING, actor=actor) as held:
        record(held, EventKind.HANDLING_STARTED, actor=actor)


def propose(case: Case, *, actor: Actor, body: str) -> Answer:
    """Puts an outcome, as the customer would read it, before a second person. One that was approved before is set aside."""
    with take_step(case, Step.PROPOSE, actor=actor) as held:
        body = checked_answer(held, body)
        _require_no_blame(held, body)
        take_back_approval(held, actor=actor, why="new_proposal")
        answer = Answer.objects.create(
            case=held,
            round=held.round,
            body=body,
            state=Answer.State.PROPOSED,
            author_kind=actor.kind,
            author_id=actor.id,
        )
        record(held, EventKind.OUTCOME_PROPOSED, actor=actor, words=answer.body, answer=answer.pk)
    return answer


def approve(case: Case, *, actor: Actor) -> Answer:
    """A second person agrees with the proposed outcome; it can be sent now. The policy keeps its author out (four eyes)."""
    return _decide(case, Step.APPROVE, Answer.State.APPROVED, EventKind.OUTCOME_APPROVED, actor=actor)


def return_for_rework(case: Case, *, actor: Actor, reason: str) -> Answer:
    """A second person does not agree yet and says why."""
    policies.require(actor, Step.RETURN, case)
    if not reason.strip():
        raise Invalid(errors={"reason": [_("Say what has to be reworked.")]})
    return _decide(case, Step.RETURN, Answer.State.RETURNED, EventKind.OUTCOME_RETURNED, actor=actor, words=reason)


def take_back_approval(held: Case, *, actor: Actor = _APPROVAL, why: str = "new_evidence") -> None:
    """What was approved on the locked case does not stand any more: new facts are asked for, or accepted, without which it
    was approved, or rejected with which it was, or another outcome is proposed in its place."""
    for answer in held.answers.select_for_update().filter(round=held.round, state=Answer.State.APPROVED):
        answer.state = Answer.State.RETURNED
        answer.save()
        record(held, EventKind.OUTCOME_RETURNED, actor=actor, answer=answer.pk, why=why)


def checked_answer(held: Case, body: str) -> str:
    """The words of an outcome, cleaned. Raises Invalid where they are missing, too long, or not `sendable`."""
    text = checked_body(body)
    require_sendable(text, held, field="body")
    return text


def _require_no_blame(held: Case, body: str) -> None:
    """Where all of it came of faults of ours, no answer puts it on the customer (R-51). Where another issue did not, the answer
    may say whose fault that was; what is said of each linked issue is held to this by `complaints.standing`."""
    if is_all_our_fault(held):
        require_no_blame(body, field="body")


def _decide(case: Case, step: Step, state: str, kind: EventKind, *, actor: Actor, words: str = "") -> Answer:
    with take_step(case, step, actor=actor) as held:
        answer = queries.answers_of_round(held, Answer.State.PROPOSED).select_for_update().get()
        answer.state = state
        if actor.is_staff:
            answer.decided_by = actor.subject
        answer.save()
        record(held, kind, actor=actor, words=words, answer=answer.pk)
    return answer


def take_answer(held: Case, *, actor: Actor, body: str, final: bool = False) -> Answer:
    """The answer of this round, marked as sent: the approved one where there is one, else a new one with `body`.

    Raises Invalid when `body` is empty, or is not the text that was approved.
    """
    answer = queries.answers_of_round(held, Answer.State.APPROVED).select_for_update().first()
    if answer is None:
        answer = Answer(
            case=held, round=held.round, body=checked_answer(held, body), author_kind=actor.kind, author_id=actor.id
        )
    elif body.strip() and clean(body) != answer.body:
        raise Invalid(
            errors={"body": [_("This is not the text that was approved. Send that, or propose the new text.")]}
        )
    _require_no_blame(held, answer.body)
    answer.state, answer.is_final, answer.sent_at = Answer.State.SENT, final, timezone.now()
    answer.save()
    conversation.note_first_reply(held, actor=actor, at=answer.sent_at)
    return answer
