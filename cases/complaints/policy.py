"""The published customer policy: the clauses in force on a day, and how a new version comes into force (R-52)."""

from datetime import date

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cskh.core.errors import Invalid
from cskh.core.locks import one_at_a_time

from .models import PolicyClause


def in_force(on: date) -> QuerySet[PolicyClause]:
    """The clauses that hold on that day, in their order. One version of each number at most."""
    return in_force_between(on, on)


def in_force_between(first: date, last: date) -> QuerySet[PolicyClause]:
    """The versions that held on a day from `first` to `last`, in the order of their clauses."""
    begun = PolicyClause.objects.filter(valid_from__lte=last)
    return (begun.filter(valid_until=None) | begun.filter(valid_until__gt=first)).order_by("number", "version")


def days_of_change(until: date) -> list[date]:
    """The days up to that one, newest first, on which the policy became what it then was."""
    days: set[date] = set()
    for begun, ended in PolicyClause.objects.order_by().values_list("valid_from", "valid_until"):
        days.update(day for day in (begun, ended) if day is not None and day <= until)
    return sorted(days, reverse=True)


def publish(clause: PolicyClause) -> PolicyClause:
    """Saves a new clause, or the next version of one: the version before ends on the day this one begins.

    Raises Invalid for a day in the past, for an end that is not after it, and where a later version stands already.
    """
    check_publishable(clause)
    return enter(clause)


def check_publishable(clause: PolicyClause) -> None:
    """Raises Invalid where `publish` would."""
    if clause.valid_from < timezone.localdate():
        raise Invalid(errors={"valid_from": [_("The policy is not changed for days that have passed.")]})
    _check_days(clause)


def enter(clause: PolicyClause) -> PolicyClause:
    """As `publish`, also from a day that has passed: what was in force before this system held it."""
    with transaction.atomic():
        one_at_a_time("a policy clause is published")
        _check_days(clause)
        earlier = PolicyClause.objects.filter(number=clause.number)
        earlier.exclude(valid_until__lte=clause.valid_from).update(valid_until=clause.valid_from)
        clause.version = (earlier.aggregate(last=Max("version"))["last"] or 0) + 1
        clause.save()
    return clause


def end(clause: PolicyClause, on: date | None) -> None:
    """From that day on the clause is no longer in force; None takes back an end that has not come yet. Raises Invalid."""
    with transaction.atomic():
        one_at_a_time("a policy clause is published")
        check_endable(clause, on)
        PolicyClause.objects.filter(pk=clause.pk).update(valid_until=on)
    clause.valid_until = on


def check_endable(clause: PolicyClause, on: date | None) -> None:
    """Raises Invalid where `end` would."""
    today, kept = timezone.localdate(), PolicyClause.objects.get(pk=clause.pk)
    if kept.valid_until is not None and kept.valid_until <= today:
        raise _wrong_end(_("This version has ended already."))
    if on is not None and (on <= today or on <= kept.valid_from):
        raise _wrong_end(_("A clause ends on a day to come."))
    if PolicyClause.objects.filter(number=kept.number, version__gt=kept.version).exists():
        raise _wrong_end(_("A later version stands already; it says when this one ends."))


def _check_days(clause: PolicyClause) -> None:
    if clause.valid_until is not None and clause.valid_until <= clause.valid_from:
        raise _wrong_end(_("A clause ends after the day it begins."))
    if PolicyClause.objects.filter(number=clause.number, valid_from__gte=clause.valid_from).exists():
        raise Invalid(errors={"valid_from": [_("A version of this clause begins on that day or later already.")]})


def _wrong_end(text: str) -> Invalid:
    return Invalid(errors={"valid_until": [text]})
