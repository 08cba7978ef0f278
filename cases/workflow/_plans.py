"""Plans what must happen later on a case, always on the case the caller holds locked. `follow_up` carries it out.

How long is waited and how often is reminded stands in the operator's own rule pack (`cases.sla.packs`).
"""

from datetime import datetime, timedelta

from django.db.models import Max, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from cases import queries
from cases.events import EventKind, record
from cases.models import STILL_PLANNED, Case, FollowUp
from cases.sla import packs

Kind = FollowUp.Kind
SILENCE = (Kind.SILENCE_REMINDER, Kind.CLOSE_NO_REPLY, Kind.REVIEW_REOPENED)


def after_answer(held: Case, *, at: datetime) -> None:
    """The customer's word is awaited: silence brings reminders, and after a first answer the end as `no_reply`.

    After a rejection silence closes nothing: somebody looks at the case and finds out (I2).
    """
    cancel(held, *queries.SWEPT)
    for wait in _promises(at).silence_reminders_seconds:
        plan(held, Kind.SILENCE_REMINDER, at + timedelta(seconds=wait))
    if held.round > 1:
        look_again(held, at=at)
    else:
        plan(held, Kind.CLOSE_NO_REPLY, at + _silence(at))


def look_again(held: Case, *, at: datetime) -> None:
    """The customer who came back is silent: somebody looks at the case, again and again until it ends."""
    plan(held, Kind.REVIEW_REOPENED, at + _silence(at))


def question_waits(held: Case, *, until: datetime) -> None:
    """Whether to reopen the closed case is asked: somebody looks at it when nobody has answered `until` then."""
    plan(held, Kind.REVIEW_REOPENED, until)


def question_answered(held: Case) -> None:
    """The closed case stays closed; nobody needs to be told again."""
    cancel(held, Kind.REVIEW_REOPENED)


def silence_broken(held: Case) -> None:
    """The customer said something, or has nothing to be silent about: nobody waits for their word any more."""
    cancel(held, *SILENCE)


def progress(held: Case, *, at: datetime) -> None:
    """The customer hears about progress at the set rhythm, beginning one beat after `at`."""
    if not planned(held).filter(kind=Kind.PROGRESS).exists():
        plan(held, Kind.PROGRESS, at + _length(_promises(at).progress_every_seconds))


def plan(held: Case, kind: str, due_at: datetime, **facts: object) -> FollowUp:
    """One more follow-up of that kind in this round of the case."""
    same = FollowUp.objects.filter(case=held, kind=kind, round=held.round)
    sequence = (same.aggregate(last=Max("sequence"))["last"] or 0) + 1
    return FollowUp.objects.create(
        case=held, kind=kind, round=held.round, sequence=sequence, due_at=due_at, facts=facts
    )


def move(held: Case, kind: str, due_at: datetime) -> None:
    """What is planned of that kind is due then."""
    planned(held).filter(kind=kind).update(due_at=due_at)


def cancel(held: Case, *kinds: str) -> None:
    """What was planned (of these kinds, or everything) no longer matters."""
    waiting = planned(held)
    if kinds:
        waiting = waiting.filter(kind__in=kinds)
    waiting.update(cancelled_at=timezone.now())


def _promises(at: datetime) -> packs.RulePack:
    return packs.promises(timezone.localdate(at))


def _silence(at: datetime) -> timedelta:
    return _length(_promises(at).silence_close_seconds)


def _length(seconds: int | None) -> timedelta:
    if seconds is None:
        raise LookupError("the operator's own rule pack does not say how long this takes")
    return timedelta(seconds=seconds)


def planned(held: Case) -> QuerySet[FollowUp]:
    """What is still to be done on the case."""
    return FollowUp.objects.filter(STILL_PLANNED, case=held)


def record_done(held: Case, follow_up: FollowUp, *, actor: Actor) -> None:
    """Puts on record that it was carried out."""
    record(
        held,
        EventKind.FOLLOW_UP_DONE,
        actor=actor,
        follow_up=follow_up.kind,
        round=follow_up.round,
        number=follow_up.sequence,
    )
