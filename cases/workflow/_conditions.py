"""How each condition of a move is found out, and what people are told when it does not hold."""

from collections.abc import Callable, Iterable
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import queries
from cases.complaints import standing
from cases.complaints.queries import complaint_file
from cases.complaints.register import complaint_of
from cases.complaints.standing import Lack
from cases.evidence.queries import CaseFile, file_of
from cases.models import Answer, Case
from cases.states import ROUND_ANSWERED, Condition

NEEDS_APPROVAL = gettext_lazy(
    "This category needs approval: propose the outcome first, and have somebody else approve it."
)
FLAGGED = gettext_lazy(
    "The customer's words were flagged for protection. A member of the protection team, or a manager, looks into it and "
    "clears the flag first."
)
ANSWERED_BEFORE = gettext_lazy(
    "This matter was answered, so it is no longer closed as spam or as a duplicate: it ends by the customer's acceptance or "
    "withdrawal, or by our answer. If another case is about the same, mark that one as a duplicate of this one."
)
_NAMED = 5  # at most so many things are named in one sentence


def unmet(condition: Condition, case: Case, file: CaseFile | None = None) -> str:
    """Empty when the condition holds, else a sentence that says what is missing. `file` where the caller has read it."""
    if condition == Condition.EVIDENCE_CHECKED:
        return _evidence_checked(file or file_of(case))
    return _CHECKS[condition](case)


def _evidence_checked(file: CaseFile) -> str:
    """Nothing is decided past what came in, past a fact that must be verified, nor past a mandatory check (I3)."""
    if waiting := file.unchecked:
        return _("Check first what came in: %(items)s.") % {"items": named(waiting)}
    if undecided := file.undecided:
        return _("Verify first, or set aside: %(facts)s.") % {"facts": named(line.name for line in undecided)}
    if unmade := file.unmade:
        return _("Make first: %(checks)s.") % {"checks": named(check.entry.name for check in unmade)}
    return ""


def named(things: Iterable[object]) -> str:
    """The first of them, for one sentence."""
    return ", ".join(str(thing) for thing in islice(things, _NAMED))


def _approved_where_needed(case: Case) -> str:
    if not (case.category and case.category.needs_approval):
        return ""
    is_approved = queries.answers_of_round(case, Answer.State.APPROVED).exists()
    return "" if is_approved else str(NEEDS_APPROVAL)


def _not_flagged(case: Case) -> str:
    return str(FLAGGED) if case.is_flagged else ""


def _first_round(case: Case) -> str:
    return "" if case.round == 1 else _("After a rejection silence never closes a case.")


def _later_round(case: Case) -> str:
    return "" if case.round > 1 else _("A final response is possible only after the customer rejected an answer.")


def _may_be_sorted_out(case: Case) -> str:
    """What the customer rejected, and a complaint that was answered, is not ended by calling it spam or a duplicate (I4). What
    was sorted out by mistake and taken up again has no answer, so it may be sorted out anew: the round alone does not tell."""
    is_answered_complaint = case.status in ROUND_ANSWERED and complaint_of(case) is not None
    is_rejected = case.round > 1 and case.answers.filter(state=Answer.State.SENT, round__lt=case.round).exists()
    return str(ANSWERED_BEFORE) if is_answered_complaint or is_rejected else ""


def _complaint_complete(case: Case) -> str:
    """A complaint is answered as a whole: every issue of it, with reasons (R-54). Other cases lack nothing of it."""
    lacks = what_complaint_lacks(case)
    if not lacks:
        return ""
    return _("The complaint is not ready to be answered. Missing: %(things)s.") % {"things": named(lacks)}


def what_complaint_lacks(case: Case) -> list[Lack]:
    file = complaint_file(case)
    return standing.missing(file) if file else []


def details(condition: Condition, case: Case) -> dict[str, object]:
    """What a program is told beside the sentence where the condition does not hold."""
    if condition != Condition.COMPLAINT_COMPLETE:
        return {}
    return {"missing": [lack.as_data for lack in what_complaint_lacks(case)]}


_CHECKS: dict[Condition, Callable[[Case], str]] = {
    Condition.APPROVED_WHERE_NEEDED: _approved_where_needed,
    Condition.COMPLAINT_COMPLETE: _complaint_complete,
    Condition.NOT_FLAGGED: _not_flagged,
    Condition.FIRST_ROUND: _first_round,
    Condition.LATER_ROUND: _later_round,
    Condition.MAY_BE_SORTED_OUT: _may_be_sorted_out,
}
