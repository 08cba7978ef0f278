"""What is said in a conversation, in which order, and what of it was seen.

Messages of a case have ids in the order in which they can be seen (`cases.workflow.conversation.Keep`): whoever asks for what
came after the last id they saw misses nothing and gets nothing twice.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from accounts.actors import Actor, ActorKind
from accounts.customers import directory
from accounts.customers.models import Customer, Notice
from accounts.models import User
from cases import policies
from cases.evidence.pipeline.receive import Upload
from cases.models import Case
from cases.states import Channel
from cases.workflow import answer, evidence
from cases.workflow.opening import Matter
from channels_app import deliveries, intake, outbox, push
from channels_app.adapters.chat.frames import Said, checked_client_id
from channels_app.models import Attachment, Chat, InboundItem, Message
from cskh.core.errors import NotVisible

from . import agents, giving, leaving, place
from .conversations import visitor_of

_SUBJECT_LENGTH = 80
AT_A_TIME = 200


def visitor_says(chat: Chat, *, client_id: object, body: object) -> None:
    """Keeps the visitor's message, then makes it a part of the conversation's case; the first one opens the case.

    The same `client_id` again changes nothing. Raises Invalid for a message that cannot be taken. A failure after it was
    kept is tried again by the sweep and whenever the browser sends it again, and the message appears when that has worked.
    """
    said = Said.checked(client_id, body)
    item = intake.receive_message(
        Channel.CHAT,
        said.raw(),
        source=str(chat.public_id),
        external_id=_identity(chat, said.client_id),
        at_once=True,
    )
    if item.state == InboundItem.State.FAILED:
        intake.retry(item)
    else:
        intake.process(item.pk, in_order=True)  # an old connection may be at it still


def is_kept(chat: Chat, client_id: object) -> bool:
    """Whether the visitor's message with this id was kept already."""
    kept = InboundItem.objects.filter(channel=Channel.CHAT, external_id=_identity(chat, checked_client_id(client_id)))
    return kept.exists()


def take(item: InboundItem, *, as_person: bool = False) -> None:
    """Takes the message of the locked `item`, in the caller's transaction."""
    said = Said.read(item.content)
    chat = giving.locked_by_name(item.source)
    if chat.case is None:
        chat.case = _open(chat, said, item)
        push.changed(push.chat_group(chat.public_id))  # nobody follows its case yet
    else:
        intake.add_message(
            chat.case,
            actor=visitor_of(chat),
            channel=Channel.CHAT,
            body=said.body,
            inbound=item,
            external_id=said.client_id,
        )
    place.somebody_is_needed(chat)
    chat.seen_at = timezone.now()
    chat.save()
    item.settle(InboundItem.State.DONE, case=chat.case)
    _tell_of_a_line(chat)


def visitor_sends(chat: Chat, *, client_id: object, upload: Upload, address_hash: str = "") -> None:
    """A file of the visitor: evidence of the case, shown in the conversation. Once for a `client_id`.

    Raises NotVisible while nothing was said yet, TooLarge, UnsupportedType or Invalid where the file is not taken.
    """
    identity = checked_client_id(client_id)
    with transaction.atomic():
        held = giving.locked(chat.pk)
        actor = visitor_of(held)
        if held.case is None or held.case.messages.filter(external_id=identity).exists():
            return
        received = evidence.submit_evidence(
            held.case, actor=actor, channel=Channel.CHAT, upload=upload, address_hash=address_hash
        )
        message = intake.add_message(
            held.case, actor=actor, channel=Channel.CHAT, body=received.filename, external_id=identity
        )
        Attachment.objects.create(
            message=message, filename=received.filename, file=received.file, evidence_item=received
        )
        place.somebody_is_needed(held)
        held.save()
        _tell_of_a_line(held)


def staff_says(chat: Chat, *, actor: Actor, client_id: object, body: str) -> None:
    """A person's words to the visitor, once for a `client_id`. Whoever answers a waiting visitor takes the conversation.

    Raises NotVisible or NotPermitted as on every case, Invalid for a message that cannot be sent.
    """
    said = Said.checked(client_id, body)
    with transaction.atomic():
        held = giving.locked(chat.pk)
        case = _seen_case(held, actor)
        if case.messages.filter(external_id=said.client_id).exists():
            return
        if held.state == Chat.State.WAITING:
            agents.take_held(held, actor=actor)
        outbox.write_message(case, actor=actor, body=said.body, external_id=said.client_id)
        _no_calls_for(case)


def staff_notes(chat: Chat, *, actor: Actor, client_id: object, body: str) -> None:
    """A note for colleagues on the conversation's case, once for a `client_id`. The visitor never sees it."""
    said = Said.checked(client_id, body)
    with transaction.atomic():
        case = _seen_case(giving.locked(chat.pk), actor)
        if not case.messages.filter(external_id=said.client_id).exists():
            outbox.write_note(case, actor=actor, body=said.body, external_id=said.client_id)


def staff_answers(chat: Chat, *, actor: Actor, client_id: object, body: str) -> None:
    """Ends the conversation with the official answer of its case, once for a `client_id`.

    `body` is empty where an approved outcome goes out as it is. Raises what the case's answer step raises.
    """
    identity = checked_client_id(client_id)
    with transaction.atomic():
        held = giving.locked(chat.pk)
        case = _seen_case(held, actor)
        if case.messages.filter(external_id=identity).exists():
            return
        sent = answer.send_answer(case, actor=actor, body=body)
        case.messages.filter(answer=sent).update(external_id=identity)
        agents.end_held(held, actor=actor)
        _no_calls_for(case)


