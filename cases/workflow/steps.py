"""Which steps somebody can take on a case now: the buttons of the desk, `allowed_steps` of the API."""

from collections.abc import Collection
from functools import cache

from accounts.actors import Actor
from cases import policies
from cases.models import Case
from cases.states import TRANSITIONS, Condition, Step

from ._conditions import unmet as unmet


def allowed_steps(actor: Actor, case: Case, *, known: Collection[Condition] = ()) -> list[Step]:
    """The steps `actor` may take on `case` as it stands, in the order of the table: by status, policy and conditions.

    It is what the gate would let through at this moment; the gate asks again. A bounded number of queries;
    conditions `known` to hold are not asked.
    """
    missing = cache(lambda condition: unmet(condition, case))  # several steps ask for the same
    return [
        step
        for step, move in TRANSITIONS.items()
        if case.status in move.sources
        and policies.may(actor, step, case)
        and not any(missing(condition) for condition in move.conditions if condition not in known)
    ]


def what_is_missing(step: Step, case: Case) -> str:
    """What keeps `step` from being taken although status and person are right, as the gate would say it; "" for nothing."""
    return next(filter(None, (unmet(condition, case) for condition in TRANSITIONS[step].conditions)), "")
