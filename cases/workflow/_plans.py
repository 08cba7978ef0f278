"""Plans what must happen later on a case, always on the case the caller holds locked. `follow_up` carries it out."""

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Case, FollowUp

Kind = FollowUp.Kind


def after_answer(held: Case, *, at: datetime) -> None:
    """Silence after a first answer is followed by reminders, then by the end as `no_reply`; after a rejection by nothing."""
    cancel(held)
    if held.round == 1:
        for wait in settings.SILENCE_REMINDERS:
            plan(held, Kind.SILENCE_REMINDER, at + wait)
        plan(held, Kind.CLOSE_NO_REPLY, at + settings.SILENCE_CLOSES)


def progress(held: Case, *, at: datetime) -> None:
    """The customer hears about progress at the set rhythm, beginning one beat after `at`."""
    if not _planned(held).filter(kind=Kind.PROGRESS).exists():
        plan(held, Kind.PROGRESS, at + settings.PROGRESS_RHYTHM)


def plan(held: Case, kind: str, due_at: datetime, **facts: object) -> FollowUp:
    """One more follow-up of that kind in this round of the case."""
    sequence = FollowUp.objects.filter(case=held, kind=kind, round=held.round).count() + 1
    return FollowUp.objects.create(
        case=held, kind=kind, round=held.round, sequence=sequence, due_at=due_at, facts=facts
    )


def cancel(held: Case, *kinds: str) -> None:
    """What was planned (of these kinds, or everything) no longer matters."""
    planned = _planned(held)
    if kinds:
        planned = planned.filter(kind__in=kinds)
    planned.update(cancelled_at=timezone.now())


def _planned(held: Case) -> QuerySet[FollowUp]:
    return FollowUp.objects.filter(case=held, done_at__isnull=True, cancelled_at__isnull=True)
