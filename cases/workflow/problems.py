"""An issue came of a fault of ours: it is linked to the problem record, and others get the same remedy proposed (R-51)."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies
from cases.complaints.models import Complaint, Fault, Issue, Problem, ProblemLink, Remedy
from cases.complaints.register import complaint_of
from cases.complaints.remedy_states import GIVEN_UP, RemedyKind
from cases.events import EventKind, record
from cases.models import Case
from cases.states import Step
from cskh.core.errors import Conflict, Invalid, NotVisible, StepNotAllowed

from . import remedies, resolution
from ._take_step import change_case
from .complaint import by, issue_of, words_of, worked_on


@dataclass(frozen=True, kw_only=True)
class Same:
    """The remedy that everybody gets whom the problem touched. `reason` are words for all of them: they name no customer."""

    kind: RemedyKind | str
    amount: int | None
    due_on: date
    reason: str


def link(case: Case, *, actor: Actor, number: int, problem: Problem) -> ProblemLink:
    """Says that the issue came of the problem: the customer is then told that it was our fault. Linking it again takes over the
    words of the problem where they have changed.

    Raises StepNotAllowed where this round did not find our own system at fault, Conflict where it is linked already.
    """
    with change_case(case) as held:
        issue = issue_of(worked_on(held, actor, Step.ANSWER), number)
        return _link(held, issue, problem, actor=actor)


def unlink(case: Case, *, actor: Actor, number: int, reason: str) -> None:
    """The issue did not come of the problem after all; what was proposed stands. Raises NotVisible where it is not linked."""
    with change_case(case) as held:
        issue = issue_of(worked_on(held, actor, Step.ANSWER), number)
        linked = _link_of(issue)
        if linked is None:
            raise NotVisible(_("This issue is not linked to a problem record."))
        words = words_of(reason, "reason", _("Say why it did not come of this problem."))
        resolution.take_back_approval(held, why="complaint_changed")
        record(
            held, EventKind.PROBLEM_UNLINKED, actor=actor, words=words, issue=issue.number, problem=linked.problem_id
        )
        linked.delete()


def offer(case: Case, *, actor: Actor, problem: Problem, same: Same) -> Remedy:
    """Proposes the remedy on a case whose finding of this round names our system, and links its issue. Somebody else approves
    it there as ever. Whether time, topic and codes of the problem fit is not asked again: `touched_by` finds cases, people
    judge.

    The issue is the one linked to the problem, or the only one. Raises Conflict where something is proposed for it already, or
    was from here before: nobody gets it twice; and whatever `link` and `remedies.propose` raise.
    """
    with transaction.atomic():
        with change_case(case) as held:
            policies.require(actor, Step.ANSWER, held)
            if complaint_of(held) is None:
                raise StepNotAllowed(
                    _("It is no complaint yet: classify it as one, then find out about it and decide it.")
                )
            issue = _issue_for(worked_on(held, actor, Step.ANSWER), problem)
            _require_ours(held, issue)
            _require_not_offered(issue)
            if _problem_of(issue) != problem.pk:
                _link(held, issue, problem, actor=actor)
        proposed = remedies.Proposed(
            issue=issue.number,
            kind=same.kind,
            amount=same.amount,
            due_on=same.due_on,
            reason=same.reason,
            problem=problem.pk,
        )
        remedy = remedies.propose(case, actor=actor, proposed=proposed)
        ProblemLink.objects.filter(issue=issue).update(offered=remedy)
    return remedy


def _link(held: Case, issue: Issue, problem: Problem, *, actor: Actor) -> ProblemLink:
    _require_ours(held, issue)
    linked = _link_of(issue)
    if linked is not None and linked.problem_id != problem.pk:
        raise Conflict(_("This issue is linked to another problem record: take that link back first."))
    if linked is not None and linked.is_up_to_date:
        raise Conflict(_("This issue is linked to the problem record already."))
    linked = linked or ProblemLink(issue=issue, problem=problem)
    linked.said_vi, linked.said_en = problem.said_vi, problem.said_en
    for field, value in by(actor, held).items():
        setattr(linked, field, value)
    linked.save()
    resolution.take_back_approval(held, why="complaint_changed")
    record(held, EventKind.PROBLEM_LINKED, actor=actor, issue=issue.number, problem=problem.pk)
    return linked


def _require_ours(held: Case, issue: Issue) -> None:
    finding = issue.findings.filter(round=held.round).order_by("pk").last()
    if finding is None:
        raise StepNotAllowed(_("Say first what was found about this issue in this round."))
    if finding.fault != Fault.OPERATOR_SYSTEM:
        told = _("The finding says that the fault was not our system's (%(fault)s). Find anew first, should it be.")
        raise StepNotAllowed(told % {"fault": finding.get_fault_display()})


def _issue_for(complaint: Complaint, problem: Problem) -> Issue:
    issues = list(complaint.issues.select_related("problem_link__problem").order_by("number"))
    linked = next((one for one in issues if _problem_of(one) == problem.pk), None)
    if linked is not None:
        return linked
    if len(issues) != 1:
        raise Invalid(_("It has several issues: link the one that came of this problem first."))
    return issues[0]


def _problem_of(issue: Issue) -> int | None:
    linked = _link_of(issue)
    return linked.problem_id if linked else None


def _link_of(issue: Issue) -> ProblemLink | None:
    linked: ProblemLink | None = getattr(issue, "problem_link", None)
    return linked


def _require_not_offered(issue: Issue) -> None:
    linked = _link_of(issue)
    if linked is not None and linked.offered_id is not None:
        raise Conflict(_("It was proposed here already. What became of it stands on the case."))
    standing = issue.remedies.exclude(status__in=sorted(GIVEN_UP)).order_by("pk").last()
    if standing is not None:
        told = _("Something is done about it already: %(remedy)s (%(status)s).")
        raise Conflict(told % {"remedy": standing, "status": standing.get_status_display()})
