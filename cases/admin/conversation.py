"""What was said on a case, in the order it was said: messages, notes, proposed outcomes, and the words of decisions."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from accounts.actors import ActorKind
from cases.events import EventKind, label_of
from cases.models import Answer, Case, CaseEvent
from channels_app import help_articles
from channels_app.models import Attachment, Delivery, HelpVersion, Message
from cskh.core.latest import Latest, latest, newest

from .words import CHANNEL_ICONS, Who

_DELIVERY_TONES = {
    Delivery.State.DELIVERED: "good",
    Delivery.State.FAILED: "bad",
    Delivery.State.BOUNCED: "bad",
    Delivery.State.CANCELLED: "quiet",
}
# Whoever works on the case next has to read these: why the customer was not satisfied, what to rework, how far it got.
_DECISIONS = (
    EventKind.OUTCOME_ACCEPTED,
    EventKind.OUTCOME_REJECTED,
    EventKind.OUTCOME_RETURNED,
    EventKind.CASE_TRANSFERRED,
    EventKind.CASE_REOPENED,
    EventKind.REOPEN_DECLINED,
    EventKind.SAFETY_CLEARED,
    EventKind.CASE_CLOSED,
)
_ANSWER_TONES = {Answer.State.PROPOSED: "warn", Answer.State.APPROVED: "good", Answer.State.RETURNED: "bad"}


@dataclass
class Sent:
    """What became of one outgoing message."""

    label: str
    tone: str
    address: str
    error: str
    is_lost: bool
    pk: int


@dataclass
class Entry:
    """One thing said. `look` is in, out, auto, note or outcome; `quoted` is the whole text where `body` is only the new words."""

    at: datetime
    look: str
    who: Who
    title: str
    body: str
    quoted: str = ""
    icon: str = ""
    anchor: str = ""
    state: str = ""
    state_tone: str = ""
    sent: list[Sent] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    cites: list[HelpVersion] = field(default_factory=list)
    author: str = ""


def entries_of(case: Case, before: str = "") -> Latest[Entry]:
    """The latest, or those before the cursor `before`; oldest first. Six queries, however much was said."""
    messages = case.messages.prefetch_related(
        Prefetch("deliveries", Delivery.objects.order_by("pk")),
        Prefetch("attachments", Attachment.objects.select_related("evidence_item").order_by("pk")),
        Prefetch("cites", help_articles.cited_versions()),
    )
    proposals = case.answers.exclude(state=Answer.State.SENT)
    decisions = case.events.filter(kind__in=_DECISIONS, words__isnull=False).select_related("words")
    entries = [
        *map(_of_message, newest(messages, "created_at", before)),
        *map(_of_proposal, newest(proposals, "created_at", before)),
        *map(_of_decision, newest(decisions, "at", before)),
    ]
    return latest(entries, lambda entry: entry.at)


def _of_message(message: Message) -> Entry:
    return Entry(
        at=message.created_at,
        look=_look(message),
        who=(message.author_kind, message.author_id),
        title=_title(message),
        body=message.body,
        quoted=message.quoted if message.quoted.strip() != message.body.strip() else "",
        icon="sticky_note_2" if message.direction == Message.Direction.INTERNAL else CHANNEL_ICONS[message.channel],
        anchor=f"message-{message.pk}",
        sent=[_sent(delivery) for delivery in message.deliveries.all()],
        attachments=list(message.attachments.all()),
        cites=list(message.cites.all()),
    )


def _look(message: Message) -> str:
    if message.direction == Message.Direction.INTERNAL:
        return "note"
    if message.direction == Message.Direction.IN:
        return "in"
    return "auto" if message.is_automatic else "out"


def _title(message: Message) -> str:
    if message.direction == Message.Direction.INTERNAL:
        return _("Internal note")
    if message.answer_id:
        return _("Answer")
    if message.evidence_request_id:
        return _("Evidence asked for")
    return ""


def _sent(delivery: Delivery) -> Sent:
    lost = delivery.state in (Delivery.State.FAILED, Delivery.State.BOUNCED)
    tone = _DELIVERY_TONES.get(Delivery.State(delivery.state), "warn")
    return Sent(delivery.get_state_display(), tone, delivery.address, delivery.error, lost, delivery.pk)


def _of_proposal(answer: Answer) -> Entry:
    return Entry(
        at=answer.created_at,
        look="outcome",
        who=(answer.author_kind, answer.author_id),
        title=_("Proposed outcome"),
        body=answer.body,
        icon="draft",
        anchor=f"outcome-{answer.pk}",
        state=answer.get_state_display(),
        state_tone=_ANSWER_TONES[Answer.State(answer.state)],
    )


def _of_decision(event: CaseEvent) -> Entry:
    by_customer = event.actor_kind == ActorKind.CUSTOMER
    return Entry(
        at=event.at,
        look="in" if by_customer else "note",
        who=(event.actor_kind, event.actor_id),
        title=label_of(event.kind),
        body=event.words.text,
        icon="person" if by_customer else "gavel",
        anchor=f"event-{event.number}",
    )
