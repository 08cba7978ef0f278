"""What is missing is asked for, comes in, and is checked (R-25 … R-29).

How long the customer is waited for, and when that ends, is in `_waiting`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies
from cases.events import EventKind, record
from cases.evidence import custody, queries, sorting
from cases.evidence.models import (
    Check,
    ChecklistItem,
    EvidenceItem,
    EvidenceRequest,
    ItemKind,
    RequestedItem,
    StoredFile,
)
from cases.evidence.names import fitting_filename
from cases.evidence.pipeline.examine import is_due
from cases.evidence.pipeline.receive import Received, Upload, receive, require_room
from cases.evidence.wanted import Wanted, checked_due, checked_items
from cases.fair_words import require_fair
from cases.models import Case
from cases.no_payment import require_no_demand
from cases.records import registry
from cases.states import Channel, Step
from cskh.core.errors import Invalid, NotPermitted, StepNotAllowed
from cskh.core.jobs import enqueue_after_commit
from cskh.core.text import clean, one_line, require_length

from . import _grounds, _waiting, conversation, handover, protection, resolution
from ._grounds import may_ask_again as may_ask_again
from ._grounds import may_ask_besides as may_ask_besides
from ._grounds import may_ask_beyond as may_ask_beyond
from ._own_filing import require_another
from ._take_step import change_case, take_step
from ._waiting import EVIDENCE
from ._waiting import usual_due as usual_due

_MAX_TEXT = 4_000
_MAX_REASON = 500
_REJECTIONS = 2  # so often whoever works on the case rejects the same thing: each asks the customer for it once more


@dataclass(frozen=True, kw_only=True)
class _Submission:
    """What came in `at` that time: a file, with what its sender says of it, or words."""

    upload: Upload | None
    received: Received | None
    words: str
    channel: Channel
    at: datetime
    address_hash: str


def request_evidence(
    case: Case, *, actor: Actor, items: Sequence[Wanted], due_at: datetime | None = None, late_why: str = ""
) -> EvidenceRequest:
    """Asks the customer for `items`, at least one; the case waits for the customer until `due_at` (default `usual_due`).
    `late_why` says for colleagues and auditors why some are asked for only now, which could have been earlier.

    It counts as a human reply. The clocks pause once the request has reached the customer (`mark_delivered`).
    Raises Invalid for no item, too many, one that is on file already or asks for money, a due time that is past or too far,
    or where customers' money waits for what is asked late and nobody says why; NotPermitted where the customer was asked
    twice, or is asked beyond the checklist or besides what is as good, and `actor` does not answer for the case.
    """
    now = timezone.now()
    with take_step(case, Step.REQUEST_EVIDENCE, actor=actor) as held:
        _grounds.require_a_look(held, actor)
        wanted_items = checked_items(held, items, status=held.came_from)
        _grounds.require_grounds(held, actor, wanted_items)
        late_why = clean(late_why)[:_MAX_REASON] if any(wanted.is_late for wanted in wanted_items) else ""
        if not late_why:
            _grounds.require_in_time(held, wanted_items)
        due_at = checked_due(due_at, now) if due_at else usual_due(held, at=now)
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
                is_besides=wanted.is_besides,
            )
            for wanted in wanted_items
        )
        late = [item.pk for item, wanted in zip(asked, wanted_items, strict=True) if wanted.is_late]
        resolution.take_back_approval(held)
        conversation.note_human_reply(held, at=now)
        conversation.note_first_reply(held, actor=actor, at=now)
        _waiting.begin(held, request)
        record(
            held,
            EventKind.EVIDENCE_REQUESTED,
            actor=actor,
            words=late_why,
            request=request.pk,
            items=[item.pk for item in asked],
            besides=[item.pk for item in asked if item.is_besides],
            late=late,
            due_at=due_at,
        )
    return request


def mark_delivered(request: EvidenceRequest, *, at: datetime) -> None:
    """The request reached the customer at `at`: the pause starts there, also when we hear of it later. Once."""
    with change_case(request.case) as held:
        request.refresh_from_db()
        if request.delivered_at is not None:
            return
        request.delivered_at, request.bounced_at = max(at, request.asked_at), None
        request.save()
        _waiting.reached(held, request)
        record(
            held,
            EventKind.EVIDENCE_REQUEST_DELIVERED,
            actor=EVIDENCE,
            request=request.pk,
            delivered_at=request.delivered_at,
        )


def mark_bounced(request: EvidenceRequest) -> None:
    """The request did not reach the customer after all: its pause is undone from its start. Once."""
    with change_case(request.case) as held:
        request.refresh_from_db()
        if request.bounced_at is not None:
            return
        delivered_at, request.delivered_at, request.bounced_at = request.delivered_at, None, timezone.now()
        request.save()
        _waiting.never_reached(held, request, delivered_at=delivered_at)
        record(held, EventKind.EVIDENCE_REQUEST_BOUNCED, actor=EVIDENCE, request=request.pk)


def submit_evidence(
    case: Case,
    *,
    actor: Actor,
    channel: Channel,
    upload: Upload | None = None,
    text: str = "",
    item: int | None = None,
    is_unasked: bool = False,
    thing: str = "",
    at: datetime | None = None,
    address_hash: str = "",
    is_proof: bool = False,
) -> EvidenceItem:
    """Something came in for the case, asked for or not: a file, or words such as a transaction code.

    It answers the requested `item` (its id), or else what the open request still waits for; where it is known to be
    something else (`is_unasked`) it answers nothing; what shows that we did something (`is_proof`) does neither, is nobody's
    word, and comes in as checked by whoever did it. Where nothing is asked for, its sender may say which `thing` of the
    checklist it is (its slug). When it was the last thing that was waited for, the case goes to
    verification and the pause ends at `at` (default now), the moment of receipt. On a closed case it raises the reopen
    question. The same file again on the same case gives the item that is there. `address_hash` stands for where it was
    sent from (`cskh.core.client_address`), and is kept with the name of the file as what is known of its receipt.
    Raises TooLarge, UnsupportedType, Invalid, NotVisible or NotPermitted, and then nothing has changed.
    """
    conversation.require(actor, case)
    words = clean(text)
    if upload is None and not words:
        raise Invalid(errors={"file": [_("Choose a file, or write the text.")]})
    require_length(words, _MAX_TEXT, field="text")
    received_at = min(at or timezone.now(), timezone.now())
    received = receive(upload, room=sorting.room_left(case)) if upload else None
    came = _Submission(
        upload=upload, received=received, words=words, channel=channel, at=received_at, address_hash=address_hash
    )
    with transaction.atomic():
        evidence = _take_in(
            case, came, actor=actor, item=item, is_unasked=is_unasked or is_proof, thing=thing, is_proof=is_proof
        )
        _waiting.complete_if_whole(case)
    return evidence


def waive_rest(case: Case, *, actor: Actor, reason: str) -> None:
    """Somebody decides that what has not come is not needed: the case goes to verification, the reason stays on record."""
    policies.require(actor, Step.EVIDENCE_COMPLETED, case)
    if not reason.strip():
        raise Invalid(errors={"reason": [_("Say why the rest is not needed.")]})
    _waiting.complete(case, actor=actor, at=timezone.now(), reason=reason)


def verify_evidence(
    item: EvidenceItem,
    *,
    actor: Actor,
    result: Check.Result | str,
    reason: str = "",
    checklist_item: ChecklistItem | None = None,
    requested_item: RequestedItem | None = None,
) -> Check:
    """Accepts or rejects what came in. A rejection says, in words the customer can act on, what is wrong and what to send.

    `checklist_item` says which of the needed things it is, or `requested_item` which of those that were asked for besides,
    where that was not known or mistaken. A later check replaces the earlier one and both stay on record; the customer
    hears of a rejection, and when it is taken back. From the third of the same thing on a manager or the lead rejects it,
    and whoever filed it for the customer does not accept it (NotPermitted). What is accepted, or is not any more, after the
    outcome was approved is a new fact: the approval is taken back. What was rejected shows as missing again; whether it is
    asked for once more is the handler's decision.
    """
    policies.require(actor, Step.REQUEST_EVIDENCE, item.case)
    words = clean(reason)[:500]
    if result not in Check.Result.values:
        raise Invalid(errors={"result": [_("Accept or reject it.")]})
    if result == Check.Result.REJECTED and not words:
        raise Invalid(errors={"reason": [_("Say what is wrong with it and what the customer can send instead.")]})
    require_fair(words, field="reason")
    require_no_demand(words, field="reason")
    with transaction.atomic():
        with change_case(item.case) as held:
            policies.require(actor, Step.REQUEST_EVIDENCE, held)
            if not held.is_open:
                raise StepNotAllowed(_("The case is closed. Reopen it to check evidence."))
            item.refresh_from_db()
            thing = checklist_item or requested_item
            if thing is not None:
                sorting.file_under(held, item, thing)
                custody.note_filing(item, actor=actor)
            if result == Check.Result.ACCEPTED:
                require_another(held, item, actor=actor)
            if result == Check.Result.REJECTED:
                _require_a_look_at_rejections(held, actor, item)
            check = note_check(held, item, actor=actor, result=result, words=words)
        _waiting.complete_if_whole(item.case)
    return check


def stop_waiting(case: Case, *, actor: Actor) -> None:
    """The longest wait is over: the case goes back to the operator, who decides on what is known (R-32)."""
    with take_step(case, Step.EVIDENCE_OVERDUE, actor=actor) as held:
        request = _waiting.end(held, queries.open_request(held), at=timezone.now())
        record(held, EventKind.EVIDENCE_OVERDUE, actor=actor, request=request.pk)
        handover.pass_on_if_absent(held, acting=actor)


def require_released(item: EvidenceItem) -> None:
    """Nobody can have looked at what is still closed."""
    if item.file and not item.file.is_released:
        raise StepNotAllowed(_("This file is not released: %(why)s.") % {"why": item.file.why_closed})


def note_check(held: Case, item: EvidenceItem, *, actor: Actor, result: Check.Result | str, words: str) -> Check:
    """Writes on the locked case what somebody found about the item, and what follows from it.

    Raises StepNotAllowed for accepting a file that is closed.
    """
    is_accepted, before = result == Check.Result.ACCEPTED, item.state
    if is_accepted:
        require_released(item)
    check = Check.objects.create(item=item, result=result, reason=words, by_kind=actor.kind, by_id=actor.id)
    item.state = result
    item.save()
    if item.requested_item:
        sorting.update_state(item.requested_item)
    custody.note_check(item, actor=actor, is_accepted=is_accepted, words=words, check=check.pk)
    record(
        held,
        EventKind.EVIDENCE_VERIFIED if is_accepted else EventKind.EVIDENCE_REJECTED,
        actor=actor,
        words=words,
        item=item.pk,
        requested_item=item.requested_item_id,
        checklist_item=item.checklist_item_id,
        check=check.pk,
        before=before,
    )
    if before != result and (is_accepted or before == EvidenceItem.State.ACCEPTED):
        resolution.take_back_approval(held)
    return check


def _require_a_look_at_rejections(held: Case, actor: Actor, item: EvidenceItem) -> None:
    """Raises NotPermitted where the same thing was rejected so often that somebody who answers for the case looks first: to
    reject it once more is to ask the customer once more."""
    if item.checklist_item_id is not None:
        same = Q(item__checklist_item__slug=item.checklist_item.slug)  # type: ignore[union-attr]
    else:
        same = Q(item__requested_item=item.requested_item_id or 0)
    rejected = Check.objects.filter(same, item__case=held, result=Check.Result.REJECTED).count()
    if rejected >= _REJECTIONS and not policies.may(actor, Step.RETURN, held):
        raise NotPermitted(
            _(
                "This was rejected %(times)d times already. A manager or the lead looks at it before the customer is asked "
                "for it once more; you can still accept it, or set it aside."
            )
            % {"times": rejected}
        )


def _take_in(
    case: Case, came: _Submission, *, actor: Actor, item: int | None, is_unasked: bool, thing: str, is_proof: bool
) -> EvidenceItem:
    """Writes what came in on the locked case: the file's row, the item, the event. A file that is there stays as it is."""
    with change_case(case) as held:
        request = queries.open_request(held)
        is_file = came.received is not None
        wanted = None if is_unasked else sorting.answered_by(held, request, item=item, is_file=is_file)
        file = came.received.row() if came.received else None
        if file is not None:
            known = sorting.same_submission(held, file, named=item is not None, wanted=wanted)
            if known is not None:
                return known
            require_room(file.size, room=sorting.room_left(held))
        said = sorting.on_checklist(held, thing) if thing and request is None else None
        evidence = _item(held, came, file, wanted, said, actor=actor)
        filename = came.upload.filename if came.upload else ""
        custody.begin(evidence, actor=actor, filename=filename, address_hash=came.address_hash)
        if wanted:
            sorting.update_state(wanted)
        record(
            held,
            EventKind.EVIDENCE_SUBMITTED,
            actor=actor,
            item=evidence.pk,
            requested_item=wanted.pk if wanted else None,
            channel=came.channel,
            sha256=file.sha256 if file else None,
            received_at=came.at,
        )
        registry.note_said(held, came.words, evidence=evidence.pk, at=came.at)
        protection.heed_on(held, came.words, at=came.at, evidence=evidence.pk)
        if is_proof:
            _count_as_checked(evidence, actor=actor)
        elif (request is None or is_unasked) and not actor.is_staff:
            conversation.note_customer_word(held, actor=actor, at=came.at, evidence=evidence.pk)
    if file is not None and is_due(file):
        enqueue_after_commit("cases.tasks.examine_file", file.pk)
    return evidence


def _count_as_checked(proof: EvidenceItem, *, actor: Actor) -> None:
    """Nothing waits for a look at what shows our own doing. A file that is not released stays closed all the same."""
    check = Check.objects.create(item=proof, result=Check.Result.ACCEPTED, by_kind=actor.kind, by_id=actor.id)
    proof.state = EvidenceItem.State.ACCEPTED
    proof.save(update_fields=["state"])
    custody.note_check(proof, actor=actor, is_accepted=True, words="", check=check.pk)


def _item(
    held: Case,
    came: _Submission,
    file: StoredFile | None,
    wanted: RequestedItem | None,
    said: ChecklistItem | None,
    *,
    actor: Actor,
) -> EvidenceItem:
    return EvidenceItem.objects.create(
        case=held,
        requested_item=wanted,
        checklist_item=wanted.checklist_item if wanted else said,
        file=file,
        text=came.words,
        filename=fitting_filename(came.upload.filename, file.content_type) if came.upload and file else "",
        declared_type=one_line(came.upload.content_type)[:100] if came.upload else "",
        channel=came.channel,
        sender_kind=actor.kind,
        sender_id=actor.id,
        received_at=came.at,
    )
