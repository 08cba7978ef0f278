"""The configured service targets, and which of them counts: chosen among them as `sla.packs.pick` chooses."""

from django.db.models import Q

from .models import SlaTarget
from .sla.clock import ClockKind
from .sla.packs import Target, pick
from .states import Channel

Rules = dict[Target, SlaTarget]


def rules(*which: Q) -> Rules:
    """The targets that match, as rules to pick from. One query."""
    rows = SlaTarget.objects.filter(*which).select_related("calendar", "category")
    return {_rule(row): row for row in rows}


def usual(kind: ClockKind) -> dict[str, SlaTarget]:
    """What is promised on each channel to somebody of whose matter nothing is known yet. One query."""
    known = rules(Q(kind=kind, category=None, priority=""))
    picked = {one.value: pick(known, kind, category=None, priority=None, channel=one.value) for one in Channel}
    return {channel: known[rule] for channel, rule in picked.items() if rule is not None}


def _rule(row: SlaTarget) -> Target:
    return Target(
        ClockKind(row.kind),
        row.seconds,
        row.calendar.slug,
        category=row.category.slug if row.category else None,
        priority=row.priority or None,
        channel=row.channel or None,
    )
