"""The audit trail, and what follows from it.

`record()` writes the row that *is* the audit trail: numbered per case and hash-chained. Then it calls the listeners named in
`settings.CASE_EVENT_LISTENERS`, inside the same transaction: they write rows and schedule work for after commit.
"""

import json
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from itertools import groupby, islice
from operator import attrgetter

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor

from . import chains
from .models import Answer, Case, CaseEvent, EventText


class EventKind(models.TextChoices):
    CASE_OPENED = "case_opened", _("Case opened")
    CASE_CLASSIFIED = "case_classified", _("Classified")
    CASE_ROUTED = "case_routed", _("Routed to the department")
    CASE_ASSIGNED = "case_assigned", _("Assigned")
    CASE_TRANSFERRED = "case_transferred", _("Transferred to another department")
    TRANSFERRED_OFTEN = "transferred_often", _("Transferred again and again")
    PRIORITY_CHANGED = "priority_changed", _("Priority changed")
    CASE_CORRECTED = "case_corrected", _("Details corrected")
    HANDLING_STARTED = "handling_started", _("Handling started")
    MESSAGE_RECEIVED = "message_received", _("Message from the customer")
    MESSAGE_SENT = "message_sent", _("Message to the customer")
    NOTE_ADDED = "note_added", _("Internal note")
    EVIDENCE_REQUESTED = "evidence_requested", _("Evidence asked for")
    EVIDENCE_REQUEST_DELIVERED = "evidence_request_delivered", _("Request reached the customer")
    EVIDENCE_REQUEST_BOUNCED = "evidence_request_bounced", _("Request did not reach the customer")
    EVIDENCE_SUBMITTED = "evidence_submitted", _("Evidence received")
    EVIDENCE_COMPLETED = "evidence_completed", _("Evidence complete")
    EVIDENCE_OVERDUE = "evidence_overdue", _("Evidence did not come in time")
    EVIDENCE_VERIFIED = "evidence_verified", _("Evidence accepted")
    EVIDENCE_REJECTED = "evidence_rejected", _("Evidence rejected")
    FACT_CLAIMED = "fact_claimed", _("Put down what the customer says")
    FACT_VERIFIED = "fact_verified", _("Fact verified")
    ITEM_SET_ASIDE = "item_set_aside", _("Set aside as not needed")
    CHECK_MADE = "check_made", _("Check made")
    CHECK_TAKEN_BACK = "check_taken_back", _("Check taken back")
    COMPLAINT_REGISTERED = "complaint_registered", _("Entered in the complaint register")
    COMPLAINT_DESCRIBED = "complaint_described", _("Complaint described")
    ISSUE_ADDED = "issue_added", _("Issue added")
    ACCOUNT_NOTED = "account_noted", _("Account put down")
    ISSUE_FOUND = "issue_found", _("Found about an issue")
    ISSUE_DECIDED = "issue_decided", _("Issue decided")
    DEVIATION_APPROVED = "deviation_approved", _("Deviation from the policy approved")
    RECOURSE_SAID = "recourse_said", _("Next level and time to respond set")
    REMEDY_PROPOSED = "remedy_proposed", _("Remedy proposed")
    REMEDY_APPROVAL_GIVEN = "remedy_approval_given", _("Remedy approved by a first person")
    REMEDY_APPROVED = "remedy_approved", _("Remedy approved")
    REMEDY_DECLINED = "remedy_declined", _("Remedy declined")
    REMEDY_CANCELLED = "remedy_cancelled", _("Remedy cancelled")
    PROMISE_TAKEN_BACK = "promise_taken_back", _("Promise taken back")
    REMEDY_PROMISED = "remedy_promised", _("Promised")
    REMEDY_ACCEPTED = "remedy_accepted", _("Remedy accepted")
    REMEDY_BEGUN = "remedy_begun", _("Remedy is being carried out")
    REMEDY_FAILED = "remedy_failed", _("Remedy could not be carried out")
    REMEDY_EXECUTED = "remedy_executed", _("Carried out")
    REMEDY_CONFIRMED = "remedy_confirmed", _("Arrived, confirmed")
    REMEDY_OVERDUE = "remedy_overdue", _("Remedy is overdue")
    RESPONSE_ISSUED = "response_issued", _("Official response issued")
    RESPONSE_CORRECTED = "response_corrected", _("Official response corrected")
    RESPONSE_PRINTED = "response_printed", _("Official response printed")
    PROBLEM_LINKED = "problem_linked", _("Linked to a problem record")
    PROBLEM_UNLINKED = "problem_unlinked", _("Link to the problem record taken back")
    OUTCOME_PROPOSED = "outcome_proposed", _("Outcome proposed")
    OUTCOME_APPROVED = "outcome_approved", _("Outcome approved")
    OUTCOME_RETURNED = "outcome_returned", _("Outcome returned for rework")
    CASE_ANSWERED = "case_answered", _("Answered")
    ANSWER_DELIVERED = "answer_delivered", _("Answer reached the customer")
    DELIVERY_FAILED = "delivery_failed", _("A message could not be delivered")
    OUTCOME_ACCEPTED = "outcome_accepted", _("Customer accepted the outcome")
    OUTCOME_REJECTED = "outcome_rejected", _("Customer did not accept the outcome")
    CASE_REOPENED = "case_reopened", _("Reopened")
    REOPEN_ASKED = "reopen_asked", _("Customer wrote after the end: reopen?")
    REOPEN_DECLINED = "reopen_declined", _("Not reopened")
    REVIEWER_MISSING = "reviewer_missing", _("No other reviewer is available")
    SATISFACTION_ASKED = "satisfaction_asked", _("Asked how satisfied the customer is")
    SATISFACTION_GIVEN = "satisfaction_given", _("Customer said how satisfied they are")
    QUALITY_DRAWN = "quality_drawn", _("Drawn for a quality review")
    QUALITY_REVIEWED = "quality_reviewed", _("Quality reviewed")
    QUALITY_ANSWERED = "quality_answered", _("Agent commented on the quality review")
    CASE_CLOSED = "case_closed", _("Closed")
    CLOCK_WARNED = "clock_warned", _("A deadline is near")
    CLOCK_BREACHED = "clock_breached", _("A deadline was missed")
    FOLLOW_UP_DONE = "follow_up_done", _("Follow-up done")
    CALL_LOGGED = "call_logged", _("Telephone call")
    CASE_HANDED_OVER = "case_handed_over", _("Handed over at the end of duty")
    SEND_REFUSED = "send_refused", _("A message of ours was not sent")
    SAFETY_FLAGGED = "safety_flagged", _("Flagged for the protection team")
    SAFETY_CLEARED = "safety_cleared", _("Protection flag cleared")
    CUSTOMER_CHANGED = "customer_changed", _("Case moved to another customer record")


