"""The cases behind a figure: exactly those that were counted, by the same conditions, as far as somebody still may see them."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from cases import policies

from .figures import Chosen
from .lengths import DAY, HOUR, MINUTE
from .measures import CONDITIONS, SOLVED, Measure
from .models import Basis, CountedCase

# Shares are of what is solved within so long; the backlog is told apart by age, up to the next limit.
WITHIN = {"within_15m": 15 * MINUTE, "within_4h": 4 * HOUR, "within_24h": DAY}
AGES = {
    "age_4h": (0, 4 * HOUR),
    "age_24h": (4 * HOUR, DAY),
    "age_3d": (DAY, 3 * DAY),
    "age_7d": (3 * DAY, 7 * DAY),
    "age_28d": (7 * DAY, 28 * DAY),
    "age_56d": (28 * DAY, 56 * DAY),
    "age_more": (56 * DAY, None),
}
SHOWN = (*(measure.value for measure in Measure), *WITHIN, *AGES, "upheld_any", "solved")


def condition(show: str, as_of: datetime) -> Q:
    """Which cases a figure of that name counts, as it stood at that time. `show` is one of SHOWN."""
    if show in WITHIN:
        return SOLVED & Q(elapsed__lte=WITHIN[show])
    if show in AGES:
        more_than, at_most = AGES[show]
        aged = CONDITIONS[Measure.OPEN]
        if more_than:
            aged &= Q(opened_at__lt=as_of - timedelta(seconds=more_than))
        if at_most:
            aged &= Q(opened_at__gte=as_of - timedelta(seconds=at_most))
        return aged
    if show == "upheld_any":
        return CONDITIONS[Measure.UPHELD] | CONDITIONS[Measure.PARTLY]
    if show == "solved":
        return SOLVED
    return CONDITIONS[show]


def cases_behind(
    actor: Actor, chosen: Chosen, show: str, as_of: datetime, *, basis: Basis | None, cause: str = ""
) -> QuerySet[CountedCase]:
    """`basis` says by what the cases belong to the months chosen; None for whatever month, as the backlog. Newest first."""
    where = chosen.places(actor) & condition(show, as_of)
    if basis:
        where &= Q(**{f"{basis}_month__gte": chosen.first, f"{basis}_month__lte": chosen.last})
    if cause:
        where &= Q(causes__contains=[cause])
    counted = CountedCase.objects.filter(where, case__in=policies.visible_to(actor))
    return counted.select_related("case", "department", "category").order_by("-opened_at", "-pk")
