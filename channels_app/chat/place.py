"""The visitor's place among those who wait: they need somebody, leave, and come back to it."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import Actor
from cases import policies
from channels_app import push
from channels_app.models import Chat

from . import giving

_WAITING, _TALKING, _ENDED = Chat.State.WAITING, Chat.State.TALKING, Chat.State.ENDED


def waiting_for(actor: Actor) -> QuerySet[Chat]:
    """The visitors who wait, as far as `actor` may know of them; who waited longest first."""
    waiting = Chat.objects.filter(state=_WAITING, case__in=policies.visible_to(actor))
    return waiting.order_by("waiting_since", "pk")


def somebody_is_needed(chat: Chat) -> None:
    """The visitor of the locked `chat` said something: unless somebody is talking with them, they wait from now on."""
    if chat.state not in (_WAITING, _TALKING):
        chat.waiting_since = chat.waiting_since if _left_unanswered(chat) else timezone.now()
        chat.state, chat.agent = _WAITING, None
        chat.ended_at = chat.dropped_by = chat.dropped_at = None
        _found_again(chat)
    if chat.state == _WAITING:
        transaction.on_commit(giving.give_out, robust=True)


def come_back(chat: Chat) -> None:
    """The visitor who had left is there again. Who left before anybody answered waits on, at the place they had."""
    with transaction.atomic():
        held = giving.locked(chat.pk)
        if _left_unanswered(held):
            somebody_is_needed(held)
            push.changed(push.chat_group(held.public_id), push.WAITING)
        _found_again(held)
        held.seen_at, held.left_at = timezone.now(), None
        held.save()
    for field in ("state", "agent", "waiting_since", "lost_at", "ended_at", "seen_at", "left_at"):
        setattr(chat, field, getattr(held, field))


def leave(held: Chat) -> None:
    """The visitor of the locked conversation has left; while they waited, that ends it (`come_back` begins it again)."""
    held.left_at = timezone.now()
    if held.state == _WAITING:
        giving.finish(held, at=held.left_at)
    else:
        giving.lost(held, at=held.left_at)
        held.save()
        push.changed(push.chat_group(held.public_id), push.WAITING)


def _left_unanswered(held: Chat) -> bool:
    """Whether the conversation ended because the visitor left, and nobody has answered what they had said by then."""
    asked = held.case and (held.case.unanswered_since or held.case.reopen_asked_at)
    ended_by_leaving = held.state == _ENDED and held.left_at is not None and held.ended_at == held.left_at
    return bool(ended_by_leaving and asked and held.left_at and asked <= held.left_at)


def _found_again(held: Chat) -> None:
    """The visitor of the locked conversation is there again: who still has no reply goes on waiting for it."""
    if held.case is not None and held.case.first_replied_at is None:
        held.lost_at = None
