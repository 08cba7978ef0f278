"""What becomes of a complaint's remedies when its case moves, and when their day passes (R-47).

An answer promises what was approved; the customer's yes accepts it, their no declines it. An end without their word leaves the
promise standing: what we said we would do we do.
"""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import Actor
from cases import queries
from cases.complaints.models import Issue, Remedy
from cases.complaints.register import complaint_of
from cases.complaints.remedy_states import MOVES, OWED, RemedyStatus, RemedyStep
from cases.events import EventKind, record
from cases.models import Case

REMEDIES = Actor.system("remedies")
_UNACCEPTED = (RemedyStatus.PROPOSED, RemedyStatus.APPROVED)


def promise(held: Case, *, actor: Actor, at: datetime) -> None:
    """The answer of this round tells the customer what was approved."""
    for remedy in _of(held, RemedyStatus.APPROVED).filter(promised_at=None):
        remedy.promised_at = at
        remedy.save(update_fields=["promised_at"])
        note(held, EventKind.REMEDY_PROMISED, remedy, actor=actor)


def accept_all(held: Case, *, actor: Actor, **why: Any) -> None:
    """The customer agreed with the outcome, or it ended as we said."""
    _move_all(held, RemedyStep.ACCEPT, RemedyStatus.APPROVED, actor=actor, **why)


def decline_all(held: Case) -> None:
    """The customer did not agree: what they did not accept by itself is decided anew with the rest. By itself: whoever wrote
    the customer's no down has judged nothing by that."""
    _move_all(held, RemedyStep.DECLINE, RemedyStatus.APPROVED, actor=REMEDIES, why="outcome_rejected")


def drop_all(held: Case, *, actor: Actor, why: str) -> None:
    """The matter ended without an answer. What was accepted stays owed."""
    _move_all(held, RemedyStep.CANCEL, *_UNACCEPTED, actor=actor, why=why)


def drop_of(held: Case, issue: Issue, *, actor: Actor) -> None:
    """The issue is decided anew: what rested on the decision before is proposed anew."""
    _move_all(held, RemedyStep.CANCEL, *_UNACCEPTED, actor=actor, of=issue, why="decided_anew")


def raise_alarms(case_id: int) -> bool:
    """Puts on record, once each, that days on which remedies were due have passed. False where the case is busy."""
    held = queries.locked_unless_busy(case_id)
    if held is None:
        return False
    for remedy in overdue().filter(issue__complaint__case=held):
        remedy.overdue_since = timezone.now()
        remedy.save(update_fields=["overdue_since"])
        note(held, EventKind.REMEDY_OVERDUE, remedy, actor=REMEDIES)
    held.save()
    return True


def cases_overdue(limit: int) -> list[int]:
    """Ids of cases with a remedy whose alarm is still to be raised, longest overdue first."""
    return list(dict.fromkeys(overdue().values_list("issue__complaint__case_id", flat=True)[:limit]))


def overdue() -> QuerySet[Remedy]:
    """Those whose alarm is still to be raised."""
    late = Remedy.objects.filter(status__in=sorted(OWED), due_on__lt=timezone.localdate(), overdue_since=None)
    return late.select_related("issue__complaint").order_by("due_on", "pk")


def move(held: Case, remedy: Remedy, step: RemedyStep, *, actor: Actor, words: str = "", **facts: Any) -> None:
    """Moves a remedy of the locked case, which may be moved so, and says it in the record: first, as the database asks."""
    target = MOVES[step].target
    note(held, EventKind(f"remedy_{target.value}"), remedy, actor=actor, words=words, **facts)
    remedy.status = target
    remedy.save(update_fields=["status"])


def note(held: Case, kind: EventKind, remedy: Remedy, *, actor: Actor, words: str = "", **facts: Any) -> None:
    record(
        held,
        kind,
        actor=actor,
        words=words,
        remedy=remedy.pk,
        issue=remedy.issue.number,
        remedy_kind=remedy.kind,
        amount=remedy.amount,
        due_on=remedy.due_on,
        **facts,
    )


def _move_all(
    held: Case, step: RemedyStep, *statuses: RemedyStatus, actor: Actor, of: Issue | None = None, **why: Any
) -> None:
    chosen = _of(held, *statuses)
    for remedy in chosen if of is None else chosen.filter(issue=of):
        move(held, remedy, step, actor=actor, **why)


def _of(held: Case, *statuses: RemedyStatus) -> QuerySet[Remedy]:
    """The remedies of the case in these statuses; no query for what is in no register."""
    complaint = complaint_of(held)
    if complaint is None:
        return Remedy.objects.none()
    return Remedy.objects.filter(issue__complaint=complaint, status__in=statuses).select_related("issue").order_by("pk")
