"""Which steps somebody can take on a case now: the buttons of the desk, `allowed_steps` of the API."""

from accounts.actors import Actor
from cases import policies
from cases.models import Case
from cases.states import TRANSITIONS, Step

from ._conditions import unmet


def allowed_steps(actor: Actor, case: Case) -> list[Step]:
    """The steps `actor` may take on `case` as it stands, in the order of the table: by status, policy and conditions.

    It is what the gate would let through at this moment; the gate asks again. A bounded number of queries.
    """
    return [
        step
        for step, move in TRANSITIONS.items()
        if case.status in move.sources
        and policies.may(actor, step, case)
        and not any(unmet(condition, case) for condition in move.conditions)
    ]
