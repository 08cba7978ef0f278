"""One sentence a case: who has the ball, what is missing, by when."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from cases import queries
from cases.evidence.lines import by_choice
from cases.evidence.queries import CaseFile, file_of, open_request, still_missing
from cases.models import Answer, Case
from cases.states import Condition, Status
from cases.workflow import steps


@dataclass(frozen=True)
class Next:
    """`who` has the ball ("" for nobody); `due_at` is when it must be done, where there is such a time."""

    who: str
    what: str
    due_at: datetime | None = None


def next_up(case: Case, file: CaseFile | None = None) -> Next:
    """Two queries at most, where the caller has read the case's `file`."""
    if case.status in _DECIDING and (to_check := steps.unmet(Condition.EVIDENCE_CHECKED, case, file)):
        return Next(_handler(case), to_check, case.next_due_at)
    if _is_with_somebody(case) and (to_complete := steps.unmet(Condition.COMPLAINT_COMPLETE, case)):
        return Next(_handler(case), to_complete, case.next_due_at)
    what = _what(case, file)
    if case.is_open and case.unanswered_since and case.status in (Status.ANSWERED, Status.AWAITING_CUSTOMER):
        return Next(_handler(case), _("The customer wrote: read it and reply."), case.next_due_at)
    return what


def _is_with_somebody(case: Case) -> bool:
    """Whether somebody works on it already, so that an answer is next."""
    return case.status in _DECIDING and case.assignee_id is not None


def _what(case: Case, file: CaseFile | None) -> Next:
    if case.status == Status.AWAITING_CUSTOMER:
        return _awaiting_customer(case, file or file_of(case))
    if case.status == Status.VERIFYING:
        return _verifying(case, file or file_of(case))
    return _WHAT[Status(case.status)](case)


def _handler(case: Case) -> str:
    if case.assignee:
        return str(case.assignee)
    return str(case.department) if case.department else _("Intake")


def _received(case: Case) -> Next:
    return Next(_("Intake"), _("Classify the request; that routes it."), case.next_due_at)


def _routed(case: Case) -> Next:
    if case.assignee is None:
        return Next(_handler(case), _("Somebody of the department takes the case."), case.next_due_at)
    return Next(_handler(case), _("Answer, ask for what is missing, or start handling."), case.next_due_at)


def _awaiting_customer(case: Case, file: CaseFile) -> Next:
    request = open_request(case)
    if request is None:
        return Next(str(case.customer), _("Waiting for the customer."), case.next_due_at)
    choices = by_choice(still_missing(request, file).select_related("checklist_item"))
    missing = [" / ".join(item.name for item in choice) for choice in choices]
    return Next(str(case.customer), _("Still to come: %(items)s.") % {"items": ", ".join(missing)}, request.due_at)


def _verifying(case: Case, file: CaseFile) -> Next:
    to_do = _("Check the evidence, then start handling.") if file.unchecked else _("Start handling.")
    return Next(_handler(case), to_do, case.next_due_at)


def _resolving(case: Case) -> Next:
    if not (case.category and case.category.needs_approval):
        return Next(_handler(case), _("Answer the customer."), case.next_due_at)
    if queries.answers_of_round(case, Answer.State.APPROVED).exists():
        return Next(_handler(case), _("The outcome is approved: send the answer."), case.next_due_at)
    return Next(_handler(case), _("Propose the outcome; somebody else approves it."), case.next_due_at)


def _awaiting_approval(case: Case) -> Next:
    return Next(_("A second person"), _("Approve the proposed outcome, or return it."), case.next_due_at)


def _answered(case: Case) -> Next:
    return Next(str(case.customer), _("The customer says whether the answer settles it."))


def _reopened(case: Case) -> Next:
    if case.assignee is None:
        return Next(
            _("Manager"), _("Nobody else was eligible: find a reviewer who has not decided before."), case.next_due_at
        )
    return Next(_handler(case), _("Contact the customer, then look at the matter afresh."), case.next_due_at)


def _closed(case: Case) -> Next:
    if case.reopen_asked_at:
        return Next(_handler(case), _("The customer wrote after the end: reopen, or leave it closed."))
    return Next("", _("Nothing: %(how)s.") % {"how": case.get_closed_as_display()})


# Here a decision is next, and nothing is decided past what came in.
_DECIDING = frozenset({Status.ROUTED, Status.RESOLVING, Status.AWAITING_APPROVAL, Status.REOPENED})
_WHAT = {
    Status.RECEIVED: _received,
    Status.ROUTED: _routed,
    Status.RESOLVING: _resolving,
    Status.AWAITING_APPROVAL: _awaiting_approval,
    Status.ANSWERED: _answered,
    Status.REOPENED: _reopened,
    Status.CLOSED: _closed,
}
