"""What time brings about: clocks that run out and dated follow-ups (R-32, R-35).

The sweep finds the cases on which something is due and calls `attend` for each. Everything is done once, whoever looks
first; after an outage what was missed is done once, not as often as it was missed.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from cases import queries
from cases.events import EventKind, record
from cases.models import Case, Clock, FollowUp
from cases.states import Status

from . import _clocks, _plans, evidence
from .answer import close_no_reply

SLA = Actor.system("sla")
Kind = FollowUp.Kind


def attend(case_id: int, *, now: datetime | None = None) -> bool:
    """Does everything that is due on one case. False where somebody else holds the case now; the next sweep comes soon."""
    now = now or timezone.now()
    with transaction.atomic():
        held = queries.locked_unless_busy(case_id)
        if held is None:
            return False
        for clock in held.clocks.filter(next_look_at__lte=now).order_by("due_at"):
            _look_at(held, clock, now)
        for follow_up in held.follow_ups.filter(
            due_at__lte=now, done_at__isnull=True, cancelled_at__isnull=True
        ).order_by("due_at", "pk"):
            _carry_out(held, follow_up, now)
        _clocks.note_next_due(held)
        held.save()
    return True


def _look_at(held: Case, clock: Clock, now: datetime) -> None:
    """Warns before the due time, escalates at the breach. A breach is dated by the clock, not by the look."""
    if clock.due_at is not None and clock.due_at < now:
        clock.breached_at, clock.next_look_at = clock.due_at, None
        clock.save()
        record(
            held,
            EventKind.CLOCK_BREACHED,
            actor=SLA,
            clock=clock.kind,
            round=clock.round,
            due_at=clock.due_at,
            clock_id=clock.pk,
        )
        return
    if clock.warned_at is not None:  # exactly due: late only from the next moment on
        return
    clock.warned_at, clock.next_look_at = now, clock.due_at
    clock.save()
    record(
        held,
        EventKind.CLOCK_WARNED,
        actor=SLA,
        clock=clock.kind,
        round=clock.round,
        due_at=clock.due_at,
        clock_id=clock.pk,
    )


def _carry_out(held: Case, follow_up: FollowUp, now: datetime) -> None:
    follow_up.refresh_from_db()
    if follow_up.cancelled_at is not None:  # an earlier one of this look ended the matter
        return
    follow_up.done_at = now
    follow_up.save()
    if follow_up.kind == Kind.CLOSE_NO_REPLY:
        if held.status == Status.ANSWERED:
            close_no_reply(held, actor=SLA)
        return
    if follow_up.kind == Kind.EVIDENCE_OVERDUE:
        if held.status == Status.AWAITING_CUSTOMER:
            evidence.stop_waiting(held, actor=SLA)
        return
    record(
        held,
        EventKind.FOLLOW_UP_DONE,
        actor=SLA,
        follow_up=follow_up.kind,
        round=follow_up.round,
        number=follow_up.sequence,
    )
    if follow_up.kind == Kind.PROGRESS and held.is_open:
        _plans.progress(held, at=now)
