"""How far a complaint has come: what each issue says in this round, and what is missing before it can be answered. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.fair_words import blames

from .models import Account, Complaint, Decision, Fault, Finding, Issue, Outcome, ProblemLink, Recourse, Remedy
from .remedy_states import BINDING, GIVEN_UP, RemedyStatus

_SAID = {
    "issue": gettext_lazy("what is complained about"),
    "customers_account": gettext_lazy("the customer's account"),
    "operators_account": gettext_lazy("our own account"),
    "finding": gettext_lazy("what was found"),
    "evidence": gettext_lazy("the evidence it rests on"),
    "plain": gettext_lazy("the finding in plain words"),
    "decision": gettext_lazy("the decision"),
    "reason": gettext_lazy("the reason"),
    "clause": gettext_lazy("the clause that was in force when it happened"),
    "approval": gettext_lazy("the approval of the deviation from the policy"),
    "remedy": gettext_lazy("a remedy with its date, or why there is none"),
    "remedy_approval": gettext_lazy("the approval of the remedy"),
    "our_fault": gettext_lazy("the finding that our own system was at fault, as the linked problem record says"),
    "blame": gettext_lazy("words that do not put our own fault on the customer"),
    "recourse": gettext_lazy("the next level and the time to respond"),
}


@dataclass(frozen=True)
class Lack:
    """Something that is missing: `code` is stable; `issue` is the number of the issue it belongs to, None for the whole."""

    code: str
    issue: int | None = None

    @property
    def what(self) -> str | Promise:
        return _SAID[self.code]

    def __str__(self) -> str:
        if self.issue is None:
            return str(self.what)
        return _("issue %(number)d: %(what)s") % {"number": self.issue, "what": self.what}

    @property
    def as_data(self) -> dict[str, object]:
        return {"code": self.code, "issue": self.issue, "text": str(self)}


@dataclass
class IssueFile:
    """An issue as it stands: the latest accounts; what was found and decided in this round, and the last of rounds before."""

    issue: Issue
    customers: Account | None = None
    operators: Account | None = None
    findings: list[Finding] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    remedies: list[Remedy] = field(default_factory=list)
    round: int = 1

    @property
    def finding(self) -> Finding | None:
        return next((one for one in reversed(self.findings) if one.round == self.round), None)

    @property
    def link(self) -> ProblemLink | None:
        """The problem of ours it came of, if it is linked to one. The issue was read with it."""
        return getattr(self.issue, "problem_link", None)

    @property
    def decision(self) -> Decision | None:
        return next((one for one in reversed(self.decisions) if one.round == self.round), None)

    @property
    def standing_remedies(self) -> list[Remedy]:
        """Those of this round that nobody gave up, and of rounds before what was accepted: it is owed, or done, all the same."""
        return [one for one in self.remedies if one.status in BINDING or self._is_of_this_round(one)]

    def _is_of_this_round(self, remedy: Remedy) -> bool:
        return remedy.round == self.round and remedy.status not in GIVEN_UP

    @property
    def last_finding(self) -> Finding | None:
        """What a new finding may start from."""
        return self.findings[-1] if self.findings else None

    @property
    def last_decision(self) -> Decision | None:
        return self.decisions[-1] if self.decisions else None

    @property
    def last_round(self) -> int | None:
        """The latest earlier round in which it was decided."""
        return max((one.round for one in self.decisions if one.round < self.round), default=None)


@dataclass
class ComplaintFile:
    """A complaint with everything that was put down about it."""

    complaint: Complaint
    round: int
    issues: list[IssueFile] = field(default_factory=list)
    recourses: list[Recourse] = field(default_factory=list)

    @property
    def recourse(self) -> Recourse | None:
        return next((one for one in reversed(self.recourses) if one.round == self.round), None)


def missing(file: ComplaintFile) -> list[Lack]:
    """What has to be there before the complaint is answered in this round, in the order in which it is worked on (R-54)."""
    lacks = [Lack(code, one.issue.number) for one in file.issues for code in _of_issue(one, file.complaint)]
    if not file.issues:
        lacks.append(Lack("issue"))
    if file.recourse is None or not file.recourse.next_level or file.recourse.respond_by < timezone.localdate():
        lacks.append(Lack("recourse"))
    return lacks


def is_approved(decision: Decision) -> bool:
    """Whether a second person agreed that the decision deviates from the policy."""
    return getattr(decision, "approval", None) is not None


def _of_issue(one: IssueFile, complaint: Complaint) -> Iterator[str]:
    """An issue that the customer gave up needs a reason and nothing else."""
    decision = one.decision
    if decision is None or decision.outcome != Outcome.WITHDRAWN:
        if one.customers is None or not one.customers.text:
            yield "customers_account"
        if one.operators is None or not one.operators.text:
            yield "operators_account"
        yield from _of_finding(one.finding)
    if decision is None:
        yield "decision"
    else:
        yield from _of_decision(decision, complaint)
        if decision.outcome != Outcome.WITHDRAWN and not decision.no_remedy_because:
            yield from _of_remedies(one.standing_remedies)
    if one.link is not None:
        yield from _of_our_fault(one)


def _of_our_fault(one: IssueFile) -> Iterator[str]:
    """What came of a fault of ours is answered so: nobody is told that it was theirs (R-51)."""
    finding, decision = one.finding, one.decision
    if finding is not None and finding.fault != Fault.OPERATOR_SYSTEM:
        yield "our_fault"
    said = [finding.plain] if finding else []
    said += [decision.reason, decision.no_remedy_because] if decision else []
    said += [remedy.reason for remedy in one.standing_remedies]
    if any(map(blames, said)):
        yield "blame"


def _of_finding(finding: Finding | None) -> Iterator[str]:
    if finding is None:
        yield "finding"
        return
    if not (finding.evidence.all() or finding.facts.all() or finding.snapshots.all() or finding.other_source):
        yield "evidence"
    if not finding.plain:
        yield "plain"


def _of_decision(decision: Decision, complaint: Complaint) -> Iterator[str]:
    if not decision.reason:
        yield "reason"
    if decision.outcome == Outcome.WITHDRAWN:
        return
    if decision.clause is None or not decision.clause.held_between(*complaint.days):
        yield "clause"
    if decision.deviates and not is_approved(decision):
        yield "approval"


def _of_remedies(remedies: list[Remedy]) -> Iterator[str]:
    """One at least, none of them past its day, and all approved: only that can be promised."""
    if not remedies or any(one.is_overdue for one in remedies):
        yield "remedy"
    if any(one.status == RemedyStatus.PROPOSED for one in remedies):
        yield "remedy_approval"
