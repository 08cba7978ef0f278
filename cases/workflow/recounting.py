"""The operator's calendars or targets changed: deadlines that run already are counted anew."""

from cases.models import Case

from . import _clocks
from ._take_step import change_case


def recount(case: Case) -> None:
    """Every running clock gets the target and calendar of today, from its own start and with all its pauses.

    What was warned of or missed already stays on record. A clock whose target was deleted keeps the length it had.
    """
    with change_case(case) as held:
        if held.is_open:
            _clocks.retarget(held)
