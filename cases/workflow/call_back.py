"""The telephone in the story: calls that are owed to a customer by a due time, and calls that took place (R-17)."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from cases.events import EventKind, record
from cases.models import STILL_PLANNED, Case, FollowUp
from cases.sla.clock import ClockKind

from . import _clocks, _plans
from ._take_step import change_case
from .conversation import note_human_reply, require

MISSED_CALL = "missed_call"


class CallOutcome(models.TextChoices):
    REACHED = "reached", _("spoke with the customer")
    NOT_REACHED = "not_reached", _("nobody answered")
    MISSED = "missed", _("missed by us")


def ask_call_back(case: Case, *, actor: Actor, why: str, at: datetime | None = None, **facts: object) -> FollowUp:
    """Plans a call to the customer; one planned for the same reason gets the new facts and keeps its due time.

    Due by the case's service target, without one within `settings.CALL_BACK_WITHIN`, from `at` (default now).
    `facts` are ids that whoever calls needs, such as `one_time_code`.
    """
    require(actor, case)
    with change_case(case) as held:
        return _owe(held, why, at or timezone.now(), **facts)


def call_missed(case: Case, *, actor: Actor, call: int, at: datetime) -> FollowUp:
    """The customer rang at `at` and nobody answered. Missed calls in a row make one call-back, which counts them."""
    with change_case(case) as held:
        planned = owed(held).filter(facts__why=MISSED_CALL).first()
        calls = planned.facts["calls"] if planned else []
        if planned is not None and call in calls:
            return planned
        record(held, EventKind.CALL_LOGGED, actor=actor, call=call, outcome=CallOutcome.MISSED, direction="in")
        return _owe(held, MISSED_CALL, at, calls=[*calls, call])


def call_logged(case: Case, *, actor: Actor, call: int, outcome: CallOutcome, direction: str) -> None:
    """A person called, or tried to. Who reached the customer has replied to them, and this case owes no call any more."""
    require(actor, case)
    with change_case(case) as held:
        record(held, EventKind.CALL_LOGGED, actor=actor, call=call, outcome=outcome, direction=direction)
        if outcome == CallOutcome.REACHED:
            note_human_reply(held, at=timezone.now())
            _fulfil(held, owed(held), actor)


def call_returned(case: Case, *, actor: Actor, call: int, direction: str) -> None:
    """The customer who had rung was spoken to, about whichever matter: the missed calls of this case are returned."""
    with change_case(case) as held:
        record(held, EventKind.CALL_LOGGED, actor=actor, call=call, outcome=CallOutcome.REACHED, direction=direction)
        _fulfil(held, owed(held).filter(facts__why=MISSED_CALL), actor)


def spare(case: Case, *, why: str) -> None:
    """The call owed for `why` is not needed any more: the customer was answered in another way."""
    with change_case(case) as held:
        owed(held).filter(facts__why=why).update(cancelled_at=timezone.now())
        _stop_clock_unless_owed(held, at=timezone.now())


def waiting() -> QuerySet[FollowUp]:
    """The calls that are owed to customers."""
    return FollowUp.objects.filter(STILL_PLANNED, kind=FollowUp.Kind.CALL_BACK)


def owed(case: Case) -> QuerySet[FollowUp]:
    """The calls this case still owes its customer."""
    return waiting().filter(case=case)


def _owe(held: Case, why: str, at: datetime, **facts: object) -> FollowUp:
    planned = owed(held).filter(facts__why=why).first()
    if planned is None:
        return _plans.plan(held, FollowUp.Kind.CALL_BACK, _start_clock(held, at), why=why, **facts)
    planned.facts = {"why": why, **facts}
    planned.save(update_fields=["facts"])
    return planned


def _fulfil(held: Case, follow_ups: QuerySet[FollowUp], actor: Actor) -> None:
    now = timezone.now()
    for follow_up in follow_ups:
        follow_up.done_at = now
        follow_up.save(update_fields=["done_at"])
        _plans.record_done(held, follow_up, actor=actor)
    _stop_clock_unless_owed(held, at=now)


def _stop_clock_unless_owed(held: Case, *, at: datetime) -> None:
    if not owed(held).exists():
        _clocks.stop(held, ClockKind.CALL_BACK, at=at)


def _start_clock(held: Case, at: datetime) -> datetime:
    """The due time of the call-back clock; one that runs for another reason already is due earlier, and stays."""
    _clocks.start(held, ClockKind.CALL_BACK, at=at)
    running = held.clocks.filter(kind=ClockKind.CALL_BACK, stopped_at__isnull=True)
    if not running.exists():
        _clocks.start_until(held, ClockKind.CALL_BACK, at=at, due_at=at + settings.CALL_BACK_WITHIN)
    due_at = running.values_list("due_at", flat=True).get()
    if due_at is None:
        raise ValueError("a call-back clock is never paused")
    return due_at
