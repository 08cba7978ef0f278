"""Conversations as both sides hold them, straight in the domain."""

import itertools
import threading
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connections
from django.utils import timezone

from accounts.actors import Actor
from cases.models import Category
from cases.workflow import routing
from channels_app.chat import conversations, duties, giving, talking
from channels_app.models import Chat, Message

_numbers = itertools.count()

# Far from where one day becomes the next.
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


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


def takes_chats(user, capacity=3):
    giving.set_duty(user, takes_chats=True, capacity=capacity)


def fresh(chat):
    return Chat.objects.select_related("case", "agent").get(pk=chat.pk)


def agent_of(chat):
    held = fresh(chat)
    return held.agent if held.state == Chat.State.TALKING else None


def still_here(*users, chats=()):
    """Consoles and visitors' browsers that stay open while time passes."""
    for user in users:
        duties.note_console(user)
    Chat.objects.filter(pk__in=[chat.pk for chat in chats]).update(seen_at=timezone.now())


def in_department(chat, slug, by):
    routing.classify_case(fresh(chat).case, actor=Actor.staff(by), category=Category.objects.get(slug=slug))


def together(*works):
    """Each in a thread of its own with its own connection, all at once; gives what each returned or raised."""
    results, start = {}, threading.Barrier(len(works))

    def run(index, work):
        start.wait(10)
        try:
            results[index] = work()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [results[index] for index in range(len(works))]
