"""Starts, pauses and stops the clocks of a case, always on the case the caller holds locked.

Semantics: due times are computed from the clock's own start and all pauses of the case, never from when somebody looked.
A pause extends resolution and next response, never evidence wait or a regulatory clock (see `cases.sla.clock`).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, Min, Q

from cases import calendars
from cases.models import Calendar, Case, Clock, Pause, SlaTarget
from cases.sla import clock as sla
from cases.sla.clock import ClockKind


def start(case: Case, *kinds: ClockKind, at: datetime) -> None:
    """Starts each clock that has a target for this case and does not run yet."""
    targets = _targets(case, kinds)
    running = set(case.clocks.filter(stopped_at__isnull=True, kind__in=kinds).values_list("kind", flat=True))
    pauses = _pauses(case)
    clocks = []
    for kind in kinds:
        target = targets.get(kind)
        if target is None or kind in running:
            continue
        clock = Clock(
            case=case,
            kind=kind.value,
            round=case.round,
            started_at=at,
            target_seconds=target.seconds,
            calendar=target.calendar,
        )
        _compute(clock, pauses)
        clocks.append(clock)
    Clock.objects.bulk_create(clocks)


def start_until(case: Case, kind: ClockKind, *, at: datetime, due_at: datetime) -> None:
    """Starts a clock whose due time people chose, in place of one of its kind that runs."""
    stop(case, kind, at=at)
    clock = Clock(
        case=case,
        kind=kind.value,
        round=case.round,
        started_at=at,
        target_seconds=max(0, int((due_at - at).total_seconds())),
        fixed_due_at=due_at,
    )
    _compute(clock, [])
    clock.save()


def stop(case: Case, *kinds: ClockKind, at: datetime) -> None:
    """Stops the clocks; one that was already past its due time is noted as breached at that time, not now."""
    for clock in case.clocks.select_related("calendar").filter(stopped_at__isnull=True, kind__in=kinds):
        _stop(clock, at)


def stop_all(case: Case, *, at: datetime) -> None:
    """The matter ended: no clock of it runs on."""
    for clock in case.clocks.select_related("calendar").filter(stopped_at__isnull=True):
        _stop(clock, at)


def pause(case: Case, *, at: datetime, until: datetime | None = None) -> None:
    """Customer-side time began at `at`; where it is heard of only after its end, `until` says when that was."""
    if until is None:
        Pause.objects.get_or_create(case=case, ended_at=None, defaults={"started_at": at})
    elif at < until:
        Pause.objects.create(case=case, started_at=at, ended_at=until)
    recompute(case)


def resume(case: Case, *, at: datetime) -> None:
    """Customer-side time ends, if it had begun."""
    Pause.objects.filter(case=case, ended_at__isnull=True, started_at__lte=at).update(ended_at=at)
    Pause.objects.filter(case=case, ended_at__isnull=True).update(ended_at=F("started_at"))
    recompute(case)


def undo_pause(case: Case, *, started_at: datetime) -> None:
    """The request never reached the customer: the pause that began then is undone from its start, ended or not."""
    Pause.objects.filter(case=case, started_at=started_at).delete()
    recompute(case)


def retarget(case: Case) -> None:
    """Category or priority changed: every running clock is computed anew from its own start, keeping all pauses."""
    running = list(case.clocks.filter(stopped_at__isnull=True, fixed_due_at__isnull=True))
    targets = _targets(case, [ClockKind(clock.kind) for clock in running])
    for clock in running:
        if target := targets.get(ClockKind(clock.kind)):
            clock.target_seconds, clock.calendar = target.seconds, target.calendar
            clock.save()
    recompute(case)


def recompute(case: Case) -> None:
    """Stores the due time of every running clock as the pauses now have it."""
    pauses = _pauses(case)
    for clock in case.clocks.select_related("calendar").filter(stopped_at__isnull=True):
        _compute(clock, pauses)
        clock.save()


def note_next_due(case: Case) -> None:
    """Keeps the earliest due time on the case itself, where queues sort by it."""
    if case.pk:
        case.next_due_at = case.clocks.filter(stopped_at__isnull=True).aggregate(Min("due_at"))["due_at__min"]


def _stop(clock: Clock, at: datetime) -> None:
    if clock.due_at is not None and clock.due_at < at and clock.breached_at is None:
        clock.breached_at = clock.due_at
    clock.stopped_at, clock.next_look_at, clock.paused_at = at, None, None
    clock.save()


def _compute(clock: Clock, pauses: list[tuple[datetime, datetime | None]]) -> None:
    kind = ClockKind(clock.kind)
    if clock.fixed_due_at is not None:
        clock.due_at = clock.fixed_due_at
        clock.warn_at = clock.started_at + (clock.fixed_due_at - clock.started_at) * sla.WARN_FRACTION
    else:
        if clock.calendar is None:
            raise ValueError(f"clock {clock.kind} has neither calendar nor fixed due time")
        open_pause = next((start for start, end in pauses if end is None), None)
        if open_pause is not None and kind in sla.PAUSED_KINDS:
            clock.due_at = clock.warn_at = clock.next_look_at = None
            clock.paused_at = open_pause
            return
        ended = [(start, end) for start, end in pauses if end is not None]
        calendar, target = calendars.working(clock.calendar), timedelta(seconds=clock.target_seconds)
        clock.due_at = sla.due_at(calendar, kind, clock.started_at, target, ended)
        clock.warn_at = sla.due_at(calendar, kind, clock.started_at, target * sla.WARN_FRACTION, ended)
    clock.paused_at = None
    if clock.warned_at is None:
        clock.next_look_at = min(clock.warn_at, clock.due_at)
    else:
        clock.next_look_at = clock.due_at if clock.breached_at is None else None


def _pauses(case: Case) -> list[tuple[datetime, datetime | None]]:
    return list(Pause.objects.filter(case=case).values_list("started_at", "ended_at")) if case.pk else []


def _targets(case: Case, kinds: Iterable[ClockKind]) -> dict[ClockKind, SlaTarget]:
    """The most specific target for each kind: category counts more than priority, priority more than channel."""
    rows = (
        SlaTarget.objects.filter(kind__in=[kind.value for kind in kinds], priority__in=["", case.priority])
        .filter(Q(category__isnull=True) | Q(category_id=case.category_id), channel__in=["", case.channel])
        .select_related("calendar")
    )
    best: dict[ClockKind, SlaTarget] = {}
    for row in sorted(rows, key=lambda row: (row.category_id is not None, row.priority != "", row.channel != "")):
        best[ClockKind(row.kind)] = row
    return best


def calendar_of(case: Case, kind: ClockKind) -> Calendar | None:
    """The calendar in which times of that kind are counted for this case."""
    target = _targets(case, [kind]).get(kind)
    return target.calendar if target else None
