"""What is missing is asked for, comes in, and is checked (R-25 … R-29).

The pause of the clocks runs from the delivery of a request to its end: everything came in, somebody waived the rest, the
matter ended, or the longest wait was over. All of it is reckoned from the times themselves, never from when a task ran.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies
from cases.events import EventKind, record
from cases.evidence import queries
from cases.evidence.models import (
    Check,
    ChecklistItem,
    EvidenceItem,
    EvidenceRequest,
    ItemKind,
    RequestedItem,
    StoredFile,
)
from cases.evidence.names import safe_filename, same_name
from cases.evidence.pipeline.receive import Upload, receive
from cases.models import Case, FollowUp
from cases.sla.clock import ClockKind
from cases.states import Channel, Step
from cskh.core.errors import Invalid, StepNotAllowed, TooLarge
from cskh.core.jobs import enqueue_after_commit
from cskh.core.text import clean, one_line

from . import _clocks, _plans, conversation
from ._take_step import change_case, take_step

EVIDENCE = Actor.system("evidence")

_MAX_ITEMS = 10
_MAX_TEXT = 4_000
_REMINDERS = (FollowUp.Kind.EVIDENCE_REMINDER, FollowUp.Kind.EVIDENCE_OVERDUE)
_MISSING = (RequestedItem.State.REQUESTED, RequestedItem.State.REJECTED)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One thing to ask for. A name that is on the category's checklist is linked to it, with its reason."""

    name: str
    why: str = ""
    checklist_item: ChecklistItem | None = None


def request_evidence(
    case: Case, *, actor: Actor, items: Sequence[Wanted], due_at: datetime | None = None
) -> EvidenceRequest:
    """Asks the customer for `items`, at least one; the case waits for the customer until `due_at` (default a day).

    It counts as a human reply. The clocks pause once the request has reached the customer (`mark_delivered`).
    Raises Invalid for no item, too many, one that is accepted already, or a due time that is past or too far.
    """
    now = timezone.now()
    due_at = _checked_due(due_at, now)
    with take_step(case, Step.REQUEST_EVIDENCE, actor=actor) as held:
        request = EvidenceRequest.objects.create(
            case=held,
            round=held.round,
            asked_by_kind=actor.kind,
            asked_by_id=actor.id,
            asked_at=now,
            due_at=due_at,
        )
        asked = RequestedItem.objects.bulk_create(
            RequestedItem(
                request=request,
                checklist_item=wanted.checklist_item,
                name=wanted.name,
                why=wanted.why,
                kind=wanted.checklist_item.kind if wanted.checklist_item else ItemKind.ANY,
            )
            for wanted in _checked_items(held, items)
        )
        conversation.note_human_reply(held, at=now)
        _clocks.start_until(held, ClockKind.EVIDENCE_WAIT, at=now, due_at=due_at)
        _plans.plan(held, FollowUp.Kind.EVIDENCE_REMINDER, now + (due_at - now) * settings.EVIDENCE_REMINDER_SHARE)
        _plans.plan(held, FollowUp.Kind.EVIDENCE_OVERDUE, _longest(request), request=request.pk)
        record(
            held,
            EventKind.EVIDENCE_REQUESTED,
            actor=actor,
            request=request.pk,
            items=[item.pk for item in asked],
            due_at=due_at,
        )
    return request


def mark_delivered(request: EvidenceRequest, *, at: datetime) -> None:
    """The request reached the customer at `at`: the pause starts there, also when we hear of it later. Once."""
    with change_case(request.case) as held:
        now_known = EvidenceRequest.objects.get(pk=request.pk)
        if now_known.delivered_at is None:
            now_known.delivered_at = max(at, now_known.asked_at)
            now_known.save()
            _clocks.pause(held, at=now_known.delivered_at, until=now_known.ended_at)
            record(
                held,
                EventKind.EVIDENCE_REQUEST_DELIVERED,
                actor=EVIDENCE,
                request=now_known.pk,
                delivered_at=now_known.delivered_at,
            )
    request.refresh_from_db()


def mark_bounced(request: EvidenceRequest) -> None:
    """The request did not reach the customer after all: its pause is undone from its start. Once."""
    with change_case(request.case) as held:
        now_known = EvidenceRequest.objects.get(pk=request.pk)
        if now_known.bounced_at is None:
            if now_known.delivered_at is not None:
                _clocks.undo_pause(held, started_at=now_known.delivered_at)
            now_known.delivered_at, now_known.bounced_at = None, timezone.now()
            now_known.save()
            record(held, EventKind.EVIDENCE_REQUEST_BOUNCED, actor=EVIDENCE, request=now_known.pk)
    request.refresh_from_db()


