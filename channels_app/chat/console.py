"""What the agents' console shows: who waits, whom one talks with, and how a visitor is reached who has left."""

from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Left

from accounts.actors import Actor
from accounts.models import User
from cases import policies
from channels_app import deliveries
from channels_app.models import Chat, ChatDuty, Message

from . import duties, place, talking, waiting

_SHOWN = 20  # more than a screen; `waiting_count` tells how many there are
_PREVIEW = 140  # characters


def state_for(actor: Actor) -> dict[str, Any]:
    """`{duty, waiting, waiting_count, mine}`: as far as `actor` may know. A constant number of queries.

    A conversation: `{id, code, case, name, subject, flag, last, website, waiting_since, unanswered_since, is_here, may_take}`.
    """
    user: User = actor.subject
    duty = ChatDuty.objects.filter(user=user).first() or ChatDuty(user=user)
    waits = _with_last(place.waiting_for(actor))
    mine = _with_last(Chat.objects.filter(state=Chat.State.TALKING, agent=user).order_by("taken_at", "pk"))
    return {
        "duty": {
            "takes_chats": duty.takes_chats,
            "capacity": duty.capacity,
            "is_on_duty": user.presence == User.Presence.ON_DUTY,
        },
        "waiting": [_row(chat, actor) for chat in waits[:_SHOWN]],
        "waiting_count": place.waiting_for(actor).count(),
        "mine": [_row(chat, actor) for chat in mine],
    }


def since(chat: Chat, after: int) -> dict[str, Any]:
    """`{lines, shown}`: what was said after that message, and what the conversation shows beside it."""
    return {"lines": talking.lines_after(chat, after, for_staff=True), "shown": shown_of(chat)}


def shown_of(chat: Chat) -> dict[str, Any]:
    """What an open conversation shows beside its lines. With another `version` its card may say something else."""
    is_here = waiting.is_here(chat)
    case = chat.case
    return {
        "state": waiting.state_of(chat),
        "version": case.last_event_number if case else 0,
        "visitor_read": chat.visitor_read,
        "is_here": is_here,
        "agent_id": chat.agent_id,
        "agent_name": str(chat.agent) if chat.agent else "",
        "unanswered_since": case.unanswered_since.isoformat() if case and case.unanswered_since else None,
        "flag": case.flagged_for if case else "",
        "gone": None if is_here else _reached(chat),
    }


def colleagues(chat: Chat, actor: Actor) -> list[User]:
    """Those this conversation could be handed to now."""
    others = duties.at_console().exclude(user=actor.subject.pk).select_related("user")
    others = others.prefetch_related("user__memberships")  # what they may do follows from them
    people = [duty.user for duty in others.order_by("user__last_name", "user__first_name", "user_id")]
    return [one for one in people if chat.case is not None and policies.may_write(Actor.staff(one), chat.case)]


def _with_last(chats: QuerySet[Chat]) -> QuerySet[Chat]:
    said = Message.objects.filter(case=OuterRef("case"), direction=Message.Direction.IN).order_by("-pk")
    last = Subquery(said.annotate(start=Left("body", _PREVIEW)).values("start")[:1], output_field=CharField())
    return chats.annotate(last=last).select_related("case__customer", "case__category")


def _row(chat: Chat, actor: Actor) -> dict[str, Any]:
    case = chat.case
    assert case is not None  # the database says so: something was said
    return {
        "id": str(chat.public_id),
        "code": case.code,
        "case": case.pk,
        "name": str(case.customer),
        "subject": case.subject,
        "flag": case.flagged_for,
        "last": getattr(chat, "last", "") or "",
        "website": chat.website,
        "waiting_since": chat.waiting_since.isoformat() if chat.waiting_since else None,
        "unanswered_since": case.unanswered_since.isoformat() if case.unanswered_since else None,
        "is_here": waiting.is_here(chat),
        "may_take": policies.may_write(actor, case),
    }


def _reached(chat: Chat) -> dict[str, Any]:
    """When the visitor was last there, and where our words will find them: `mail` is a verified address."""
    case = chat.case
    contact = case.contact if case else None
    return {
        "at": (chat.left_at or chat.seen_at).isoformat(),
        "mail": deliveries.verified_address(case) if case else "",
        "known": contact.address if contact else "",
    }
