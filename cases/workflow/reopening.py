"""After a rejection: a new round, a different reviewer, the manager told, dated follow-ups (R-35, R-36)."""

from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from cases import policies, queries
from cases.events import EventKind, record
from cases.models import Case
from cases.sla.clock import ClockKind
from cases.states import OPEN, ClosedAs, Status, Step
from cskh.core.errors import StepNotAllowed

from . import _clocks, _plans


def begin_next_round(held: Case, *, actor: Actor, words: str = "") -> None:
    """Opens the next round of the locked case: new clocks (regulatory ones run on), another reviewer, progress messages.

    When nobody else is eligible the case goes to the manager's queue with an alarm, never back to the same person. What
    was never classified waits at intake again.
    """
    now = timezone.now()
    _plans.cancel(held, *queries.SWEPT)
    held.round += 1
    held.reopened_at, held.reopen_asked_at, held.answered_at = now, None, None
    held.unanswered_since = held.unanswered_since or now
    reviewer = next_handler(held) if held.department_id else None
    held.assignee, held.needs_manager = reviewer, reviewer is None and held.department_id is not None
    record(
        held,
        EventKind.CASE_REOPENED,
        actor=actor,
        words=words,
        round=held.round,
        assignee=reviewer.pk if reviewer else None,
    )
    if held.needs_manager:
        record(held, EventKind.REVIEWER_MISSING, actor=Actor.system("routing"), round=held.round)
    _clocks.go_on(held, ClockKind.REGULATORY)
    _clocks.start(held, ClockKind.FIRST_CONTACT, ClockKind.RESOLUTION, at=now)
    _plans.progress(held, at=now)


def next_handler(held: Case) -> User | None:
    """Somebody on duty who has not decided on the matter, nor was handling it, and has the fewest open cases."""
    people = policies.handlers_of(held).filter(presence=User.Presence.ON_DUTY)
    people = people.exclude(pk__in=policies.earlier_deciders(held))
    if held.assignee_id:
        people = people.exclude(pk=held.assignee_id)
    load = Count("cases", filter=Q(cases__status__in=sorted(OPEN)), distinct=True)
    return people.annotate(load=load).order_by("load", "pk").first()


def is_final(case: Case) -> bool:
    """Whether the case is closed with our last word."""
    return case.closed_as == ClosedAs.FINAL_RESPONSE


def after_final(held: Case) -> dict[str, Any]:
    """For the record of a question whether to reopen: after what end it is asked, where that matters to the customer."""
    return {"after": ClosedAs.FINAL_RESPONSE.value} if is_final(held) else {}


def require_question(held: Case, *, actor: Actor) -> None:
    """Raises unless `actor` may decide whether this closed case, on which the customer wrote again, is reopened."""
    policies.require(actor, Step.REOPEN, held)
    if held.status != Status.CLOSED or held.reopen_asked_at is None:
        raise StepNotAllowed