def label_of(kind: str) -> str:
    """What happened, in words; a kind that is unknown here stands for itself."""
    return str(EventKind(kind).label) if kind in EventKind else kind


Listener = Callable[[Case, CaseEvent], None]
# The words of these are the text of their answer, which stands on the case itself and is shown there.
ANSWER_TEXTS = frozenset({EventKind.OUTCOME_PROPOSED, EventKind.CASE_ANSWERED})


def record(
    case: Case, kind: EventKind, *, actor: Actor, words: str = "", at: datetime | None = None, **facts: object
) -> CaseEvent:
    """Appends an event to the chain of `case`, which the caller holds locked and saves, and tells the listeners.

    `facts` are ids, enums, amounts and times; `words` (a reason, a summary) are kept apart, where they can be erased, and the
    event keeps only their salted hash. Returns the event.
    """
    if words:
        salt = secrets.token_hex(16)
        facts["words"] = chains.salted(salt, words)
    event = CaseEvent(
        case=case,
        number=case.last_event_number + 1,
        kind=kind.value,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        at=at or timezone.now(),
        facts=json.loads(json.dumps(facts, cls=DjangoJSONEncoder)),
        previous_hash=case.last_event_hash,
    )
    event.hash = chain_hash(case.code, event)
    event.save(force_insert=True)
    case.last_event_number, case.last_event_hash = event.number, event.hash
    if words:
        EventText.objects.create(event=event, text=words, salt=salt)
    for listener in _listeners(settings.CASE_EVENT_LISTENERS):
        listener(case, event)
    return event


