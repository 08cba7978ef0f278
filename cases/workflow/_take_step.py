"""The gate: the one way a case moves. Nothing else writes `Case.status`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor, ActorKind
from cases import policies, queries
from cases.models import Case
from cases.states import TRANSITIONS, Condition, Status, Step
from cskh.core.errors import PreconditionFailed, StepNotAllowed

from . import _clocks
from ._conditions import details, unmet

TOLD_CUSTOMERS = gettext_lazy("A colleague of ours is looking into what you wrote first. You need not do anything.")


@contextmanager
def take_step(case: Case, step: Step, *, actor: Actor, at: datetime | None = None) -> Iterator[Case]:
    """Takes `step`: locks the case, asks the policy, looks up the move, checks its conditions; the body then does what is
    special on the locked case it is given; at the end status and times are written. `case` is brought up to date.

    The body sees the case in its new status (`came_from` is the one before), sets its own fields and records the step's events.
    Raises NotVisible, NotPermitted or StepNotAllowed, and then nothing has changed.
    """
    with transaction.atomic():
        held = queries.locked(case.pk)
        _require_version(case, held)
        with take_step_on(held, step, actor=actor, at=at):
            yield held
        _clocks.note_next_due(held)
        held.save()
        _refresh(case, held)


@contextmanager
def take_step_on(held: Case, step: Step, *, actor: Actor, at: datetime | None = None) -> Iterator[None]:
    """`take_step` on a case that the caller holds (locked, or just being opened) and saves."""
    move = TRANSITIONS[step]
    policies.require(actor, step, held)
    if held.status not in move.sources:
        raise StepNotAllowed(_not_now(step, held, actor), step=step.value, status=held.status)
    for condition in move.conditions:
        if reason := unmet(condition, held):
            said = _said_to(actor, condition, reason)
            raise StepNotAllowed(said, step=step.value, status=held.status, **details(condition, held))
    before = held.came_from = held.status
    if move.target is not None:
        held.status = move.target
    now = at or timezone.now()
    if move.target == Status.CLOSED:
        _clocks.stop_all(held, at=now)
        held.closed_at, held.closed_as = now, str(move.closed_as)
        held.unanswered_since = held.reopen_asked_at = None
        held.needs_manager = False
    elif before == Status.CLOSED:
        held.closed_at, held.closed_as, held.duplicate_of = None, "", None
    yield


def _said_to(actor: Actor, condition: Condition, reason: str) -> str:
    """What is wrong, in words for whoever asked: a flag is nothing that customers are told of."""
    if condition == Condition.NOT_FLAGGED and actor.kind == ActorKind.CUSTOMER:
        return str(TOLD_CUSTOMERS)
    return reason


def _not_now(step: Step, held: Case, actor: Actor) -> str:
    """Why the step cannot be taken; its name is a word among colleagues."""
    status = Status(held.status).label
    if actor.kind == ActorKind.CUSTOMER:
        return _("This is not possible now: the request is “%(status)s”.") % {"status": status}
    return _("“%(step)s” is not possible while the case is “%(status)s”.") % {"step": step.label, "status": status}


@contextmanager
def change_case(case: Case) -> Iterator[Case]:
    """Locks the case for a change that is no step (a message, a correction, a clock): the same lock, the same clean end."""
    with transaction.atomic():
        held = queries.locked(case.pk)
        _require_version(case, held)
        yield held
        _clocks.note_next_due(held)
        held.save()
        _refresh(case, held)


def _require_version(case: Case, held: Case) -> None:
    """Refuses a change that was meant for an earlier version of the case (`Case.if_match`); asked once a change."""
    if case.if_match is not None and held.etag not in case.if_match:
        raise PreconditionFailed
    case.if_match = None


def _refresh(case: Case, held: Case) -> None:
    if case is not held:
        case.__dict__.update(held.__dict__)
