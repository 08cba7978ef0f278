"""A registered complaint on the case page and on a page of its own: how far it has come, and what is missing for an answer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies, queries
from cases.access_log import note_access
from cases.complaints import policy, standing
from cases.complaints.destinations import destinations_of
from cases.complaints.ladder import Level, external_route, level_of_round
from cases.complaints.models import (
    Cause,
    Complaint,
    Decision,
    Fault,
    Finding,
    Outcome,
    Problem,
    ProblemLink,
    ProblemStatus,
    Recourse,
    Remedy,
    Severity,
)
from cases.complaints.queries import complaint_file
from cases.complaints.remedy_rights import Rights
from cases.complaints.remedy_states import RemedyKind, RemedyStatus
from cases.complaints.responses import responses_of
from cases.complaints.standing import ComplaintFile, IssueFile, Lack
from cases.evidence import queries as evidence
from cases.evidence.models import FOUND, EvidenceItem, FactEntry
from cases.models import Case
from cases.records.models import Snapshot
from cases.sla import packs
from cases.states import ROUND_ANSWERED, ClosedAs, Status, Step
from cskh.core.amounts import money

from . import words
from .remedy_card import RemedyLine, lines_of

_TONES = {
    Outcome.UPHELD.value: "good",
    Outcome.PARTLY.value: "warn",
    Outcome.NOT_UPHELD.value: "bad",
}
_SEVERITY_TONES = {Severity.SERIOUS.value: "warn", Severity.CRITICAL.value: "bad"}
_SHOWN_OF_A_DAY = "%Y-%m-%dT%H:%M"
_PROBLEMS_OFFERED = 50


@dataclass(frozen=True)
class IssueCard:
    """An issue as it stands. `from_finding` and `from_decision` are what the forms begin with: the last of any round."""

    file: IssueFile
    tone: str
    lacks: list[Lack]
    found_by: str
    decided_by: str
    sources: list[str]
    remedies: list[RemedyLine]
    may_approve: bool
    may_propose: bool
    chosen: frozenset[str]
    clause: int | None

    @property
    def number(self) -> int:
        return self.file.issue.number

    @property
    def finding(self) -> Finding | None:
        return self.file.finding

    @property
    def decision(self) -> Decision | None:
        return self.file.decision

    @property
    def link(self) -> ProblemLink | None:
        return self.file.link

    @property
    def may_be_ours(self) -> bool:
        """Whether it can be linked to a problem record: our own system was found at fault."""
        return self.finding is not None and self.finding.fault == Fault.OPERATOR_SYSTEM

    @property
    def may_be_linked(self) -> bool:
        """Not yet, or not with the words that the problem has now."""
        return self.may_be_ours and (self.link is None or not self.link.is_up_to_date)

    @property
    def is_approved(self) -> bool:
        return self.decision is not None and standing.is_approved(self.decision)

    @property
    def has_remedy(self) -> bool:
        return bool(self.file.standing_remedies)

    @property
    def from_finding(self) -> Finding | None:
        return self.file.last_finding

    @property
    def from_decision(self) -> Decision | None:
        return self.file.last_decision

    @property
    def earlier(self) -> Decision | None:
        """How the round before decided it, until this round does."""
        last = self.file.last_decision
        return last if last is not None and self.decision is None else None


@dataclass(frozen=True)
class ComplaintCard:
    complaint: Complaint
    issues: list[IssueCard]
    lacks: list[Lack]
    recourse: Recourse | None
    severity_tone: str
    amount: str
    level: Level
    is_worked_on: bool
    is_awaiting_approval: bool
    may_work: bool
    may_decide: bool

    @property
    def promises(self) -> list[Remedy]:
        """What an answer that is sent now promises."""
        standing_ones = (one for issue in self.issues for one in issue.file.standing_remedies)
        return [one for one in standing_ones if one.status == RemedyStatus.APPROVED]

    @property
    def others(self) -> list[Lack]:
        """What is missing and belongs to no issue."""
        return [lack for lack in self.lacks if lack.issue is None]


@dataclass(frozen=True)
class Source:
    """Something of the case a finding can rest on: the field of the form, its id, and what it is called."""

    field: str
    pk: int
    label: str

    @property
    def key(self) -> str:
        return f"{self.field}-{self.pk}"


def card_of(case: Case, actor: Actor) -> ComplaintCard | None:
    """None, without a query, for what is in no register. A constant number of queries, however many issues there are."""
    file = complaint_file(case)
    if file is None:
        return None
    is_worked_on = case.status not in ROUND_ANSWERED
    is_awaiting = case.status == Status.AWAITING_APPROVAL
    rights = Rights(actor, case)

    def may(step: Step) -> bool:
        return is_worked_on and not is_awaiting and policies.may(actor, step, case) and not rights.gains

    lacks = standing.missing(file) if is_worked_on else []  # once it is answered nothing is waited for
    said = [entry for one in file.issues for entry in (one.finding, one.decision) if entry is not None]
    names = words.names_of((entry.who for entry in said), case)
    facts = _names_of_facts(file, case)
    may_approve, may_decide = may(Step.APPROVE), may(Step.ANSWER)
    remedies = lines_of(file, case, rights)
    return ComplaintCard(
        complaint=file.complaint,
        issues=[
            _issue(
                one,
                lacks,
                names,
                facts,
                actor,
                remedies=remedies.get(one.issue.pk, []),
                may_approve=may_approve,
                may_propose=may_decide,
            )
            for one in file.issues
        ],
        lacks=lacks,
        recourse=file.recourse,
        severity_tone=_SEVERITY_TONES.get(file.complaint.severity, ""),
        amount=money(file.complaint.amount),
        level=level_of_round(case.round, is_final=case.closed_as == ClosedAs.FINAL_RESPONSE),
        is_worked_on=is_worked_on,
        is_awaiting_approval=is_awaiting,
        may_work=may(Step.REQUEST_EVIDENCE),
        may_decide=may_decide,
    )


def show(request: HttpRequest, pk: int, page: Callable[[], dict[str, Any]]) -> HttpResponse:
    """The page on which a complaint is worked on. Whoever may not work on it reads it. A constant number of queries."""
    actor = Actor.staff(request.user)
    case = queries.for_file(policies.visible_to(actor)).filter(pk=pk).first()
    card = card_of(case, actor) if case else None
    if case is None or card is None:
        raise Http404
    note_access(actor, case.pk)
    first, last = card.complaint.days
    begun = card.complaint
    context = {
        **page(),
        "title": case.code,
        "opts": Case._meta,
        "original": case,
        "case": case,
        "complaint": card,
        "sources": list(_sources(case)),
        "clauses": list(policy.in_force_between(first, last)) if card.may_decide else [],
        "severities": Severity.choices,
        "causes": Cause.choices,
        "faults": Fault.choices,
        "outcomes": Outcome.choices,
        "remedy_kinds": RemedyKind.choices,
        "problems": _problems() if card.may_decide and any(one.may_be_ours for one in card.issues) else [],
        "destinations": destinations_of(case) if card.may_decide else [],
        "happened_from": _as_input(begun.happened_from),
        "happened_until": _as_input(begun.happened_until),
        "today": timezone.localdate(),
        "recourse": card.recourse or _usual_recourse(case),
        "responses": list(responses_of(case).order_by("-pk")),
    }
    return render(request, "admin/cases/case/complaint_page.html", context)


def _issue(
    one: IssueFile,
    lacks: list[Lack],
    names: dict[tuple[str, str], str],
    facts: dict[str, str],
    actor: Actor,
    *,
    remedies: list[RemedyLine],
    may_approve: bool,
    may_propose: bool,
) -> IssueCard:
    finding, decision, last = one.finding, one.decision, one.last_finding
    waits = decision is not None and decision.deviates and not standing.is_approved(decision)
    is_own = decision is not None and decision.who == (actor.kind.value, actor.id)
    return IssueCard(
        file=one,
        tone=_TONES.get(decision.outcome, "quiet") if decision else "new",
        lacks=[lack for lack in lacks if lack.issue == one.issue.number],
        found_by=names[finding.who] if finding else "",
        decided_by=names[decision.who] if decision else "",
        sources=list(_rests_on(finding, facts)) if finding else [],
        remedies=remedies,
        may_approve=may_approve and waits and not is_own,
        may_propose=may_propose
        and decision is not None
        and decision.outcome != Outcome.WITHDRAWN
        and not decision.no_remedy_because,
        chosen=frozenset(_chosen(last)) if last else frozenset(),
        clause=one.last_decision.clause_id if one.last_decision else None,
    )


def _chosen(finding: Finding) -> Iterator[str]:
    for field, rows in (("evidence", finding.evidence), ("facts", finding.facts), ("snapshots", finding.snapshots)):
        for row in rows.all():
            yield f"{field}-{row.pk}"


def _rests_on(finding: Finding, facts: dict[str, str]) -> Iterator[str]:
    yield from map(str, finding.evidence.all())
    for entry in finding.facts.all():
        yield _fact(entry, facts)
    yield from map(_record, finding.snapshots.all())
    if finding.other_source:
        yield finding.other_source


def _names_of_facts(file: ComplaintFile, case: Case) -> dict[str, str]:
    """What the facts are called that findings rest on; no query where none does."""
    rested = any(one.finding.facts.all() for one in file.issues if one.finding)
    return {entry.slug: entry.name for entry in evidence.entries_of(case)} if rested else {}


def _sources(case: Case) -> Iterator[Source]:
    """Everything of the case that a finding can rest on."""
    for item in EvidenceItem.objects.filter(case=case).select_related("file"):
        if item.state != EvidenceItem.State.REJECTED and (item.file is None or item.file.is_released):
            yield Source("evidence", item.pk, str(item))
    names = {entry.slug: entry.name for entry in evidence.entries_of(case)}
    latest = {entry.slug: entry for entry in FactEntry.objects.filter(case=case, kind__in=FOUND).order_by("pk")}
    for entry in latest.values():
        yield Source("facts", entry.pk, _fact(entry, names))
    for snapshot in Snapshot.objects.filter(case=case).defer("content").order_by("pk"):
        yield Source("snapshots", snapshot.pk, _record(snapshot))


def _fact(entry: FactEntry, names: dict[str, str]) -> str:
    return f"{names.get(entry.slug, entry.slug)}: {entry.get_kind_display()}"


def _record(snapshot: Snapshot) -> str:
    return f"{snapshot.get_kind_display()} {snapshot.asked_for}"


def _problems() -> list[Problem]:
    """What an issue can be linked to: what is still worked on first, then the newest."""
    latest = Problem.objects.order_by("-began_from", "-pk")[:_PROBLEMS_OFFERED]
    return sorted(latest, key=lambda one: one.status == ProblemStatus.RESOLVED)


def _as_input(at: Any) -> str:
    return timezone.localtime(at).strftime(_SHOWN_OF_A_DAY) if at else ""


@dataclass(frozen=True)
class _Usual:
    next_level: str
    respond_by: date


def _usual_recourse(case: Case) -> _Usual:
    """What the form begins with, in the customer's language: what the published policy promises anyway; at the last level,
    the route outside."""
    silence = packs.promises(timezone.localdate()).silence_close_seconds or 0
    with translation.override(case.customer.language):
        usual = external_route()
        if case.round == 1:
            usual = _(
                "If you do not agree, say so by replying or on the page of your request: somebody who has not decided on "
                "it looks at it anew. You may turn to the consumer protection authority at any time."
            )
    return _Usual(usual, timezone.localdate() + timedelta(seconds=silence))
