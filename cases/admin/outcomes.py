"""How cases ended lately, each way apart: what silence closed is no acceptance (R-34)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.urls import reverse

from accounts.actors import Actor
from cases import policies
from cases.states import ClosedAs, Status

DAYS = 30


@dataclass(frozen=True)
class Outcome:
    """One way to end, how many cases did, and the list of all that ever did."""

    label: str
    count: int
    url: str


def lately(actor: Actor, now: datetime) -> list[Outcome]:
    """For whoever oversees work: every way to end in DAYS days, of the cases they may see. Nothing for others."""
    if not policies.oversees(actor):
        return []
    ended = policies.visible_to(actor).filter(status=Status.CLOSED, closed_at__gte=now - timedelta(days=DAYS))
    counts = dict(ended.values_list("closed_as").annotate(Count("pk")).order_by())
    cases = reverse("admin:cases_case_changelist")
    return [Outcome(str(way.label), counts.get(way, 0), f"{cases}?closed_as__exact={way}") for way in ClosedAs]