def chain_hash(code: str, event: CaseEvent) -> str:
    """SHA-256 over everything the event says and the hash of the event before it."""
    return chains.digest(
        [
            event.previous_hash,
            code,
            event.number,
            event.kind,
            event.actor_kind,
            event.actor_id,
            chains.moment(event.at),
            event.facts,
        ]
    )


@dataclass(frozen=True)
class Flaw:
    """Where a chain does not hold: the case, the number in its record, and what is wrong in words."""

    code: str
    number: int
    what: str
    record: str = "event"

    def __str__(self) -> str:
        return f"{self.code} {self.record} {self.number}: {self.what}"


def flaws_of(case: Case) -> Iterator[Flaw]:
    """Everything wrong with the chain of one case: rows altered, missing or out of order, a cut tail, altered words."""
    yield from _flaws(case, case.events.select_related("words").order_by("number"))
    yield from _altered_answers([case.code])


def all_flaws(codes: Collection[str] = (), *, checked: Callable[[int], None] = lambda events: None) -> Iterator[Flaw]:
    """What `flaws_of` finds in every case, or in those with `codes`, however many there are: read as a stream, in one snapshot.

    `checked` is told now and then how many events were read.
    """
    cases, events, count = Case.objects.order_by("pk"), CaseEvent.objects.order_by("case_id", "number"), 0
    if codes:
        cases, events = cases.filter(code__in=codes), events.filter(case__code__in=codes)
    for bare in cases.filter(~Exists(CaseEvent.objects.filter(case=OuterRef("pk")))).iterator():
        yield from _flaws(bare, ())
    stream = events.select_related("case", "words").only(*_READ).iterator(chunk_size=_CHUNK)
    for _case_id, of_case in groupby(stream, key=attrgetter("case_id")):
        chain = list(of_case)
        yield from _flaws(chain[0].case, chain)
        count += len(chain)
        checked(count)
    yield from _altered_answers(codes)


_CHUNK = 2000
_EVENT = ("number", "kind", "actor_kind", "actor_id", "at", "facts", "previous_hash", "hash")
_READ = (*_EVENT, "case__code", "case__last_event_number", "case__last_event_hash", "words__text", "words__salt")


def _flaws(case: Case, events: Iterable[CaseEvent]) -> Iterator[Flaw]:
    end = (case.last_event_number, case.last_event_hash)
    for number, what in chains.breaks(events, partial(chain_hash, case.code), end=end, what="event"):
        yield Flaw(case.code, number, what)


def _altered_answers(codes: Collection[str]) -> Iterator[Flaw]:
    """Answers that no longer say what was proposed or sent. One whose words were erased may be erased as well."""
    recorded = EventText.objects.filter(event__kind__in=ANSWER_TEXTS).select_related("event__case").defer("text")
    if codes:
        recorded = recorded.filter(event__case__code__in=codes)
    stream = recorded.order_by("event_id").iterator(chunk_size=_CHUNK)
    while some := list(islice(stream, _CHUNK)):
        texts = dict(
            Answer.objects.filter(pk__in=[one.event.facts["answer"] for one in some]).values_list("pk", "body")
        )
        for one in some:
            if one.event.facts["words"] != chains.salted(one.salt, texts.get(one.event.facts["answer"], "")):
                yield Flaw(one.event.case.code, one.event.number, "the text of its answer was altered")


@lru_cache(maxsize=8)
def _listeners(paths: tuple[str, ...]) -> tuple[Listener, ...]:
    return tuple(import_string(path) for path in paths)
