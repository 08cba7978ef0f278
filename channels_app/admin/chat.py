"""The agents' chat console: who waits, several conversations side by side, and everything one does in them.

The page shows nothing by itself: its script asks here what there is, told by the desk's socket when to look, or now and then
where there is no socket. Every message, note, hand-over and answer carries the browser's own id of it, so that sending again
changes nothing.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from accounts.models import User
from cases import policies
from cases.models import Category
from cases.workflow import routing
from channels_app.chat import agents, console, conversations, duties, giving, place, talking
from channels_app.models import Chat
from cskh.core.errors import Invalid, NotPermitted
from cskh.core.json_calls import asked_number, content_of, text_of, whole_number

from .chat_card import card_of
from .chat_json import console_view, conversation_view
from .chat_words import words_for_script

Answer = dict[str, Any]
_ANY_ITEM = UUID(int=0)  # the page puts the public id of an item in its place


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    actor = Actor.staff(request.user)
    if not policies.may_open(actor):  # who only reads talks to nobody
        raise NotPermitted
    context = {
        **admin.site.each_context(request),
        "title": _("Live chat"),
        "words": words_for_script(),
        "any_item": _ANY_ITEM,
        "longest": {"message": settings.CHAT_MESSAGE_MAX_CHARACTERS, "answer": settings.MESSAGE_MAX_CHARACTERS},
        "me": actor.subject.pk,
        "zone": timezone.get_current_timezone_name(),
        "capacities": range(1, giving.MOST_AT_ONCE + 1),
    }
    return render(request, "admin/chat/page.html", context)


@require_GET
@console_view
def state(request: HttpRequest, actor: Actor) -> Answer:
    """`console.state_for`."""
    return console.state_for(actor)


@require_GET
@console_view
def badge(request: HttpRequest, actor: Actor) -> Answer:
    """`{waiting, label}`: how many visitors wait, for the navigation."""
    count = place.waiting_for(actor).count()
    return {"waiting": count, "label": ngettext("%(n)d visitor waits", "%(n)d visitors wait", count) % {"n": count}}


@require_POST
@console_view
def here(request: HttpRequest, actor: Actor) -> Answer:
    """The console is open here; what its socket says where there is one. → as `state`."""
    duties.note_console(actor.subject)
    return console.state_for(actor)


@require_POST
@console_view
def duty(request: HttpRequest, actor: Actor) -> Answer:
    """`{takes_chats, capacity?}` → as `state`."""
    content = content_of(request)
    takes = content.get("takes_chats")
    if not isinstance(takes, bool):
        raise Invalid(errors={"takes_chats": [_("Yes or no is needed.")]})
    capacity = whole_number(content, "capacity") if content.get("capacity") is not None else None
    giving.set_duty(actor.subject, takes_chats=takes, capacity=capacity)
    return console.state_for(actor)


@require_POST
@console_view
def take_next(request: HttpRequest, actor: Actor) -> Answer:
    """→ `{id}` of the conversation that is mine now."""
    return {"id": str(agents.take_next(actor=actor).public_id)}


@require_GET
@conversation_view
def lines(request: HttpRequest, actor: Actor, chat: Chat) -> Answer:
    """`?after=ID` → `{lines, shown}`."""
    return console.since(chat, asked_number(request, "after"))


@require_GET
@conversation_view
def card(request: HttpRequest, actor: Actor, chat: Chat) -> Answer:
    """`chat_card.card_of`."""
    return card_of(request, chat, actor)


@require_GET
@conversation_view
def colleagues(request: HttpRequest, actor: Actor, chat: Chat) -> Answer:
    """→ `{people: [{id, name}]}`: those this conversation could be handed to now."""
    return {"people": [{"id": one.pk, "name": str(one)} for one in console.colleagues(chat, actor)]}


@require_POST
@conversation_view
def take(request: HttpRequest, actor: Actor, chat: Chat) -> Answer:
    agents.take(chat, actor=actor)
    return {}


@require_POST
@conversation_view
def say(request: HttpRequest, actor: Actor, chat: Chat) -> Answer:
    """`{client_id, body, after?}` → as `lines`, with what was just said; nothing without `after`: its line comes by the socket."""
    return _written(request, actor, chat, talking.staff_says)


@require_POST
@conversation_view
def note(request: HttpRequest, actor: Actor, chat: Chat) -> Answer:
    """`{client_id, body, after?}` → as `say`."""
    return _written(request, actor, chat, talking.staff_notes)


@require_POST
@conversation_view
def official_answer(request: HttpRequest, actor: Actor, chat: Chat) -> Answer:
    """`{client_id, body, after?}` → as `say`: the case is answered, and the conversation ends."""
    return _written(request, actor, chat, talking.staff_answers)


@require_POST
@conversation_view
def read(request: HttpRequest, actor: Actor, chat: Chat) -> Answer:
    """`{last}`: everything up to that message was shown; counts where the conversation is with the person who asks."""
    if chat.agent_id == actor.subject.pk:
        talking.agent_read(chat, whole_number(content_of(request), "last"))
    return {}


@require_POST
@conversation_view
def hand_over(request: HttpRequest, actor: Actor, chat: Chat) -> Answer:
    """`{client_id, to?, summary}`: to a colleague (their id), or back to those who wait."""
    content = content_of(request)
    to = User.objects.filter(pk=whole_number(content, "to")).first() if content.get("to") else None
    if content.get("to") and to is None:
        raise Invalid(errors={"to": [_("This person cannot talk with this visitor now.")]})
    summary = text_of(content, "summary", most=settings.MESSAGE_MAX_CHARACTERS)
    agents.hand_over(chat, actor=actor, to=to, summary=summary, client_id=text_of(content, "client_id"))
    return {}


@require_POST
@conversation_view
def end(request: HttpRequest, actor: Actor, chat: Chat) -> Answer:
    agents.end(chat, actor=actor)
    return {}


@require_POST
@conversation_view
def classify(request: HttpRequest, actor: Actor, chat: Chat) -> Answer:
    """`{category, summary}` → as `card`; nothing where the matter is now one the person may not know of.

    The summary is for the next department, where the case goes from one to another.
    """
    content = content_of(request)
    category = Category.objects.filter(pk=whole_number(content, "category")).first()
    if category is None or chat.case is None:
        raise Invalid(errors={"category": [_("Choose a reason below a topic.")]})
    summary = text_of(content, "summary", most=settings.MESSAGE_MAX_CHARACTERS)
    routing.classify_case(chat.case, actor=actor, category=category, summary=summary)
    agents.go_on(chat, actor=actor)
    if not policies.can_see(actor, chat.case):
        return {}
    return card_of(request, _fresh(chat, actor), actor)


def _written(request: HttpRequest, actor: Actor, chat: Chat, write: Callable[..., object]) -> Answer:
    content = content_of(request)
    body = text_of(content, "body", most=settings.MESSAGE_MAX_CHARACTERS)
    after = whole_number(content, "after") if content.get("after") is not None else None
    write(chat, actor=actor, client_id=content.get("client_id"), body=body)
    return {} if after is None else console.since(_fresh(chat, actor), after)


def _fresh(chat: Chat, actor: Actor) -> Chat:
    return conversations.visible_chat(actor, str(chat.public_id))