def lines_after(chat: Chat, last_id: int, *, for_staff: bool = False) -> list[dict[str, Any]]:
    """What was said after the message `last_id`, oldest first, at most 200 at a time: ask again from the last one.

    Each `{id, from: visitor | agent | automatic | note, name, body, at, client_id, answer, files: [{name, refused}]}`; `answer`
    is the id of the answer it carries, to be named by whoever accepts it. Notes are for staff, who also get of a file the
    evidence `item` (its public id) and whether there is a `picture` ("ready", or "waiting" to be made); visitors get the given
    name of whoever writes.
    """
    if chat.case_id is None:
        return []
    lines = Message.objects.filter(case_id=chat.case_id, pk__gt=last_id)
    if not for_staff:
        lines = lines.exclude(direction=Message.Direction.INTERNAL)
    files = ["attachments__file", "attachments__evidence_item"] if for_staff else ["attachments"]
    shown = list(lines.order_by("pk").prefetch_related(*files)[:AT_A_TIME])
    authors = {int(one.author_id) for one in shown if one.author_kind == ActorKind.STAFF}
    names = {user.pk: user for user in User.objects.filter(pk__in=authors)} if authors else {}
    return [_line(message, names, for_staff=for_staff) for message in shown]


def visitor_read(chat: Chat, last_id: int) -> None:
    """Everything up to the message `last_id` was shown to the visitor: it is delivered."""
    if chat.case is None or not _advance(chat, "visitor_read", last_id):
        return
    shown = Message.objects.filter(case=chat.case, pk__lte=chat.visitor_read)
    deliveries.mark_all_delivered(shown, channel=Channel.CHAT)
    push.read_by("visitor", chat.public_id, up_to=chat.visitor_read)


def agent_read(chat: Chat, last_id: int) -> None:
    """Everything up to the message `last_id` was shown to the agent who has the conversation."""
    if _advance(chat, "agent_read", last_id):
        push.read_by("agent", chat.public_id, up_to=chat.agent_read)


def _tell_of_a_line(chat: Chat) -> None:
    """Those who follow the case hear of every line by its event; as long as nobody talks, everybody who could hears too."""
    if chat.state != Chat.State.TALKING:
        push.changed(push.WAITING)


def _identity(chat: Chat, client_id: str) -> str:
    return f"{chat.public_id}:{client_id}"


def _advance(chat: Chat, field: str, last_id: int) -> bool:
    """Moves a read mark on, never back and never beyond the last message."""
    last = Message.objects.filter(case=chat.case).aggregate(last=Max("pk"))["last"] or 0
    mark = min(last_id, last)
    setattr(chat, field, max(mark, getattr(chat, field)))
    return bool(Chat.objects.filter(Q(**{f"{field}__lt": mark}), pk=chat.pk).update(**{field: mark}))


def _open(chat: Chat, said: Said, item: InboundItem) -> Case:
    known = chat.customer
    customer = directory.hold(known) if known else Customer.objects.create(language=chat.language)
    case = intake.open_request(
        Matter(subject=said.body[:_SUBJECT_LENGTH]),
        actor=Actor.customer(customer),
        channel=Channel.CHAT,
        body=said.body,
        customer=customer,
        notice=Notice.in_force(chat.created_at),  # the page on which they began to write leads to it
    )
    first = case.messages.filter(direction=Message.Direction.IN)
    first.update(inbound=item, external_id=said.client_id)
    return case


def _no_calls_for(case: Case) -> None:
    """A person answered: once that is certain, calls to a customer who is here again are not needed, on whichever case."""
    transaction.on_commit(partial(leaving.spare_calls, case.customer), robust=True)


def _seen_case(chat: Chat, actor: Actor) -> Case:
    if chat.case is None or not policies.can_see(actor, chat.case):
        raise NotVisible
    return chat.case


def _line(message: Message, names: Mapping[int, User], *, for_staff: bool) -> dict[str, Any]:
    who = names.get(int(message.author_id)) if message.author_kind == ActorKind.STAFF else None
    return {
        "id": message.pk,
        "from": _side(message),
        "name": (str(who) if for_staff else who.first_name) if who and not message.is_automatic else "",
        "body": message.body,
        "at": message.created_at.isoformat(),
        "client_id": message.external_id if message.channel == Channel.CHAT else "",
        "answer": message.answer_id,
        "files": [_file(one, for_staff=for_staff) for one in message.attachments.all()],
    }


def _file(attachment: Attachment, *, for_staff: bool) -> dict[str, Any]:
    file: dict[str, Any] = {"name": attachment.filename, "refused": attachment.refused}
    if for_staff:
        kept = attachment.file
        file["closed"] = kept.why_closed if kept else ""
        item = None if file["closed"] else attachment.evidence_item
        file["item"] = str(item.public_id) if item else None
        file["picture"] = kept.preview_state if kept else ""
    return file


def _side(message: Message) -> str:
    if message.direction == Message.Direction.INTERNAL:
        return "note"
    if message.direction == Message.Direction.IN:
        return "visitor"
    return "automatic" if message.is_automatic else "agent"
