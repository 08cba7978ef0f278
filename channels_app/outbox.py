"""The one door for everything that goes out.

Everything outgoing is a row written with the change that causes it: the message, and its delivery. A worker sends it after
commit; a sweep finds what a crash left behind. The Message-ID is given once, so every try carries the same one.
"""

import secrets

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from accounts.actors import Actor
from cases.events import EventKind
from cases.models import Answer, Case, CaseEvent
from cases.workflow import conversation
from cskh.core.jobs import enqueue_after_commit
from django.db import transaction

from .intake import checked_body
from .models import Delivery, Message

OUTBOX = Actor.system("outbox")


def write_message(case: Case, *, actor: Actor, body: str) -> Message:
    """A person's message to the customer, over the channel the customer used first."""
    text = checked_body(body)
    with transaction.atomic():
        message = _message(case, actor=actor, body=text)
        conversation.staff_wrote(case, actor=actor, message=message.pk)
        _deliver(message)
    return message


def write_note(case: Case, *, actor: Actor, body: str) -> Message:
    """A note for colleagues. It is never delivered."""
    text = checked_body(body)
    with transaction.atomic():
        note = Message.objects.create(
            case=case,
            direction=Message.Direction.INTERNAL,
            channel=case.channel,
            author_kind=actor.kind,
            author_id=actor.id,
            body=text,
        )
        conversation.note_added(case, actor=actor, message=note.pk)
    return note


def on_case_event(case: Case, event: CaseEvent) -> None:
    """Says to the customer what the event means for them. Called inside the transaction of the change."""
    if event.kind == EventKind.CASE_ANSWERED:
        answer = Answer.objects.get(pk=event.facts["answer"])
        actor = Actor(event.actor_kind, event.actor_id)
        _deliver(_message(case, actor=actor, body=answer.body, answer=answer))
        return
    template = _AUTOMATIC.get(event.kind)
    if template is not None:
        _deliver(_message(case, actor=OUTBOX, body=render(template, case, event), is_automatic=True))


_AUTOMATIC = {EventKind.CASE_OPENED.value: "outbox/case_opened.txt"}


def render(template: str, case: Case, event: CaseEvent) -> str:
    """The text of an automatic message in the customer's language."""
    with translation.override(case.customer.language):
        return render_to_string(template, {"case": case, "event": event, "brand_name": settings.BRAND_NAME}).strip()


def _message(case: Case, *, actor: Actor, body: str, **fields: object) -> Message:
    return Message.objects.create(
        case=case,
        direction=Message.Direction.OUT,
        channel=case.channel,
        author_kind=actor.kind,
        author_id=actor.id,
        subject=case.subject,
        body=body,
        **fields,
    )


def _deliver(message: Message) -> Delivery:
    contact = message.case.contact
    delivery = Delivery.objects.create(
        message=message,
        channel=message.channel,
        address=contact.address if contact else "",
        reference=f"<{secrets.token_hex(16)}@{settings.MAIL_DOMAIN}>",
    )
    enqueue_after_commit("channels_app.tasks.send_delivery", delivery.pk)
    return delivery
