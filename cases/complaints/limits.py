"""Up to which amount whom may approve what: data that administrators add to, by the day from which it holds."""

from datetime import date

from .models import ApprovalLimit
from .remedy_states import Level, Limit


def in_force(on: date) -> dict[Level, Limit]:
    """For each level what it reaches on that day; a level without any approves no money. One query."""
    begun = ApprovalLimit.objects.filter(valid_from__lte=on).order_by("level", "-valid_from").distinct("level")
    return dict.fromkeys(Level, Limit()) | {Level(one.level): Limit(one.alone, one.together) for one in begun}


def most(on: date) -> int:
    """The largest amount in VND that anybody may approve on that day, together with another person; 0 without any limits."""
    return max(max(limit.alone, limit.together) for limit in in_force(on).values())
