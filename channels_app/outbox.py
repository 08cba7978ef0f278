"""The one door for everything that goes out.

Everything outgoing is a row written with the change that causes it: the message, and its delivery. A worker sends it after
commit; a sweep finds what a crash left behind. The Message-ID is given once, so every try carries the same one. Links are not
in what is kept: they are added when a message is sent (`channels_app.letters`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, ActorKind
from accounts.customers.models import Contact
from accounts.models import Department
from cases.complaints.ladder import external_route
from cases.complaints.models import Remedy
from cases.complaints.responses import responses_of
from cases.events import EventKind
from cases.evidence import queries as evidence_queries
from cases.evidence.lines import by_choice
from cases.evidence.models import EvidenceItem, EvidenceRequest, FactEntry, ItemKind
from cases.evidence.names import short_name
from cases.models import Answer, Case, CaseEvent, FollowUp
from cases.satisfaction import question_of
from cases.states import Channel, ClosedAs
from cases.workflow import call_back, conversation
from cases.workflow.protection import FIRST_TIME
from cskh.core.jobs import enqueue_after_commit
from cskh.core.text import checked_body, one_line

from . import help_articles
from .models import Attachment, Chat, Delivery, Message

OUTBOX = Actor.system("outbox")
_LOOP_WINDOW = timedelta(hours=1)


def write_message(case: Case, *, actor: Actor, body: str, external_id: str = "") -> Message:
    """A person's message to the customer, over the channel the customer used first.

    `external_id` is what the channel calls it, where it has a name there already.
    """
    text = checked_body(body)
    keep = partial(_message, case, actor=actor, body=text, external_id=external_id)
    with transaction.atomic():
        message = conversation.staff_wrote(case, actor=actor, keep=keep)
        _queue(message, _way(case, is_worth_a_call=True))
    return message


def write_note(case: Case, *, actor: Actor, body: str, external_id: str = "", is_automatic: bool = False) -> Message:
    """A note for colleagues. It is never delivered."""
    keep = partial(
        Message.objects.create,
        case=case,
        direction=Message.Direction.INTERNAL,
        channel=case.channel,
        author_kind=actor.kind,
        author_id=actor.id,
        body=checked_body(body),
        external_id=external_id,
        is_automatic=is_automatic,
    )
    return conversation.note_added(case, actor=actor, keep=keep)


def tell_refused(case: Case, refused: Sequence[Attachment]) -> None:
    """Tells the customer which files could not be taken, why, and what to send instead."""
    _tell(case, Text("files_refused"), {"files": refused})


def on_case_event(case: Case, event: CaseEvent) -> None:
    """Says to the customer what the event means for them. Called inside the transaction of the change."""
    if event.kind == EventKind.CASE_ANSWERED:
        answer = Answer.objects.get(pk=event.facts["answer"])
        author = Actor(ActorKind(event.actor_kind), event.actor_id)
        message = _message(case, actor=author, body=_answer_words(case, answer), answer=answer)
        _queue(message, _way(case, is_worth_a_call=True))
        return
    detail = event.facts.get(_DETAILS.get(event.kind, ""), "")
    text = TEXTS.get((event.kind, detail))
    if text is None:
        return
    with translation.override(case.customer.language):
        facts = text.facts(case, event)
    if text.name == "help_lines" and not facts["text"]:
        return  # the operator names none
    _tell(case, text, {"event": event, **facts}, event)


def _answer_words(case: Case, answer: Answer) -> str:
    """The answer, and of a complaint where its official response is read."""
    response = responses_of(case).filter(answer=answer).first()
    return f"{answer.body}\n\n{response.notice}" if response else answer.body


Facts = Mapping[str, object]


def _none(case: Case, event: CaseEvent) -> Facts:
    return {}


def _expected(case: Case, event: CaseEvent) -> Facts:
    """When we will have replied, as it was promised at opening. A live chat says it itself, at every moment anew."""
    expected_at = event.facts["expected_at"] if case.channel != Channel.CHAT else None
    return {"expected_at": expected_at and datetime.fromisoformat(expected_at)}


def _request(case: Case, event: CaseEvent) -> Facts:
    request = EvidenceRequest.objects.get(pk=event.facts["request"])
    items = list(request.items.select_related("checklist_item").order_by("pk"))
    takes_files = any(item.kind != ItemKind.TEXT for item in items)
    return {
        "request": request,
        "groups": by_choice(items),
        "file_limit": f"{settings.EVIDENCE_MAX_BYTES // 1024**2}\N{NO-BREAK SPACE}MB" if takes_files else None,
    }


def _still_missing(case: Case, event: CaseEvent) -> Facts:
    request = evidence_queries.open_request(case)
    return {
        "due_at": request and request.due_at,
        "groups": by_choice(evidence_queries.still_missing(request).select_related("checklist_item"))
        if request
        else (),
    }


def _rejected_item(case: Case, event: CaseEvent) -> Facts:
    """What cannot be used, and why. What needs nothing more is not asked for again, so its name does not stand for a file."""
    item = _item_of(event)
    line = evidence_queries.file_of(case).line_of(item)
    settled = line.name if line and line.needs_nothing_more else ""
    return {"name": _in_words(item, is_for=not settled), "settled": settled, "reason": event.words.text}


def _item(case: Case, event: CaseEvent) -> Facts:
    return {"name": _in_words(_item_of(event))}


def _item_of(event: CaseEvent) -> EvidenceItem:
    return EvidenceItem.objects.select_related("requested_item", "checklist_item").get(pk=event.facts["item"])


def _in_words(item: EvidenceItem, *, is_for: bool = True) -> str:
    """A file by its name with what it is for, words by what they are for, where that is known and is to be said."""
    thing = str(item.requested_item or item.checklist_item or "") if is_for else ""
    if not item.file_id:
        return thing or one_line(str(item))
    name = short_name(item.filename)
    return f"{name} ({thing})" if thing else name


def _fact(case: Case, event: CaseEvent) -> Facts:
    """What could not be confirmed, in the words written for the customer, and how to prove it otherwise."""
    line = next((one for one in evidence_queries.needed_by(case).lines if one.slug == event.facts["fact"]), None)
    return {"sentence": event.words.text, "otherwise": line.otherwise if line else ""}


def _department(case: Case, event: CaseEvent) -> Facts:
    return {"department": Department.objects.get(slug=event.facts["department"])}


def _corrected(case: Case, event: CaseEvent) -> Facts:
    return {"number": event.facts["numbered"], "version": event.facts["version"], "reason": event.words.text}


def _promise(case: Case, event: CaseEvent) -> Facts:
    return {"remedy": Remedy.objects.get(pk=event.facts["remedy"]), "reason": event.words.text}


def _route(case: Case, event: CaseEvent) -> Facts:
    return {"route": external_route()}


def _question(case: Case, event: CaseEvent) -> Facts:
    """Whether the customer is asked at the same time how satisfied they are."""
    return {"is_asked": question_of(case) is not None}


def _help_lines(case: Case, event: CaseEvent) -> Facts:
    return {"text": settings.SAFETY_REPLY.get(case.customer.language, "")}


@dataclass(frozen=True)
class Text:
    """What the customer is told: `templates/outbox/NAME.txt`, rendered with `facts`, in the customer's language.

    `is_worth_a_call`: somebody calls a customer who has only a telephone. `is_reply`: a person of ours asked for it, so it
    is no automatic mail.
    """

    name: str
    facts: Callable[[Case, CaseEvent], Facts] = _none
    is_worth_a_call: bool = False
    is_reply: bool = False


# The fact of an event that decides which text it is.
_DETAILS = {
    EventKind.CASE_CLOSED.value: "closed_as",
    EventKind.FOLLOW_UP_DONE.value: "follow_up",
    EventKind.EVIDENCE_VERIFIED.value: "before",
    EventKind.FACT_VERIFIED.value: "settled",
    EventKind.SAFETY_FLAGGED.value: "told",
    EventKind.SATISFACTION_ASKED.value: "after",
    EventKind.REOPEN_ASKED.value: "after",
    EventKind.REOPEN_DECLINED.value: "after",
}
# Which text for which event: the whole list. Spam is told nothing, and a final response is an answer.
TEXTS: dict[tuple[str, str], Text] = {
    (EventKind.CASE_OPENED, ""): Text("case_opened", _expected),
    (EventKind.EVIDENCE_REQUESTED, ""): Text("evidence_requested", _request, is_worth_a_call=True, is_reply=True),
    (EventKind.EVIDENCE_REJECTED, ""): Text("evidence_rejected", _rejected_item, is_worth_a_call=True, is_reply=True),
    (EventKind.EVIDENCE_VERIFIED, EvidenceItem.State.REJECTED): Text(
        "evidence_accepted_after_all", _item, is_worth_a_call=True, is_reply=True
    ),
    (EventKind.FACT_VERIFIED, FactEntry.Kind.CONTRADICTED): Text(
        "fact_not_confirmed", _fact, is_worth_a_call=True, is_reply=True
    ),
    (EventKind.FACT_VERIFIED, FactEntry.Kind.UNABLE): Text(
        "fact_not_confirmed", _fact, is_worth_a_call=True, is_reply=True
    ),
    (EventKind.CASE_TRANSFERRED, ""): Text("case_transferred", _department),
    (EventKind.CASE_REOPENED, ""): Text("case_reopened"),
    (EventKind.RESPONSE_CORRECTED, ""): Text("response_corrected", _corrected, is_worth_a_call=True, is_reply=True),
    (EventKind.PROMISE_TAKEN_BACK, ""): Text("promise_taken_back", _promise, is_worth_a_call=True, is_reply=True),
    (EventKind.REOPEN_ASKED, ClosedAs.FINAL_RESPONSE): Text("final_asked", _route),
    (EventKind.REOPEN_DECLINED, ClosedAs.FINAL_RESPONSE): Text(
        "final_stands", _route, is_worth_a_call=True, is_reply=True
    ),
    (EventKind.FOLLOW_UP_DONE, FollowUp.Kind.PROGRESS): Text("progress", is_worth_a_call=True),
    (EventKind.FOLLOW_UP_DONE, FollowUp.Kind.SILENCE_REMINDER): Text("silence_reminder", is_worth_a_call=True),
    (EventKind.FOLLOW_UP_DONE, FollowUp.Kind.EVIDENCE_REMINDER): Text(
        "evidence_reminder", _still_missing, is_worth_a_call=True
    ),
    (EventKind.SAFETY_FLAGGED, FIRST_TIME): Text("help_lines", _help_lines),
    (EventKind.CASE_CLOSED, ClosedAs.ACCEPTED): Text("closed_accepted", _question),
    (EventKind.CASE_CLOSED, ClosedAs.NO_REPLY): Text("closed_no_reply", _question),
    (EventKind.SATISFACTION_ASKED, ClosedAs.FINAL_RESPONSE): Text("satisfaction_asked"),
    (EventKind.CASE_CLOSED, ClosedAs.WITHDRAWN): Text("closed_withdrawn"),
    (EventKind.CASE_CLOSED, ClosedAs.DUPLICATE): Text("closed_duplicate"),
}


def _tell(case: Case, text: Text, facts: Facts, event: CaseEvent | None = None) -> None:
    way = _way(case, is_worth_a_call=text.is_worth_a_call)
    if way is None:
        return
    with translation.override(case.customer.language):
        body = render_to_string(
            f"outbox/{text.name}.txt", {"case": case, "brand_name": settings.BRAND_NAME, **facts}
        ).strip()
    author = _person_behind(text, event)
    is_held_back = _anybody_can_cause(text, case, way, author) and _is_told_enough(case)
    message = _message(
        case, actor=author or OUTBOX, body=body, is_automatic=author is None, evidence_request=facts.get("request")
    )
    _queue(message, way, is_held_back=is_held_back)


def _person_behind(text: Text, event: CaseEvent | None) -> Actor | None:
    """Whoever of ours says it, where it is a reply: a file that is of no use is rejected by somebody, or by what looked into it."""
    if event is None or not text.is_reply or event.actor_kind == ActorKind.SYSTEM:
        return None
    return Actor(ActorKind(event.actor_kind), event.actor_id)


def _anybody_can_cause(text: Text, case: Case, way: Channel, author: Actor | None) -> bool:
    """Whether a mail or form that names an address has it mailed this text, with no person of ours in between."""
    is_receipt = text.name == "case_opened" and case.channel in (Channel.EMAIL, Channel.WEB)
    is_of_no_use = text.name == "evidence_rejected" and author is None
    is_told_anybody = text.name in ("files_refused", "help_lines", "final_asked")
    return is_told_anybody or is_of_no_use or (is_receipt and way == Channel.EMAIL)


def _is_told_enough(case: Case) -> bool:
    """An address that causes automatic text after text is a robot's, or one that somebody else has mailed: no more then."""
    address = case.contact.address if case.contact else ""
    told = Message.objects.filter(
        case__contact__kind=Contact.Kind.EMAIL,
        case__contact__address__iexact=address,  # an address is the same however its letters are written
        direction=Message.Direction.OUT,
        is_automatic=True,
        created_at__gt=timezone.now() - _LOOP_WINDOW,
    )
    held_back = Delivery.objects.filter(message=OuterRef("pk"), state=Delivery.State.CANCELLED)
    return told.exclude(Exists(held_back)).count() >= settings.MAIL_ACKNOWLEDGEMENTS_PER_HOUR


