"""Reads: everything that was put down about a complaint."""

from typing import TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet

from cases.models import Case

from .models import Account, Complaint, Decision, Finding, Remedy, Side
from .register import complaint_of
from .remedy_states import RemedyStatus
from .standing import ComplaintFile, IssueFile


def complaint_file(case: Case) -> ComplaintFile | None:
    """The formal side of the case; None, without a query, for a case that is in no register. Twelve queries at most."""
    complaint = complaint_of(case)
    if complaint is None:
        return None
    complaint.case = case
    file = ComplaintFile(complaint, case.round, recourses=list(complaint.recourses.order_by("pk")))
    issues = complaint.issues.select_related("problem_link__problem").order_by("number")
    files = {issue.pk: IssueFile(issue, round=case.round) for issue in issues}
    file.issues = list(files.values())
    if files:
        _fill(files, complaint)
    return file


def _fill(files: dict[int, IssueFile], complaint: Complaint) -> None:
    for account in Account.objects.filter(issue__complaint=complaint).order_by("pk"):
        one = files[account.issue_id]
        if account.side == Side.CUSTOMER:
            one.customers = account
        else:
            one.operators = account
    findings = Finding.objects.filter(issue__complaint=complaint).order_by("pk")
    for finding in findings.prefetch_related("evidence__file", "facts", "snapshots"):
        files[finding.issue_id].findings.append(finding)
    decisions = Decision.objects.filter(issue__complaint=complaint).order_by("pk")
    for decision in decisions.select_related("clause", "approval__by"):
        files[decision.issue_id].decisions.append(decision)
    remedies = Remedy.objects.filter(issue__complaint=complaint).order_by("pk")
    for remedy in remedies.select_related("clause").prefetch_related("approvals__by", "executions__proof"):
        remedy.issue = files[remedy.issue_id].issue
        files[remedy.issue_id].remedies.append(remedy)


def promised(case: Case) -> list[Remedy]:
    """What the customer was told will be done, in order; none, without a query, for a case that is in no register."""
    complaint = complaint_of(case)
    if complaint is None:
        return []
    told = Remedy.objects.filter(issue__complaint=complaint, promised_at__isnull=False).order_by("pk")
    return list(told.prefetch_related("executions"))


def about_to_be_promised(case: Case) -> list[Remedy]:
    """What an answer that is sent now would promise; none, without a query, for a case that is in no register."""
    complaint = complaint_of(case)
    if complaint is None:
        return []
    approved = Remedy.objects.filter(issue__complaint=complaint, round=case.round, status=RemedyStatus.APPROVED)
    return list(approved.order_by("issue__number", "pk"))


Kept = TypeVar("Kept", Decision, Finding)


def latest(model: type[Kept]) -> QuerySet[Kept]:
    """Of each issue the one that counts last, whichever round it is of."""
    rows: QuerySet[Kept] = model._default_manager.all()
    return rows.filter(~Exists(rows.filter(issue=OuterRef("issue"), pk__gt=OuterRef("pk"))))


def decided_as(outcome: str) -> Exists:
    """Complaints with an issue that is decided so."""
    return Exists(latest(Decision).filter(issue__complaint=OuterRef("pk"), outcome=outcome))


def caused_by(cause: str) -> Exists:
    """Complaints with an issue that came of this."""
    return Exists(latest(Finding).filter(issue__complaint=OuterRef("pk"), cause=cause))


def for_register(complaints: QuerySet[Complaint]) -> QuerySet[Complaint]:
    """With `outcomes` and `causes`: how its issues were decided and found last, issue by issue. No query more."""
    return complaints.annotate(outcomes=_of_each(Decision, "outcome"), causes=_of_each(Finding, "cause"))


def _of_each(model: type[Kept], field: str) -> ArraySubquery:
    of_complaint = latest(model).filter(issue__complaint=OuterRef("pk"))
    return ArraySubquery(of_complaint.order_by("issue__number").values(field))
