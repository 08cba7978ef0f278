"""What time brings about: clocks that run out and dated follow-ups (R-32, R-35).

The sweep finds the cases on which something is due and calls `attend` for each. Everything is done once, whoever looks
first; after an outage what was missed is done once, not as often as it was missed.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from cases import queries
from cases.models import Case, FollowUp
from cases.states import CUSTOMERS_TURN, Status

from . import _clocks, _plans, _waiting, delivery, evidence
from ._clocks import SLA
from .answer import close_no_reply

Kind = FollowUp.Kind
_ASKED_AGAIN_AFTER = timedelta(days=1)
# Said several times on purpose; but what an outage swallowed is said once, by the last of them.
_REMINDERS = frozenset({Kind.SILENCE_REMINDER, Kind.EVIDENCE_REMINDER})
_OF_SILENCE = frozenset({Kind.SILENCE_REMINDER, Kind.CLOSE_NO_REPLY})


def attend(case_id: int, *, now: datetime | None = None) -> bool:
    """Does everything that is due on one case. False where somebody else holds the case now; the next sweep comes soon."""
    now = now or timezone.now()
    with transaction.atomic():
        held = queries.locked_unless_busy(case_id)
        if held is None:
            return False
        for clock in held.clocks.filter(next_look_at__lte=now).order_by("due_at", "pk"):
            _clocks.look_at(held, clock, now=now)
        for follow_up in _to_do(held, now):
            _carry_out(held, follow_up, now)
        _clocks.note_next_due(held)
        held.save()
    return True


def _to_do(held: Case, now: datetime) -> list[FollowUp]:
    """What is due, in order, without what an outage made pointless; the end by silence keeps its distance to its reminder."""
    due = list(_plans.planned(held).filter(due_at__lte=now, kind__in=queries.SWEPT).order_by("due_at", "pk"))
    latest = {follow_up.kind: follow_up for follow_up in due}
    reminder, ending = latest.get(Kind.SILENCE_REMINDER), latest.get(Kind.CLOSE_NO_REPLY)
    if reminder and ending:
        ending.due_at = now + (ending.due_at - reminder.due_at)
        ending.save()
        due.remove(ending)
    missed = [one for one in due if one.kind in _REMINDERS and one is not latest[one.kind]]
    asked = latest.get(Kind.EVIDENCE_REMINDER)
    if asked and (Kind.EVIDENCE_OVERDUE in latest or not _waiting.reminds_of_something(held, asked)):
        missed.append(asked)
    for one in missed:
        one.cancelled_at = now
        one.save()
    return [one for one in due if one.cancelled_at is None]


def _carry_out(held: Case, follow_up: FollowUp, now: datetime) -> None:
    follow_up.refresh_from_db()
    if follow_up.cancelled_at is not None:  # an earlier one of this look ended the matter
        return
    follow_up.done_at = now
    follow_up.save()
    held.save()  # a step locks and reads the case anew
    if follow_up.kind in _OF_SILENCE and (held.is_flagged or not delivery.silence_counts(held)):
        _plans.silence_broken(held)
        _carry_out(held, _plans.plan(held, Kind.REVIEW_REOPENED, now), now)
    elif follow_up.kind == Kind.CLOSE_NO_REPLY:
        if held.status == Status.ANSWERED:
            close_no_reply(held, actor=SLA)
    elif follow_up.kind == Kind.EVIDENCE_OVERDUE:
        if held.status == Status.AWAITING_CUSTOMER:
            evidence.stop_waiting(held, actor=SLA)
    elif follow_up.kind == Kind.PROGRESS:
        _plans.progress(held, at=now)
        if held.status not in CUSTOMERS_TURN:  # there is nothing to tell while we wait for the customer
            _plans.record_done(held, follow_up, actor=SLA)
    else:
        if follow_up.kind == Kind.REVIEW_REOPENED and held.is_open:
            _plans.look_again(held, at=now)
        elif follow_up.kind == Kind.REVIEW_REOPENED:  # whether to reopen is still not answered
            _plans.question_waits(held, until=now + _ASKED_AGAIN_AFTER)
        _plans.record_done(held, follow_up, actor=SLA)
