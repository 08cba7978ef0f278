"""Complaints at any stage, worked on by the workflow itself."""

from datetime import timedelta

from django.utils import timezone

from cases.complaints import policy
from cases.complaints.queries import complaint_file
from cases.complaints.standing import missing
from cases.states import Nature
from cases.workflow import complaint, deciding, resolution, routing
from tests.cases.building import open_case

FOUND = {
    "what_happened": "Lệnh 55120 bị tính thiếu một dòng dữ liệu.",
    "plain": "Hệ thống của chúng tôi đã tính thiếu một dòng.",
    "cause": "data_error",
    "fault": "operator_system",
    "other_source": "Sổ lệnh",
}
NEXT = "Nếu Quý khách chưa hài lòng, người khác sẽ xem lại."


def open_complaint(category="other", *, owner=None, **matter):
    """A registered complaint; with an owner (an actor) it is being handled."""
    case = open_case(category, nature=Nature.COMPLAINT, **matter)
    if owner is not None:
        routing.assign_case(case, actor=owner, assignee=owner.subject)
        resolution.start_resolving(case, actor=owner)
    return case


def clause(number=4, case=None):
    """The version of the clause that was in force when it happened."""
    first, last = complaint_file(case).complaint.days if case else (timezone.localdate(),) * 2
    return policy.in_force_between(first, last).filter(number=number).last()


def found(**changed):
    return deciding.Found(**{**FOUND, **changed})


def decided(case, **changed):
    said = {"outcome": "upheld", "reason": "Sổ lệnh khớp với lời Quý khách.", "clause": clause(case=case)}
    if changed.get("outcome") != "withdrawn":
        said["no_remedy_because"] = "Số tiền đã được ghi có đủ trước khi trả lời."
    return deciding.Decided(**{**said, **changed})


def tell_our_side(case, actor, number=1):
    return complaint.note_account(case, actor=actor, number=number, side="operator", text="Sổ lệnh ghi 340.000 ₫.")


def say_recourse(case, actor):
    day = timezone.localdate() + timedelta(days=7)
    return complaint.say_recourse(case, actor=actor, next_level=NEXT, respond_by=day)


def complete(case, actor, **decision):
    """Everything that is missing before the complaint can be answered in this round."""
    file = complaint_file(case)
    for one in file.issues if file else ():
        number = one.issue.number
        if one.operators is None:
            tell_our_side(case, actor, number)
        if one.finding is None:
            deciding.note_finding(case, actor=actor, number=number, found=found())
        if one.decision is None:
            deciding.decide(case, actor=actor, number=number, decided=decided(case, **decision))
    if file and file.recourse is None:
        say_recourse(case, actor)


def lacking(case):
    """The codes of what is missing."""
    return [lack.code for lack in missing(complaint_file(case))]
