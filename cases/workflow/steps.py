"""Which steps somebody can take on a case now: the buttons of the desk, `allowed_steps` of the API."""

from functools import cache

from accounts.actors import Actor
from cases import policies
from cases.evidence.queries import CaseFile
from cases.models import Case
from cases.states import TRANSITIONS, Condition, Step

from . import evidence
from ._conditions import unmet


def allowed_steps(actor: Actor, case: Case, *, is_new: bool = False, file: CaseFile | None = None) -> list[Step]:
    """The steps `actor` may take on `case` as it stands, in the order of the table: by status, policy and conditions.

    It is what the gate would let through at this moment; the gate asks again. A bounded number of queries: fewer on a case
    that `is_new`, since nothing was asked for on it, and where the caller has read its `file` (`file_of`, `needed_by`).
    """

    @cache  # several steps ask for the same
    def is_met(condition: Condition) -> bool:
        return not unmet(condition, case, file)

    return [
        step
        for step, move in TRANSITIONS.items()
        if case.status in move.sources
        and policies.may(actor, step, case)
        and all(map(is_met, move.conditions))
        and (step != Step.REQUEST_EVIDENCE or is_new or evidence.may_ask_again(actor, case))
    ]


def what_is_missing(step: Step, case: Case, file: CaseFile | None = None) -> str:
    """What keeps `step` from being taken although status and person are right, as the gate would say it; "" for nothing."""
    return next(filter(None, (unmet(condition, case, file) for condition in TRANSITIONS[step].conditions)), "")