def submit_evidence(
    case: Case,
    *,
    actor: Actor,
    channel: Channel,
    upload: Upload | None = None,
    text: str = "",
    item: int | None = None,
    at: datetime | None = None,
) -> EvidenceItem:
    """Something came in for the case, asked for or not: a file, or words such as a transaction code.

    It answers the requested `item` (its id), or else what the open request still waits for. When that was the last of it
    the case goes to verification and the pause ends at `at` (default now), the moment of receipt. On a closed case it
    raises the reopen question. The same file again on the same case gives the item that is there.
    Raises TooLarge, UnsupportedType, Invalid, NotVisible or NotPermitted, and then nothing has changed.
    """
    conversation.require(actor, case)
    words = clean(text)
    if upload is None and not words:
        raise Invalid(errors={"file": [_("Choose a file, or write the text.")]})
    if len(words) > _MAX_TEXT:
        raise Invalid(
            errors={"text": [_("The text is too long: at most %(limit)d characters.") % {"limit": _MAX_TEXT}]}
        )
    received_at = min(at, timezone.now()) if at else timezone.now()
    file = receive(upload) if upload else None
    with transaction.atomic():
        with change_case(case) as held:
            request = queries.open_request(held)
            wanted = _answered(held, request, item, file)
            known = _known(held, file, wanted)
            if known is not None:
                return known
            _require_room(held, file)
            evidence = EvidenceItem.objects.create(
                case=held,
                requested_item=wanted,
                checklist_item=wanted.checklist_item if wanted else None,
                file=file,
                text=words,
                filename=safe_filename(upload.filename) if upload else "",
                declared_type=one_line(upload.content_type)[:100] if upload else "",
                channel=channel,
                sender_kind=actor.kind,
                sender_id=actor.id,
                received_at=received_at,
            )
            if wanted:
                wanted.state = RequestedItem.State.RECEIVED
                wanted.save()
            record(
                held,
                EventKind.EVIDENCE_SUBMITTED,
                actor=actor,
                item=evidence.pk,
                requested_item=wanted.pk if wanted else None,
                channel=channel,
                sha256=file.sha256 if file else None,
                received_at=received_at,
            )
            if request is None and not actor.is_staff:
                conversation.note_customer_word(held, actor=actor, at=received_at, evidence=evidence.pk)
        if (
            request
            and wanted
            and wanted.request_id == request.pk
            and not request.items.filter(state__in=_MISSING).exists()
        ):
            _complete(case, actor=EVIDENCE, at=received_at)
    if file is not None and not file.preview:
        enqueue_after_commit("cases.tasks.derive_preview", file.pk)
    return evidence


def waive_rest(case: Case, *, actor: Actor, reason: str) -> None:
    """Somebody decides that what has not come is not needed: the case goes to verification, the reason stays on record."""
    if not reason.strip():
        raise Invalid(errors={"reason": [_("Say why the rest is not needed.")]})
    _complete(case, actor=actor, at=timezone.now(), reason=reason)


def verify_evidence(item: EvidenceItem, *, actor: Actor, result: Check.Result | str, reason: str = "") -> Check:
    """Accepts or rejects what came in. A rejection says, in words the customer can act on, what is wrong and what to send.

    A later check replaces the earlier one and both stay on record. The case does not move: what was rejected shows as
    missing again (`missing_items`), and whether it is asked for once more is the handler's decision.
    """
    words = clean(reason)[:500]
    if result not in Check.Result.values:
        raise Invalid(errors={"result": [_("Accept or reject it.")]})
    if result == Check.Result.REJECTED and not words:
        raise Invalid(errors={"reason": [_("Say what is wrong with it and what the customer can send instead.")]})
    with change_case(item.case) as held:
        policies.require(actor, Step.REQUEST_EVIDENCE, held)
        if not held.is_open:
            raise StepNotAllowed(_("The case is closed. Reopen it to check evidence."))
        item.refresh_from_db()
        check = Check.objects.create(item=item, result=result, reason=words, by_kind=actor.kind, by_id=actor.id)
        item.state = result
        item.save()
        if item.requested_item:
            _follow(item.requested_item)
        accepted = result == Check.Result.ACCEPTED
        record(
            held,
            EventKind.EVIDENCE_VERIFIED if accepted else EventKind.EVIDENCE_REJECTED,
            actor=actor,
            words=words,
            item=item.pk,
            requested_item=item.requested_item_id,
            check=check.pk,
        )
    return check


def missing_items(case: Case) -> list[Wanted]:
    """What would be asked for now: mandatory things of the checklist that are not there, and whatever was rejected."""
    lines = queries.checklist_of(case)
    return [
        Wanted(name=line.name, why=line.why, checklist_item=line.checklist_item) for line in lines if line.is_missing
    ]


def close_open_request(held: Case, *, at: datetime) -> None:
    """The matter of the locked case ends otherwise: nothing is waited for any more."""
    request = queries.open_request(held)
    if request is not None:
        _end(held, request, at=at)


def stop_waiting(case: Case, *, actor: Actor) -> None:
    """The longest wait is over: the case goes back to the operator, who decides on what is known (R-32)."""
    with take_step(case, Step.EVIDENCE_OVERDUE, actor=actor) as held:
        request = EvidenceRequest.objects.get(case=held, ended_at__isnull=True)
        _end(held, request, at=timezone.now())
        record(held, EventKind.EVIDENCE_OVERDUE, actor=actor, request=request.pk)


