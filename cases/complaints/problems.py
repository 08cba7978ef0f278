"""Problem records: what they must say, whom they touched, and whether a complaint comes of one (R-51)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies
from cases.fair_words import require_fair, require_no_blame
from cases.models import Case, Category
from cases.no_payment import require_no_demand
from cases.records.codes import LONGEST, normalise
from cases.records.models import RecordKind, Snapshot, TransactionCode
from cases.states import ClosedAs
from cskh.core.errors import Invalid

from .models import Problem, ProblemLink, ProblemStatus, Remedy
from .register import complaint_of
from .remedy_states import GIVEN_UP

REPORTED_WITHIN = timedelta(days=7)  # after it was over: who says no time still means it
_SHORTEST_PREFIX = 3
_MOST_PREFIXES = 20
_FIRST_YEAR = 2000
_SORTED_OUT = (ClosedAs.SPAM, ClosedAs.DUPLICATE)


@dataclass(frozen=True, kw_only=True)
class Described:
    """What a problem record is to say; fields are those of `Problem`."""

    said_vi: str
    said_en: str
    cause: str
    status: ProblemStatus | str
    began_from: datetime
    began_until: datetime | None = None
    ended_from: datetime | None = None
    ended_until: datetime | None = None
    categories: Collection[Category] = ()
    code_prefixes: Collection[str] = ()
    record: RecordKind | str = ""


def prefixes_of(text: str) -> list[str]:
    """What codes begin with, as somebody wrote it, parted by commas, in the normal form of codes. Raises Invalid."""
    written = [part for part in text.replace(";", ",").split(",") if part.strip()]
    prefixes = list(dict.fromkeys(map(normalise, written)))
    if any(not _SHORTEST_PREFIX <= len(one) <= LONGEST for one in prefixes):
        told = _("Give at least %(least)d letters or digits of each code: fewer fit nearly every one.")
        raise Invalid(errors={"code_prefixes": [told % {"least": _SHORTEST_PREFIX}]})
    if len(prefixes) > _MOST_PREFIXES:
        raise Invalid(errors={"code_prefixes": [_("At most %(most)d of them.") % {"most": _MOST_PREFIXES}]})
    return prefixes


def check(described: Described) -> None:
    """Raises Invalid where a problem record may not say this: what is wrong at each field."""
    _check_times(described)
    for field in ("said_vi", "said_en"):
        words = getattr(described, field)
        require_fair(words, field=field)
        require_no_demand(words, field=field)
        require_no_blame(words, field=field)
    if described.status != ProblemStatus.OPEN and not described.cause.strip():
        raise Invalid(errors={"cause": [_("Say what it came of, or leave the problem as being looked into.")]})
    if described.status == ProblemStatus.RESOLVED and described.ended_from is None:
        raise Invalid(errors={"ended_from": [_("What is resolved has ended: say when.")]})
    if not (described.categories or described.code_prefixes or described.record):
        raise Invalid(
            errors={
                "categories": [
                    _(
                        "Say whom it touched: choose topics or reasons, what transaction codes begin with, or a kind of record. "
                        "The time alone would name everybody."
                    )
                ]
            }
        )


def _check_times(described: Described) -> None:
    now = timezone.now()
    for field in ("began_from", "began_until", "ended_from", "ended_until"):
        at: datetime | None = getattr(described, field)
        if at is not None and (at > now or at.year < _FIRST_YEAR):
            raise Invalid(
                errors={field: [_("This lies in the future, or too long ago. Leave empty what is not known.")]}
            )
    for first, last in (("began_from", "began_until"), ("ended_from", "ended_until"), ("began_from", "ended_from")):
        earlier, later = getattr(described, first), getattr(described, last)
        if later is not None and (earlier is None or later < earlier):
            raise Invalid(errors={last: [_("This is before the earlier time, or that one is missing.")]})


def linked_to(problem: Problem) -> Q:
    """Cases with an issue that is linked to it."""
    return Q(Exists(ProblemLink.objects.filter(problem=problem, issue__complaint__case=OuterRef("pk"))))


def touched_by(problem: Problem) -> Q:
    """Cases of customers whom it touched as well, by what the record asks for, and that are not linked to it; among cases
    `with_times`."""
    asked = _happened_while(problem) & ~linked_to(problem) & ~Q(closed_as__in=_SORTED_OUT)
    if chosen := [one.pk for one in problem.categories.all()]:
        asked &= Q(category__in=chosen) | Q(category__parent__in=chosen)
    if problem.code_prefixes:
        begins = Q()
        for prefix in problem.code_prefixes:
            begins |= Q(code__startswith=prefix)
        asked &= Q(Exists(TransactionCode.objects.filter(begins, case=OuterRef("pk"))))
    if problem.record:
        found = Snapshot.objects.filter(case=OuterRef("pk"), kind=problem.record).exclude(content=[], is_cut=False)
        asked &= Q(Exists(found))
    return asked


def with_times(cases: QuerySet[Case]) -> QuerySet[Case]:
    """With what `touched_by` asks of each: from when until when it happened, as far as anybody said so."""
    return cases.alias(began=_BEGAN, ended=_ENDED)


def cases_of(problem: Problem, actor: Actor, *, linked: bool) -> QuerySet[Case]:
    """Those linked to it, or the others it touched, as far as `actor` may know of them, newest first."""
    which = linked_to(problem) if linked else touched_by(problem)
    told = with_times(policies.visible_to(actor)).filter(which)
    return told.select_related("category", "department", "assignee", "customer").order_by("-opened_at", "-id")


def remedies_on(cases: Iterable[Case]) -> dict[int, Remedy]:
    """What is done about each of these cases by now, the latest that nobody gave up, by the id of the case. One query."""
    given = Remedy.objects.filter(issue__complaint__case__in=list(cases)).exclude(status__in=sorted(GIVEN_UP))
    return {one.issue.complaint.case_id: one for one in given.select_related("issue__complaint").order_by("pk")}


def remedies_to_copy(problem: Problem, actor: Actor) -> QuerySet[Remedy]:
    """What was proposed, and not given up, on linked cases that `actor` may know of."""
    ours = Remedy.objects.filter(issue__problem_link__problem=problem).exclude(status__in=sorted(GIVEN_UP))
    visible = ours.filter(issue__complaint__case__in=policies.visible_to(actor))
    return visible.select_related("issue__complaint__case").order_by("pk")


def is_all_our_fault(case: Case) -> bool:
    """Whether every issue of the case is linked to a problem; no query for what is in no register."""
    complaint = complaint_of(case)
    if complaint is None:
        return False
    links = list(complaint.issues.values_list("problem_link", flat=True))
    return bool(links) and None not in links


# When it happened, as far as anybody said so.
_BEGAN = Coalesce("complaint__happened_from", "incident_at")
_ENDED = Coalesce("complaint__happened_until", "complaint__happened_from", "incident_at")


def _happened_while(problem: Problem) -> Q:
    """What may have happened while it may have been going on; where nobody said when, what was reported then or soon after."""
    said = Q(ended__gte=problem.began_from)
    reported = Q(began=None)
    if problem.over_by is not None:
        said &= Q(began__lte=problem.over_by)
        reported &= Q(opened_at__lte=problem.over_by + REPORTED_WITHIN)
    return Q(opened_at__gte=problem.began_from) & (said | reported)
