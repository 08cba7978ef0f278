"""Ends without an answer: withdrawn by the customer, a duplicate, spam. And back from any end: reopening."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies, queries
from cases.events import EventKind, record
from cases.models import Case
from cases.states import Step
from cskh.core.errors import Invalid, NotVisible, StepNotAllowed

from . import _plans, _waiting, promises, reopening
from ._conditions import FLAGGED
from ._take_step import change_case, take_step


def withdraw(case: Case, *, actor: Actor, reason: str = "") -> None:
    """The customer no longer wants it. Staff who record it say how they know."""
    policies.require(actor, Step.WITHDRAW, case)
    if actor.is_staff and not reason.strip():
        raise Invalid(errors={"reason": [_("Say how the customer withdrew the request.")]})
    with take_step(case, Step.WITHDRAW, actor=actor) as held:
        _end(held, actor=actor, words=reason)


def original(actor: Actor, code: str) -> Case:
    """The case with that code, where a duplicate's matter goes on. Raises Invalid where there is none that `actor` may see."""
    try:
        return queries.visible_case(actor, code)
    except NotVisible as error:
        raise Invalid(errors={"of": [_("There is no such case.")]}) from error


def mark_duplicate(case: Case, *, actor: Actor, of: Case) -> None:
    """The same matter of the same customer is handled in another case. Not where the matter was answered and the customer did not
    agree, nor where it is a complaint that was answered: the other case is then the duplicate."""
    policies.require(actor, Step.MARK_DUPLICATE, case)
    if of.pk == case.pk:
        raise Invalid(errors={"of": [_("A case cannot be its own duplicate.")]})
    if of.customer_id != case.customer_id:
        raise Invalid(errors={"of": [_("That case belongs to another customer.")]})
    with take_step(case, Step.MARK_DUPLICATE, actor=actor) as held:
        of.refresh_from_db(fields=["duplicate_of"])  # meanwhile it may have become the duplicate: never in a circle
        if of.duplicate_of_id is not None:
            raise Invalid(errors={"of": [_("That case is a duplicate itself; name the original.")]})
        held.duplicate_of = of
        _end(held, actor=actor, duplicate_of=of.code)


def mark_spam(case: Case, *, actor: Actor, reason: str = "") -> None:
    """No customer's matter at all; people and programs say why. It stays on record and can be reopened (R-07). Not where it was
    answered as a complaint, or the customer did not agree with an answer."""
    policies.require(actor, Step.MARK_SPAM, case)
    if not (actor.is_system or reason.strip()):
        raise Invalid(errors={"reason": [_("Say why this is spam.")]})
    with take_step(case, Step.MARK_SPAM, actor=actor) as held:
        _end(held, actor=actor, words=reason)


def reopen(case: Case, *, actor: Actor, reason: str = "") -> None:
    """Takes a closed case up again, as a new round with another reviewer. After the final response only new facts do that,
    and whoever reopens it, be it a program, says which."""
    policies.require(actor, Step.REOPEN, case)
    if not reason.strip():
        if reopening.is_final(case):
            raise Invalid(errors={"reason": [_("The final response was given: say which facts are new.")]})
        if actor.is_staff:
            raise Invalid(errors={"reason": [_("Say why the case is taken up again.")]})
    with take_step(case, Step.REOPEN, actor=actor) as held:
        reopening.begin_next_round(held, actor=actor, words=reason)


def decline_reopening(case: Case, *, actor: Actor, reason: str) -> None:
    """Answers the question that a message after the end raised with no. The reason stays on record; after the final response
    the customer is told that it stands, and where they can turn outside."""
    policies.require(actor, Step.REOPEN, case)
    if not reason.strip():
        raise Invalid(errors={"reason": [_("Say why the case stays closed.")]})
    with change_case(case) as held:
        reopening.require_question(held, actor=actor)
        if held.is_flagged:
            raise StepNotAllowed(str(FLAGGED))
        held.reopen_asked_at = None
        _plans.question_answered(held)
        record(held, EventKind.REOPEN_DECLINED, actor=actor, words=reason, **reopening.after_final(held))


def _end(held: Case, *, actor: Actor, words: str = "", **facts: Any) -> None:
    _waiting.close_open_request(held, at=held.closed_at or timezone.now())
    _plans.cancel(held)
    promises.drop_all(held, actor=actor, why=held.closed_as)
    record(held, EventKind.CASE_CLOSED, actor=actor, words=words, closed_as=held.closed_as, round=held.round, **facts)
