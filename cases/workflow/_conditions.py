"""How each condition of a move is found out, and what people are told when it does not hold."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from cases.evidence import queries
from cases.models import Answer, Case
from cases.states import Condition

_NAMED = 5  # at most so many things are named in one sentence


def unmet(condition: Condition, case: Case) -> str:
    """Empty when the condition holds, else a sentence that says what is missing."""
    return _CHECKS[condition](case)


def _evidence_checked(case: Case) -> str:
    """Nothing is decided past what came in, asked for or not: each thing is accepted or rejected first (I3)."""
    waiting = [str(item) for item in queries.unchecked(case)[:_NAMED]]
    return _("Check first what came in: %(items)s.") % {"items": ", ".join(waiting)} if waiting else ""


def _approved_where_needed(case: Case) -> str:
    if not (case.category and case.category.needs_approval) or _approved(case):
        return ""
    return _("This category needs approval: propose the outcome first, and have somebody else approve it.")


def _first_round(case: Case) -> str:
    return "" if case.round == 1 else _("After a rejection silence never closes a case.")


def _later_round(case: Case) -> str:
    return "" if case.round > 1 else _("A final response is possible only after the customer rejected an answer.")


def _approved(case: Case) -> bool:
    return Answer.objects.filter(case=case, round=case.round, state=Answer.State.APPROVED).exists()


_CHECKS: dict[Condition, Callable[[Case], str]] = {
    Condition.EVIDENCE_CHECKED: _evidence_checked,
    Condition.APPROVED_WHERE_NEEDED: _approved_where_needed,
    Condition.FIRST_ROUND: _first_round,
    Condition.LATER_ROUND: _later_round,
}
