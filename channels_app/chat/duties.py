"""Who of us can talk with visitors at this moment: at the console, taking chats, with room for one more."""

from datetime import datetime

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from cases import policies
from channels_app.models import Chat, ChatDuty
from cskh.core.errors import NotPermitted


def note_console(user: User) -> None:
    """The console of `user` is open now. Raises NotPermitted for those who talk to nobody."""
    if not policies.may_open(Actor.staff(user)):
        raise NotPermitted
    ChatDuty.objects.update_or_create(user=user, defaults={"seen_at": timezone.now()})


def at_console(now: datetime | None = None) -> QuerySet[ChatDuty]:
    """Those who can be handed a conversation at this moment: on duty, and their console is open."""
    open_since = (now or timezone.now()) - settings.CHAT_SEEN_FOR
    return ChatDuty.objects.filter(seen_at__gt=open_since, user__is_active=True, user__presence=User.Presence.ON_DUTY)


def on_duty(now: datetime | None = None) -> QuerySet[ChatDuty]:
    """Those who are given chats at this moment: they say so, are on duty, and their console is open."""
    return at_console(now).filter(takes_chats=True)


def with_room() -> list[ChatDuty]:
    """Who has the fewest chats first, then who was given one longest ago. A visitor who has left takes up no room."""
    talking = Count("user__chats", filter=Q(user__chats__state=Chat.State.TALKING, user__chats__left_at__isnull=True))
    below = on_duty().annotate(chats=talking).filter(chats__lt=F("capacity"))
    people = below.select_related("user").prefetch_related("user__memberships")
    return list(people.order_by("chats", F("given_at").asc(nulls_first=True), "pk"))
