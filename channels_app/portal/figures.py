"""How long matters usually take, topic by topic: from real cases where there are enough, else what we promise (R-56)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, DurationField, ExpressionWrapper, F, Q
from django.utils import timezone

from cases import targets
from cases.categories import public_reasons
from cases.models import Case, Category
from cases.sla.clock import ClockKind
from cases.sla.packs import pick
from cases.states import Channel, ClosedAs, Status
from cskh.core.percentile import DurationPercentile

_CACHE_KEY = "portal:figures"
_ANSWERED = (ClosedAs.ACCEPTED, ClosedAs.NO_REPLY, ClosedAs.FINAL_RESPONSE)


@dataclass(frozen=True)
class TopicTime:
    """Elapsed times (nights and holidays count) from the first message to the answer that ended the matter.

    `half` and `most` (nine in ten) are None where too few cases back them; then the service targets stand alone.
    """

    topic: Category
    half: timedelta | None
    most: timedelta | None
    target_from: timedelta | None
    target_to: timedelta | None


def times_by_topic() -> list[TopicTime]:
    """Every topic with active reasons. Measured anew every few minutes: three queries then, else one."""
    reasons = list(public_reasons().order_by("pk"))
    figures = cache.get(_CACHE_KEY)
    if figures is None:
        figures = _measure(), _targets(reasons)
        cache.set(_CACHE_KEY, figures, settings.PUBLIC_FIGURES_CACHE_SECONDS)
    measured, promised = figures
    topics = {reason.parent.pk: reason.parent for reason in reasons if reason.parent}
    lines = []
    for pk, topic in topics.items():
        half, most = measured.get(pk, (None, None))
        own = [promised[reason.pk] for reason in reasons if reason.parent_id == pk and reason.pk in promised]
        lines.append(TopicTime(topic, half, most, min(own, default=None), max(own, default=None)))
    return lines


def _measure() -> dict[int, tuple[timedelta, timedelta]]:
    """topic → (half, nine in ten), only where the window holds enough cases."""
    elapsed = ExpressionWrapper(F("answered_at") - F("opened_at"), output_field=DurationField())
    rows = (
        Case.objects.filter(
            status=Status.CLOSED,
            closed_as__in=_ANSWERED,
            answered_at__isnull=False,
            closed_at__gte=timezone.now() - settings.PUBLIC_FIGURES_WINDOW,
            category__parent__isnull=False,
        )
        .values("category__parent")
        .annotate(cases=Count("pk"), half=DurationPercentile(elapsed, 0.5), most=DurationPercentile(elapsed, 0.9))
        .filter(cases__gte=settings.PUBLIC_FIGURES_MINIMUM)
        .order_by()
    )
    return {row["category__parent"]: (row["half"], row["most"]) for row in rows if row["category__parent"]}


def _targets(reasons: Iterable[Category]) -> dict[int, timedelta]:
    """reason → the time we promise for it on this channel, as for a real case."""
    kind = ClockKind.RESOLUTION
    rules = targets.rules(Q(kind=kind))
    picked = {
        reason.pk: pick(rules, kind, category=reason.slug, priority=reason.priority, channel=Channel.WEB.value)
        for reason in reasons
    }
    return {pk: timedelta(seconds=rule.seconds) for pk, rule in picked.items() if rule is not None}
