"""How long the customer is waited for, and when that ends. Always on the case the caller holds locked.

The pause of the clocks runs from the delivery of a request to its end: everything came in, somebody waived the rest, the
matter ended, or the longest wait was over. All of it is reckoned from the times themselves, never from when a task ran.
"""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from accounts.actors import Actor
from cases.events import EventKind, record
from cases.evidence import queries, sorting
from cases.evidence.case_file import CaseFile
from cases.evidence.lines import Line
from cases.evidence.models import EvidenceItem, EvidenceRequest, FactEntry, RequestedItem
from cases.models import Case, CaseEvent, FollowUp
from cases.sla.clock import ClockKind
from cases.states import Step

from . import _clocks, _plans, handover
from ._take_step import take_step

EVIDENCE = Actor.system("evidence")

_FOLLOW_UPS = (FollowUp.Kind.EVIDENCE_REMINDER, FollowUp.Kind.EVIDENCE_OVERDUE)
_NOT_OF_USE = (RequestedItem.State.REQUESTED, RequestedItem.State.REJECTED)
_OF_USE = (EvidenceItem.State.RECEIVED, EvidenceItem.State.ACCEPTED)


def usual_due(case: Case, *, at: datetime) -> datetime:
    """Until when what is asked for `at` is waited for at first: the case's service target, at most the longest wait."""
    return min(_clocks.promised(case, ClockKind.EVIDENCE_WAIT, at=at), at + settings.EVIDENCE_LONGEST_WAIT)


def begin(held: Case, request: EvidenceRequest) -> None:
    """What was asked for is waited for: its own clock, reminders on the way, and the end of the longest wait."""
    asked_at, wait = request.asked_at, request.due_at - request.asked_at
    _clocks.start_until(held, ClockKind.EVIDENCE_WAIT, at=asked_at, due_at=request.due_at)
    for percent in settings.EVIDENCE_REMINDERS_AT_PERCENT:
        _plans.plan(held, FollowUp.Kind.EVIDENCE_REMINDER, asked_at + wait * percent / 100)
    _plans.plan(held, FollowUp.Kind.EVIDENCE_OVERDUE, _longest(request), request=request.pk)


def reached(held: Case, request: EvidenceRequest) -> None:
    """The request was delivered: customer-side time begins there, and the longest wait with it."""
    if request.delivered_at is None:
        raise ValueError("a request that reached the customer has a time of delivery")
    _clocks.pause(held, at=request.delivered_at, until=request.ended_at)
    _move_overdue(held, request)


def never_reached(held: Case, request: EvidenceRequest, *, delivered_at: datetime | None) -> None:
    """What was taken for delivered then came back: no customer-side time, and the longest wait is that of asking again."""
    if delivered_at is not None:
        _clocks.undo_pause(held, started_at=delivered_at)
    _move_overdue(held, request)


def reminds_of_something(held: Case, reminder: FollowUp) -> bool:
    """Whether the customer had the request when the reminder was due; else it would come together with what it reminds of."""
    request = queries.open_request(held)
    return request is not None and request.delivered_at is not None and request.delivered_at <= reminder.due_at


def complete_if_whole(case: Case) -> None:
    """Nothing is waited for any more: the wait ended with the last thing that came, whichever was looked at last."""
    request = queries.open_request(case)
    if request is None:
        return
    file = queries.file_of(case)
    sorting.note_told(request, file)
    if not queries.still_missing(request, file).exists():
        complete(case, actor=EVIDENCE, at=_whole_at(request, file))


def complete(case: Case, *, actor: Actor, at: datetime, reason: str = "") -> None:
    """The case goes to verification; what has not come by `at` is not needed."""
    with take_step(case, Step.EVIDENCE_COMPLETED, actor=actor) as held:
        request = end(held, queries.open_request(held), at=at)
        waived = list(queries.still_missing(request).values_list("pk", flat=True))
        request.items.filter(state__in=_NOT_OF_USE).update(state=RequestedItem.State.NOT_NEEDED)
        record(held, EventKind.EVIDENCE_COMPLETED, actor=actor, words=reason, request=request.pk, waived=waived)
        handover.pass_on_if_absent(held, acting=actor)


def end(held: Case, request: EvidenceRequest | None, *, at: datetime) -> EvidenceRequest:
    """Ends the request, its pause, its clock and its follow-ups at `at`, at the latest when the longest wait was over."""
    if request is None:
        raise ValueError("a case that waits for the customer has an open evidence request")
    request.ended_at = min(max(at, request.asked_at), _longest(request))
    request.save()
    _clocks.resume(held, at=request.ended_at)
    _clocks.stop(held, ClockKind.EVIDENCE_WAIT, at=request.ended_at)
    _plans.cancel(held, *_FOLLOW_UPS)
    return request


def close_open_request(held: Case, *, at: datetime) -> None:
    """The matter ends otherwise: nothing is waited for any more."""
    request = queries.open_request(held)
    if request is not None:
        end(held, request, at=at)


def _move_overdue(held: Case, request: EvidenceRequest) -> None:
    """The end of the longest wait as it is now known; one that has ended is not waited for, whatever is heard of it."""
    if request.ended_at is None:
        _plans.move(held, FollowUp.Kind.EVIDENCE_OVERDUE, _longest(request))


def _whole_at(request: EvidenceRequest, file: CaseFile) -> datetime:
    """When the last of the things asked for was there, or what is as good: each from the first that was of use for it."""
    there = (_there_at(line, request) for line in file.lines if any(one.request_id == request.pk for one in line.asked))
    return max((at for at in there if at), default=request.asked_at)


def _there_at(line: Line, request: EvidenceRequest) -> datetime | None:
    as_good = () if line.is_asked_besides else line.alternatives
    came = [item.received_at for one in (line, *as_good) for item in one.items if item.state in _OF_USE]
    return min([*came, *(at for one in (line, *as_good) for at in _told_at(one, request))], default=None)


def _told_at(line: Line, request: EvidenceRequest) -> Iterator[datetime]:
    """When the customer said it in words after being asked; what somebody put down counts from the message it was in."""
    if line.noted and line.noted.noted_at:
        yield line.noted.noted_at
    for entry in line.said:
        if entry.kind == FactEntry.Kind.CLAIMED and entry.at >= request.asked_at:
            yield _message_at(entry) or entry.at


def _message_at(entry: FactEntry) -> datetime | None:
    if entry.message is None:
        return None
    heard = CaseEvent.objects.filter(case=entry.case_id, kind=EventKind.MESSAGE_RECEIVED, facts__message=entry.message)
    return heard.values_list("at", flat=True).first()


def _longest(request: EvidenceRequest) -> datetime:
    """The customer's longest wait begins when they have the request; one that reached nobody is waited for from asking."""
    return (request.delivered_at or request.asked_at) + settings.EVIDENCE_LONGEST_WAIT