def _way(case: Case, *, is_worth_a_call: bool) -> Channel | None:
    """How the customer is reached: the original channel, as far as we have what it needs. None: not at all, and no loss."""
    contact = case.contact
    if case.channel == Channel.APP:
        return Channel.APP
    if case.channel == Channel.CHAT and Chat.objects.filter(case=case).exists():
        return Channel.CHAT  # shown there; to whoever is gone it is mailed (`channels_app.deliveries`)
    if is_worth_a_call and (case.channel == Channel.HOTLINE or (contact and contact.kind == Contact.Kind.PHONE)):
        return Channel.HOTLINE
    if contact and contact.kind == Contact.Kind.EMAIL:
        return Channel.EMAIL
    if case.channel in (Channel.WEB, Channel.CHAT):
        return Channel(case.channel)
    return Channel(case.channel) if is_worth_a_call else None


def _message(case: Case, *, actor: Actor, body: str, **fields: object) -> Message:
    message = Message.objects.create(
        case=case,
        direction=Message.Direction.OUT,
        channel=case.channel,
        author_kind=actor.kind,
        author_id=actor.id,
        subject=case.subject,
        body=body,
        **fields,
    )
    help_articles.cite(message)
    return message


def _queue(message: Message, way: Channel | None, *, is_held_back: bool = False) -> None:
    """Writes the delivery. Mail and what is shown on our own pages are up to a worker; the app and people fetch theirs."""
    case, contact = message.case, message.case.contact
    is_sent_by_us = way in (Channel.EMAIL, Channel.WEB, Channel.CHAT) and not is_held_back
    # A person's words in a chat are there to be read at once; only what was not read by then is looked after.
    is_being_read = way == Channel.CHAT and not message.is_automatic
    first_try_at = timezone.now() + (settings.CHAT_UNREAD_MAILED_AFTER if is_being_read else timedelta())
    delivery = Delivery.objects.create(
        message=message,
        channel=way or case.channel,
        address=contact.address if contact else "",
        reference=Delivery.new_reference(),
        state=Delivery.State.CANCELLED if is_held_back else Delivery.State.QUEUED,
        next_try_at=first_try_at if is_sent_by_us else None,
        error=_("Too many automatic messages to this address.") if is_held_back else "",
    )
    if way == Channel.HOTLINE:
        # A copy of its own: the caller's may hold changes that are written only at the end of the step.
        call_back.ask_call_back(Case.objects.get(pk=case.pk), actor=OUTBOX, why="message", message=message.pk)
    if is_sent_by_us and not is_being_read:
        enqueue_after_commit("channels_app.tasks.send_delivery", delivery.pk)