def _complete(case: Case, *, actor: Actor, at: datetime, reason: str = "") -> None:
    with take_step(case, Step.EVIDENCE_COMPLETED, actor=actor) as held:
        request = EvidenceRequest.objects.get(case=held, ended_at__isnull=True)
        waived = list(request.items.filter(state__in=_MISSING).values_list("pk", flat=True))
        RequestedItem.objects.filter(pk__in=waived).update(state=RequestedItem.State.NOT_NEEDED)
        _end(held, request, at=at)
        record(held, EventKind.EVIDENCE_COMPLETED, actor=actor, words=reason, request=request.pk, waived=waived)


def _end(held: Case, request: EvidenceRequest, *, at: datetime) -> None:
    """Ends the request, its pause, its clock and its follow-ups at `at`, at the latest when the longest wait was over."""
    request.ended_at = min(max(at, request.asked_at), _longest(request))
    request.save()
    _clocks.resume(held, at=request.ended_at)
    _clocks.stop(held, ClockKind.EVIDENCE_WAIT, at=request.ended_at)
    _plans.cancel(held, *_REMINDERS)


def _longest(request: EvidenceRequest) -> datetime:
    return request.asked_at + settings.EVIDENCE_LONGEST_WAIT


def _checked_due(due_at: datetime | None, now: datetime) -> datetime:
    due_at = due_at or now + settings.EVIDENCE_WAIT
    if due_at <= now:
        raise Invalid(errors={"due_at": [_("This time is past.")]})
    if due_at > now + settings.EVIDENCE_LONGEST_WAIT + timedelta(minutes=1):  # a form's minutes, a slow sender
        hours = settings.EVIDENCE_LONGEST_WAIT // timedelta(hours=1)
        raise Invalid(errors={"due_at": [_("At most %(hours)d hours from now.") % {"hours": hours}]})
    return min(due_at, now + settings.EVIDENCE_LONGEST_WAIT)


def _checked_items(held: Case, items: Sequence[Wanted]) -> list[Wanted]:
    """The items cleaned, each once, linked to the checklist where they are on it."""
    lines = queries.checklist_of(held)
    found: list[Wanted] = []
    for wanted in items:
        name = one_line(wanted.name)[:160]
        line = next((line for line in lines if line.answers_to(name, wanted.checklist_item)), None)
        if line is not None and line.state == RequestedItem.State.ACCEPTED:
            raise Invalid(
                errors={"items": [_("“%(name)s” is on file already; do not ask again.") % {"name": line.name}]}
            )
        known = line.checklist_item if line else None
        why = one_line(wanted.why)[:300]
        if known is not None:
            with translation.override(held.customer.language):  # these words are for the customer
                name, why = known.name, known.why if why in ("", known.why_vi, known.why_en) else why
        if name and not any(same_name(name, earlier.name) for earlier in found):
            found.append(Wanted(name=name, why=why, checklist_item=known))
    if not found:
        raise Invalid(errors={"items": [_("Name at least one thing that is missing.")]})
    if len(found) > _MAX_ITEMS:
        raise Invalid(errors={"items": [_("At most %(limit)d things at a time.") % {"limit": _MAX_ITEMS}]})
    return found


def _answered(
    held: Case, request: EvidenceRequest | None, item: int | None, file: StoredFile | None
) -> RequestedItem | None:
    """What the submission answers: the named item, else the first of its kind that is still open, else the first."""
    if item is not None:
        named = RequestedItem.objects.filter(pk=item, request__case=held).first()
        if named is None:
            raise Invalid(errors={"item": [_("This was not asked for in this case.")]})
        return named
    if request is None:
        return None
    waiting = list(request.items.filter(state__in=_MISSING).order_by("pk"))
    kind = ItemKind.FILE if file else ItemKind.TEXT
    return next((one for one in waiting if one.kind == kind), waiting[0] if waiting else None)


def _known(held: Case, file: StoredFile | None, wanted: RequestedItem | None) -> EvidenceItem | None:
    """The same file sent twice for the same thing is one item, unless the first was rejected."""
    if file is None:
        return None
    same = held.evidence.filter(file=file).exclude(state=EvidenceItem.State.REJECTED)
    return same.filter(requested_item=wanted).first() or same.filter(requested_item__isnull=True).first()


def _require_room(held: Case, file: StoredFile | None) -> None:
    if file is None:
        return
    kept = held.evidence.aggregate(total=Sum("file__size"))["total"] or 0
    if kept + file.size > settings.EVIDENCE_MAX_BYTES_PER_CASE:
        limit = filesizeformat(settings.EVIDENCE_MAX_BYTES_PER_CASE)
        raise TooLarge(_("All files of a case together are limited to %(limit)s.") % {"limit": limit})


def _follow(requested: RequestedItem) -> None:
    """A requested item is as good as the best of what answers it."""
    states = set(requested.received.values_list("state", flat=True))
    for state in (EvidenceItem.State.ACCEPTED, EvidenceItem.State.RECEIVED, EvidenceItem.State.REJECTED):
        if state in states:
            requested.state = state
            requested.save()
            return
