"""Remedies that are owed: how many, of how much, how late and how old. Read from the remedies themselves, of which few are owed at
a time; so they are as of this moment.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import median_low

from django.db.models import Q, QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from cases.complaints.models import Remedy
from cases.complaints.remedy_rights import visible_to
from cases.complaints.remedy_states import OWED, RemedyKind, RemedyStatus
from cases.models import Case

from .figures import Chosen

STATES = tuple(state for state in RemedyStatus if state in OWED)
_WEEK = timedelta(days=7)


class Due(TextChoices):
    """How far a remedy is from its day, the latest first. A day that is today has not passed."""

    LATE = "late", _("overdue by more than 7 days")
    OVERDUE = "overdue", _("overdue by up to 7 days")
    SOON = "soon", _("due within 7 days")
    LATER = "later", _("due later")


MISSED = (Due.LATE, Due.OVERDUE)


def due_of(day: date, today: date) -> Due:
    if day < today:
        return Due.LATE if day < today - _WEEK else Due.OVERDUE
    return Due.SOON if day <= today + _WEEK else Due.LATER


def _due(due: Due, today: date) -> Q:
    return {
        Due.LATE: Q(due_on__lt=today - _WEEK),
        Due.OVERDUE: Q(due_on__lt=today, due_on__gte=today - _WEEK),
        Due.SOON: Q(due_on__gte=today, due_on__lte=today + _WEEK),
        Due.LATER: Q(due_on__gt=today + _WEEK),
    }[due]


@dataclass(frozen=True)
class Asked:
    """Which of the remedies owed: of a kind, in a state, so far from their day; empty for whichever."""

    kind: RemedyKind | None = None
    state: RemedyStatus | None = None
    due: tuple[Due, ...] = ()


@dataclass(frozen=True)
class Owed:
    """One remedy that is owed. `amount` in VND, 0 for what is no money; `since` is when it was proposed."""

    kind: RemedyKind
    state: RemedyStatus
    due: Due
    amount: int
    since: datetime


@dataclass(frozen=True)
class Sum:
    """Remedies together: their ages in seconds, the median (the lower of two in the middle) and the greatest; None for none."""

    count: int
    amount: int
    middle_age: float | None
    greatest_age: float | None


def owed(actor: Actor, chosen: Chosen, asked: Asked | None = None, *, today: date | None = None) -> QuerySet[Remedy]:
    """The remedies behind a figure, as far as `actor` may know of them: what is most overdue comes first."""
    asked, today = asked or Asked(), today or timezone.localdate()
    cases = Case.objects.filter(replace(chosen, complaints=False).places(actor))  # every remedy is a complaint's
    where = Q(status__in=sorted(OWED), issue__complaint__case__in=cases)
    if asked.kind:
        where &= Q(kind=asked.kind)
    if asked.state:
        where &= Q(status=asked.state)
    if asked.due:
        of_these = Q()
        for due in asked.due:
            of_these |= _due(due, today)
        where &= of_these
    found = visible_to(actor).filter(where)
    return found.select_related("issue__complaint__case__department").order_by("due_on", "pk")


def all_owed(actor: Actor, chosen: Chosen) -> list[Owed]:
    """What is owed, in one query."""
    today = timezone.localdate()
    told = owed(actor, chosen, today=today).values_list("kind", "status", "due_on", "amount", "at")
    return [
        Owed(RemedyKind(kind), RemedyStatus(state), due_of(day, today), amount or 0, at)
        for kind, state, day, amount, at in told
    ]


def summed(remedies: Iterable[Owed], now: datetime) -> Sum:
    them = list(remedies)
    ages = [max(0.0, (now - one.since).total_seconds()) for one in them]
    middle, greatest = (median_low(ages), max(ages)) if ages else (None, None)
    return Sum(len(them), sum(one.amount for one in them), middle, greatest)
