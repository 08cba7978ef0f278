"""What may be said to a customer in an answer: the one list of what words are refused, whatever part of it they are (R-54)."""

from cases.fair_words import require_fair
from cases.models import Case
from cases.no_payment import require_no_demand
from cases.others_data import require_nobody_elses_data
from cases.promotion import require_no_promotion


def require_sendable(text: str, case: Case, *, field: str) -> None:
    """Raises Invalid where the words accuse, ask for money, advertise, or name what belongs to another customer."""
    require_fair(text, field=field)
    require_no_demand(text, field=field)
    require_no_promotion(text, field=field)
    require_nobody_elses_data(text, case, field=field)
