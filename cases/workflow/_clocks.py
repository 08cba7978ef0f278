"""Starts, pauses and stops the clocks of a case, always on the case the caller holds locked.

Semantics: due times are computed from the clock's own start and all pauses of the case, never from when somebody looked.
A pause extends resolution and next response, never evidence wait or a regulatory clock (see `cases.sla.clock`). A breach
is an event, recorded once: by the sweep, or here where a clock is stopped too late before the sweep came by.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, Min, Q

from accounts.actors import Actor
from cases import calendars, targets
from cases.events import EventKind, record
from cases.models import Case, Clock, Pause, SlaTarget
from cases.sla import clock as sla
from cases.sla.clock import ClockKind
from cases.sla.packs import pick
from cases.states import Status

SLA = Actor.system("sla")
Pauses = list[tuple[datetime, datetime | None]]


def start(case: Case, *kinds: ClockKind, at: datetime) -> None:
    """Starts each clock that has a target for this case and does not run yet."""
    running = set(case.clocks.filter(stopped_at__isnull=True, kind__in=kinds).values_list("kind", flat=True))
    Clock.objects.bulk_create(_new(case, [kind for kind in kinds if kind not in running], at, _pauses(case)))


def start_surely(case: Case, kind: ClockKind, *, at: datetime, otherwise: timedelta) -> None:
    """As `start`; where there is no target for this case, it is due after `otherwise`, round the clock."""
    start(case, kind, at=at)
    if not is_running(case, kind):
        start_until(case, kind, at=at, due_at=at + otherwise)


def is_running(case: Case, kind: ClockKind) -> bool:
    return case.clocks.filter(kind=kind, stopped_at__isnull=True).exists()


def promised(case: Case, kind: ClockKind, *, at: datetime) -> datetime:
    """When a clock started `at` would be due; where there is no target for this case, a day later. Starts nothing."""
    target = _targets_of(case, [kind]).get(kind)
    if target is None:
        return at + timedelta(days=1)
    return sla.due_at(calendars.working(target.calendar), kind, at, timedelta(seconds=target.seconds))


def start_first(case: Case, *kinds: ClockKind, at: datetime) -> list[Clock]:
    """Starts and gives the first clocks of a case that is just being opened: nothing runs or pauses yet."""
    clocks = Clock.objects.bulk_create(_new(case, kinds, at, []))
    case.next_due_at = min((clock.due_at for clock in clocks if clock.due_at), default=None)
    return clocks


def _new(case: Case, kinds: Iterable[ClockKind], at: datetime, pauses: Pauses) -> list[Clock]:
    known = _targets_of(case, kinds)
    clocks = []
    for kind in kinds:
        target = known.get(kind)
        if target is None:
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
    return clocks


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
        _stop(case, clock, at)


def stop_all(case: Case, *, at: datetime) -> None:
    """The matter ended: no clock of it runs on."""
    stop(case, *ClockKind, at=at)


def go_on(case: Case, kind: ClockKind) -> None:
    """The clock that was stopped last runs on as if it had never stopped: what a law demands is not met by closing."""
    clock = case.clocks.filter(kind=kind, stopped_at__isnull=False).order_by("-stopped_at").first()
    if clock is not None and not case.clocks.filter(kind=kind, stopped_at__isnull=True).exists():
        clock.stopped_at = None
        clock.save()
        recompute(case)


def look_at(case: Case, clock: Clock, *, now: datetime) -> None:
    """Warns before the due time, escalates at the breach. A deadline is kept by what happens up to and at the due time."""
    if clock.due_at is not None and clock.due_at < now:
        _breach(case, clock)
        return
    if clock.warned_at is None:
        clock.warned_at, clock.next_look_at = now, clock.due_at
        clock.save()
        _record(case, EventKind.CLOCK_WARNED, clock)


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
    """Category or priority changed: every running clock is computed anew from its own start, keeping all pauses.

    What has a target only now starts where it would have started: with the round, or (a law's limit) with the case.
    """
    running = list(case.clocks.filter(stopped_at__isnull=True, fixed_due_at__isnull=True))
    known = _targets_of(case, [ClockKind(clock.kind) for clock in running])
    for clock in running:
        if target := known.get(ClockKind(clock.kind)):
            clock.target_seconds, clock.calendar = target.seconds, target.calendar
            clock.save()
    recompute(case)
    if case.status != Status.ANSWERED:
        had = set(case.clocks.filter(Q(round=case.round) | Q(kind=ClockKind.REGULATORY)).values_list("kind", flat=True))
        for kind, at in ((ClockKind.RESOLUTION, case.reopened_at), (ClockKind.REGULATORY, None)):
            if kind not in had:
                start(case, kind, at=at or case.opened_at)


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


def _stop(case: Case, clock: Clock, at: datetime) -> None:
    if clock.due_at is not None and clock.due_at < at and clock.breached_at is None:
        _breach(case, clock)
    clock.stopped_at, clock.next_look_at, clock.paused_at = at, None, None
    clock.save()


def _breach(case: Case, clock: Clock) -> None:
    """Recorded once, dated by the clock and not by the look. After a rejection it brings the manager in (R-36)."""
    clock.breached_at, clock.next_look_at = clock.due_at, None
    clock.save()
    if case.round > 1 and clock.kind != ClockKind.EVIDENCE_WAIT:  # that one is the customer's
        case.needs_manager = True
    _record(case, EventKind.CLOCK_BREACHED, clock)


def _record(case: Case, kind: EventKind, clock: Clock) -> None:
    record(case, kind, actor=SLA, clock=clock.kind, round=clock.round, due_at=clock.due_at, clock_id=clock.pk)


def _compute(clock: Clock, pauses: Pauses) -> None:
    kind = ClockKind(clock.kind)
    if clock.fixed_due_at is not None:
        clock.due_at = clock.fixed_due_at
        clock.warn_at = clock.started_at + (clock.fixed_due_at - clock.started_at) * sla.WARN_FRACTION
    else:
        if clock.calendar is None:
            raise ValueError(f"clock {clock.kind} has neither calendar nor fixed due time")
        ended = [(start, end) for start, end in pauses if end is not None]
        calendar, target = calendars.working(clock.calendar), timedelta(seconds=clock.target_seconds)
        clock.due_at = sla.due_at(calendar, kind, clock.started_at, target, ended)
        open_pause = next((start for start, end in pauses if end is None), None)
        if open_pause is not None and sla.is_pausable(kind) and open_pause < clock.due_at:
            clock.due_at = clock.warn_at = clock.next_look_at = None
            clock.paused_at = open_pause
            return
        clock.warn_at = sla.due_at(calendar, kind, clock.started_at, target * sla.WARN_FRACTION, ended)
    clock.paused_at = None
    if clock.breached_at is not None:
        clock.next_look_at = None
    elif clock.warned_at is not None:
        clock.next_look_at = clock.due_at
    else:
        clock.next_look_at = min(clock.warn_at, clock.due_at)


def _pauses(case: Case) -> Pauses:
    return list(Pause.objects.filter(case=case).values_list("started_at", "ended_at")) if case.pk else []


def _targets_of(case: Case, kinds: Iterable[ClockKind]) -> dict[ClockKind, SlaTarget]:
    """The most specific target for each kind, as `packs.pick` chooses among the configured rows."""
    kinds = list(kinds)
    of_category = Q(category__isnull=True) | Q(category_id=case.category_id)
    rules = targets.rules(of_category, Q(kind__in=[kind.value for kind in kinds]))
    category = case.category.slug if case.category else None
    picked = {
        kind: pick(rules, kind, category=category, priority=case.priority, channel=case.channel) for kind in kinds
    }
    return {kind: rules[rule] for kind, rule in picked.items() if rule is not None}
