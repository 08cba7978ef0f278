"""The visitor's socket: `/ws/chat/`.

Client frames: `hello {key, token?, after?}` first, then `say {client_id, body}`, `typing`, `read {id}`, `ping`.
Server frames: `welcome {state, agent_read}`, `lines {lines}`, `state {state, agent_read}`, `seen {agent_read}`, `typing
{name}`, `refused {…}`, `pong`. A message counts as taken when its line comes back with its `client_id`; until then the browser
keeps it and sends it again after a reconnect. Lines come in the order of their ids, each once.

An address with too many of them open already gets its next one closed with 4430; the same is asked by plain HTTP then.
"""

import asyncio
import time
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone

from channels_app import push
from channels_app.chat import conversations, talking, waiting
from channels_app.models import Chat
from cskh.core.client_address import socket_address
from cskh.core.errors import Busy, NotVisible
from cskh.core.json_calls import whole_number

from .limits import place_for_socket, visitor_says
from .sockets import BROKEN, TOO_MANY, UNKNOWN, Frame, FrameSocket, words
from .threads import in_thread

_HELLO_WITHIN = 10  # seconds
_SEEN_EVERY = 30  # seconds


class VisitorSocket(FrameSocket):
    handlers: ClassVar = {"hello": "hello", "say": "take", "typing": "typing", "read": "read", "ping": "ping"}

    chat: Chat | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        with place_for_socket(socket_address(scope)) as self._has_place:
            await super().__call__(scope, receive, send)

    async def connect(self) -> None:
        await super().connect()
        self._last_id = 0
        self._told = self._number = 0  # the last event of the case: that we were told of, that we have seen
        self._must_look = True
        self._shown: dict[str, Any] = {}
        self._case_group = ""
        self._seen = time.monotonic()
        self._impatience = asyncio.get_running_loop().call_later(_HELLO_WITHIN, self._without_hello)
        if not self._has_place:
            await self.close(TOO_MANY)  # opened first: a browser is told the code of open sockets only

    async def disconnect(self, code: int) -> None:
        self._impatience.cancel()
        await super().disconnect(code)

    async def hello(self, frame: Frame) -> None:
        """Opens the conversation of the key. An unknown or expired key closes the socket with 4401."""
        if self.chat is not None:
            return
        self._last_id = whole_number(frame, "after")
        key, token = words(frame, "key"), words(frame, "token")
        self._impatience.cancel()
        try:
            self.chat = await in_thread(conversations.resume, key, token=token)
        except NotVisible:
            await self.close(UNKNOWN)
            return
        except Busy:
            await self.close(BROKEN)  # the browser comes again
            return
        self.language = self.chat.language
        await self.join(push.chat_group(self.chat.public_id))
        await self._follow_case()
        self._shown = await in_thread(_state, self.chat.pk)
        await self.say("welcome", **self._shown)
        self.look_soon()
        self.start_looking()

    async def take(self, frame: Frame) -> None:
        chat = self._known()
        await in_thread(visitor_says, chat, client_id=frame.get("client_id"), body=frame.get("body"))
        self.look_soon()

    async def typing(self, frame: Frame) -> None:
        chat = self._known()
        typed = {"type": "typed", "by": "visitor", "chat": str(chat.public_id), "name": ""}
        await self.tell(push.chat_group(chat.public_id), typed)

    async def read(self, frame: Frame) -> None:
        await in_thread(talking.visitor_read, self._known(), whole_number(frame, "id"))

    async def ping(self, frame: Frame) -> None:
        self._known()
        await self.say("pong")

    async def typed(self, event: Frame) -> None:
        """Somebody is writing: shown to the other side."""
        if event["by"] == "agent":
            await self.say("typing", name=event["name"])

    async def read_mark(self, event: Frame) -> None:
        if event["by"] == "agent" and event["up_to"] > self._shown.get("agent_read", 0):
            self._shown["agent_read"] = event["up_to"]
            await self.say("seen", agent_read=event["up_to"])

    async def changed(self, event: Frame) -> None:
        if number := event.get("number", 0):
            self._told = max(self._told, number)
            super().look_soon()
        else:
            self.look_soon()

    def look_soon(self) -> None:
        self._must_look = True
        super().look_soon()

    async def look_anew(self) -> None:
        self._must_look = True

    async def look(self) -> None:
        if not (self._must_look or self._unheard or self._told > self._number):
            return  # it was seen by the look before
        self._must_look = False
        chat = self._known()
        is_seen = time.monotonic() - self._seen > _SEEN_EVERY
        news = await in_thread(_news, chat.pk, self._last_id, note_seen=is_seen)
        if is_seen:
            self._seen = time.monotonic()
        chat.case_id, self._number = news["case"], news["number"]
        await self._follow_case()
        if news["lines"]:
            self._last_id = news["lines"][-1]["id"]
            await self.say("lines", lines=news["lines"])
            if len(news["lines"]) == talking.AT_A_TIME:
                self.look_soon()  # there may be more
        # The mark may have been told of while we looked.
        news["shown"]["agent_read"] = max(news["shown"]["agent_read"], self._shown.get("agent_read", 0))
        if news["shown"] != self._shown:
            self._shown = news["shown"]
            await self.say("state", **self._shown)

    async def _follow_case(self) -> None:
        if self.chat is not None and self.chat.case_id and not self._case_group:
            self._case_group = push.case_group(self.chat.case_id)
            await self.join(self._case_group)
            self.look_soon()  # what happened before we listened

    def _known(self) -> Chat:
        if self.chat is None:
            raise NotVisible
        return self.chat

    def _without_hello(self) -> None:
        if self.chat is None:
            self._closing = asyncio.ensure_future(self.close(UNKNOWN))


def _news(chat_id: int, last_id: int, *, note_seen: bool) -> dict[str, Any]:
    chat = _fresh(chat_id)
    if note_seen:
        conversations.note_seen(chat)
    return {
        "case": chat.case_id,
        "number": chat.case.last_event_number if chat.case else 0,  # read before the lines: they are no older
        "lines": talking.lines_after(chat, last_id),
        "shown": _shown_of(chat),
    }


def _state(chat_id: int) -> dict[str, Any]:
    return _shown_of(_fresh(chat_id))


def _fresh(chat_id: int) -> Chat:
    """The row as it is now. Raises NotVisible where it rested too long meanwhile."""
    chat = waiting.shown(Chat.objects.all()).get(pk=chat_id)
    if chat.seen_at < timezone.now() - settings.CHAT_RESUMES_FOR:
        raise NotVisible
    return chat


def _shown_of(chat: Chat) -> dict[str, Any]:
    return {"state": waiting.state_of(chat), "agent_read": chat.agent_read}
