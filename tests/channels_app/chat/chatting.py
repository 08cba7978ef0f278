"""Conversations as both sides hold them, straight in the domain."""

import itertools

from accounts.actors import Actor
from channels_app.chat import conversations, talking
from channels_app.models import Chat, Message

_numbers = itertools.count()


def new_id():
    """A browser's id of a message, never used before."""
    return f"client-{next(_numbers):06d}"


def begun(**how):
    return conversations.begin(**how)[0]


def says(chat, body="Tôi nạp tiền chưa vào", client_id=None):
    """The visitor says it; returns the conversation as it is then."""
    talking.visitor_says(chat, client_id=client_id or new_id(), body=body)
    return Chat.objects.select_related("case__customer", "agent").get(pk=chat.pk)


def replies(chat, agent, body="Em kiểm tra ngay ạ"):
    """The agent says it; returns the message."""
    talking.staff_says(chat, actor=Actor.staff(agent), client_id=new_id(), body=body)
    return Message.objects.filter(case=chat.case, direction="out").latest("id")


def shown(chat, after=0):
    """(id, side, body) of what the visitor is shown."""
    fresh = Chat.objects.get(pk=chat.pk)
    return [(line["id"], line["from"], line["body"]) for line in talking.lines_after(fresh, after)]


def bodies(chat, side):
    return [body for _id, who, body in shown(chat) if who == side]
