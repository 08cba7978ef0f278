"""Conversations that their agent does not attend to wait for somebody else again."""

import logging

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.models import User
from cases.states import Status
from channels_app import push
from channels_app.models import Chat

from . import giving

log = logging.getLogger(__name__)


def take_back_unanswered() -> int:
    """A visitor whose agent says nothing for too long, or is gone, waits for somebody else again. Returns how many."""
    now = timezone.now()
    somebody_asks = Q(case__unanswered_since__isnull=False) | Q(case__status=Status.CLOSED)
    too_long = Q(taken_at__lt=now - settings.CHAT_ANSWERED_WITHIN, left_at__isnull=True)
    is_closed = ~Q(agent__chat_duty__seen_at__gt=now - settings.CHAT_SEEN_FOR)
    gone = is_closed & Q(taken_at__lt=now - settings.CHAT_SEEN_FOR) | Q(agent__presence=User.Presence.OFF_DUTY)
    return _drop(Chat.objects.filter(~_answered() & somebody_asks & too_long | gone | Q(agent__is_active=False)))


def release(user: User) -> int:
    """`user` stops working: whoever they talk with waits for somebody else. Returns how many those are."""
    return _drop(Chat.objects.filter(agent=user))


def _answered() -> Exists:
    """Whether the agent said something since the conversation is theirs, wherever they wrote it."""
    by_agent = Cast(OuterRef("agent"), CharField())
    said = giving.written_by_people().filter(
        case=OuterRef("case"), author_id=by_agent, created_at__gte=OuterRef("taken_at")
    )
    return Exists(said)


def _drop(chats: QuerySet[Chat]) -> int:
    """Takes these conversations from whoever has them; each is looked at again once it is locked."""
    dropped = 0
    for pk in list(chats.filter(state=Chat.State.TALKING).values_list("pk", flat=True)[:100]):
        try:
            dropped += _drop_one(chats.filter(pk=pk, state=Chat.State.TALKING), pk)
        except Exception:  # one conversation that cannot be attended to must not hold up the others
            log.exception("chat %s could not be taken back", pk)
    return dropped


@transaction.atomic
def _drop_one(still_to_drop: QuerySet[Chat], chat_id: int) -> bool:
    held = giving.locked(chat_id)
    if not still_to_drop.exists():
        return False
    push.changed(push.staff_group(held.agent_id or 0))
    if held.left_at is None:
        giving.wait_again(held)
    else:
        giving.finish(held, at=held.left_at)
    return True
