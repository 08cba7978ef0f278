"""A conversation begins, and its visitor comes back to it."""

import secrets
import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers import directory, tokens
from accounts.customers.models import Customer
from accounts.models import User, hash_key
from cases import policies
from cases.workflow.belonging import change_customer
from channels_app.models import Chat
from cskh.core.errors import NotVisible
from cskh.core.text import one_line

from . import place, waiting

VISITORS = Actor.system("chat")


def begin(*, language: str = "vi", website: str = "", token: str = "") -> tuple[Chat, str]:
    """A new conversation and the key that opens it again, which is shown this once.

    `token` is the operator's signed token of a customer who is signed in there; one that does not hold makes the visitor
    anonymous, never refused. `website` is the embedding origin.
    """
    public_id, secret = uuid.uuid4(), secrets.token_urlsafe(32)
    chat = Chat.objects.create(
        public_id=public_id,
        key_hash=hash_key(secret),
        customer=_signed_in(token),
        language=language if language in dict(settings.LANGUAGES) else "vi",
        website=one_line(website)[:200],
    )
    return chat, f"{public_id.hex}.{secret}"


def resume(key: str, *, token: str = "") -> Chat:
    """The conversation of this key, marked as seen now. Raises NotVisible where there is none, or where it rested too long.

    A conversation of a customer who was signed in opens only to the same one; an anonymous one becomes theirs who signs in.
    """
    chat = opened(key)
    customer = _signed_in(token) if token else None
    if chat.customer_id is not None and chat.customer is not None and chat.customer.external_id:
        if token and (customer is None or customer.pk != chat.customer_id):
            raise NotVisible
    elif customer is not None:
        _belongs_to(chat, customer)
    note_seen(chat)
    return chat


def opened(key: str) -> Chat:
    """The conversation of this key. Raises NotVisible where there is none, or where it rested too long."""
    name, _dot, secret = key.partition(".")
    try:
        public_id = uuid.UUID(hex=name)
    except ValueError as error:
        raise NotVisible from error
    fresh = Chat.objects.filter(seen_at__gt=timezone.now() - settings.CHAT_RESUMES_FOR)
    chat = fresh.select_related("customer", "case__customer", "agent").filter(public_id=public_id).first()
    if chat is None or not secrets.compare_digest(chat.key_hash, hash_key(secret)):
        raise NotVisible
    return chat


def visible_chat(actor: Actor, public_id: str) -> Chat:
    """The conversation, for staff who may see its case. Raises NotVisible."""
    return _found(_visible(actor).select_related("case__customer", "agent"), public_id)


def visible_as_shown(actor: Actor, public_id: str) -> Chat:
    """As `visible_chat`, to be looked at only."""
    return _found(waiting.shown(_visible(actor)), public_id)


def _visible(actor: Actor) -> QuerySet[Chat]:
    return Chat.objects.filter(case__in=policies.visible_to(actor))


def _found(chats: QuerySet[Chat], public_id: str) -> Chat:
    chat = chats.filter(public_id=_parsed(public_id)).first()
    if chat is None:
        raise NotVisible
    return chat


def talked_by(user: User, public_id: str) -> Chat | None:
    """The conversation where `user` is the one who talks with the visitor; None where it is another's, NotVisible where they
    may not know of it."""
    talking = Chat.objects.filter(public_id=_parsed(public_id), agent=user)
    chat = talking.select_related("case").first()
    if chat is None:
        visible_chat(Actor.staff(user), public_id)
    return chat


def _parsed(public_id: str) -> uuid.UUID:
    try:
        return uuid.UUID(public_id)
    except ValueError as error:
        raise NotVisible from error


def note_seen(chat: Chat) -> None:
    """The visitor's browser is there now. Who had left before anybody answered waits again, at their old place."""
    now = timezone.now()
    if Chat.objects.filter(pk=chat.pk, left_at=None).update(seen_at=now):
        chat.seen_at = now
    else:
        place.come_back(chat)


def visitor_of(chat: Chat) -> Actor:
    """The visitor, as the one who acts on the conversation's case. Raises NotVisible while there is no case."""
    if chat.case is None:
        raise NotVisible
    return Actor.customer(chat.case.customer)


def _signed_in(token: str) -> Customer | None:
    try:
        return tokens.customer_of(token) if token else None
    except tokens.BadToken:
        return None


def _belongs_to(chat: Chat, customer: Customer) -> None:
    """Somebody who talked to us without a name has signed in meanwhile: it is the same browser and the same conversation."""
    with transaction.atomic():
        held = Chat.objects.select_for_update(of=("self",)).get(pk=chat.pk)
        customer = directory.hold(customer)
        held.customer = customer
        held.save(update_fields=["customer"])
        if held.case is not None and held.case.customer_id != customer.pk:
            change_customer(held.case, customer, actor=VISITORS)
    chat.customer, chat.case = held.customer, held.case
