"""The desk's socket: `/ws/desk/`, one a page, for whoever is signed in and works here.

Client frames: `watch {code, writing}` (again every 20 s and on every change of `writing`), `unwatch {code}`,
`chat {id, after}` (from now on its lines come), `unchat {id}`, `read {id, last}`, `typing {id}`, `console`, `ping`.
Server frames: `changed {what: desk | me | case, code?}`: fetch again what you show; `presence {code, user, name, state}` with
`state` viewing, writing or gone; `lines {id, lines}` and `chat {id, …}` (`channels_app.chat.console.shown_of`) of a followed
conversation, `lost {id}` when one may not follow it any more; `typing {id}`; `refused {…}`; `pong`. Pushes carry no content:
everything is fetched through the policies.
"""

import time
from typing import Any, ClassVar

from django.conf import settings

from accounts.actors import Actor
from accounts.admin_access import works_here
from accounts.models import User
from cases import queries
from channels_app import push
from channels_app.chat import console, conversations, giving, talking
from channels_app.models import Chat
from cskh.core.errors import NotVisible

from .sockets import UNKNOWN, Frame, FrameSocket, whole_number, words
from .threads import in_thread

_MAX_FOLLOWED = 20
_STILL_HERE_EVERY = 60  # seconds: whether the person still works here is asked again


class DeskSocket(FrameSocket):
    handlers: ClassVar = {
        "watch": "watch",
        "unwatch": "unwatch",
        "chat": "follow",
        "unchat": "unfollow",
        "read": "read",
        "typing": "typing",
        "console": "console",
        "ping": "ping",
    }
    user: User

    async def connect(self) -> None:
        user: Any = self.scope.get("user")
        if not await in_thread(works_here, user):
            await self.accept()
            await self.close(UNKNOWN)
            return
        await super().connect()
        self.user = user
        self.language = user.language
        self._watched: dict[str, int] = {}  # code → case id
        self._mine: dict[str, str] = {}  # code → what I do there
        self._followed: dict[str, int] = {}  # conversation → last message sent
        self._chat_of: dict[str, str] = {}  # group → conversation
        self._stale: set[str] = set()  # conversations that changed since they were looked at
        self._states: dict[str, dict[str, Any]] = {}
        self._checked = self._looked = time.monotonic()
        await self.join(push.DESK)
        await self.join(push.staff_group(user.pk))
        self.start_looking()

    async def disconnect(self, code: int) -> None:
        if not hasattr(self, "user"):
            return
        for code_ in list(self._watched):
            await self._announce(code_, "gone")
        await super().disconnect(code)

    async def watch(self, frame: Frame) -> None:
        """I look at this case, or write on it. Everybody else there hears of it, and says so in turn when I am new."""
        code = words(frame, "code")
        is_new = code not in self._watched
        if is_new:
            if len(self._watched) >= _MAX_FOLLOWED:
                raise NotVisible
            self._watched[code] = await in_thread(_case_id, self.user.pk, code)
            await self.join(push.case_group(self._watched[code]))
            await self.join(push.colleagues_group(self._watched[code]))
        await self._announce(code, "writing" if frame.get("writing") is True else "viewing", is_new=is_new)

    async def unwatch(self, frame: Frame) -> None:
        code = words(frame, "code")
        if code in self._watched:
            await self._announce(code, "gone")
            case_id = self._watched.pop(code)
            await self.leave(push.case_group(case_id))
            await self.leave(push.colleagues_group(case_id))

    async def follow(self, frame: Frame) -> None:
        public_id = words(frame, "id")
        if public_id not in self._followed and len(self._followed) >= _MAX_FOLLOWED:
            raise NotVisible
        chat = await in_thread(_chat, self.user.pk, public_id)
        self._followed[public_id] = whole_number(frame, "after")
        self._states.pop(public_id, None)
        for group in (push.chat_group(chat.public_id), push.case_group(chat.case_id or 0)):
            self._chat_of[group] = public_id
            await self.join(group)
        self._stale.add(public_id)
        self.look_soon()

    async def unfollow(self, frame: Frame) -> None:
        await self._forget(words(frame, "id"))

    async def _forget(self, public_id: str) -> None:
        if self._followed.pop(public_id, None) is not None:
            self._states.pop(public_id, None)
            await self.leave(push.chat_group(public_id))

    async def read(self, frame: Frame) -> None:
        chat = await in_thread(_chat, self.user.pk, words(frame, "id"))
        if chat.agent_id == self.user.pk:
            await in_thread(talking.agent_read, chat, whole_number(frame, "last"))

    async def typing(self, frame: Frame) -> None:
        public_id = words(frame, "id")
        if public_id in self._followed:
            typed = {"type": "typed", "by": "agent", "chat": public_id, "name": self.user.first_name}
            await self.tell(push.chat_group(public_id), typed)

    async def console(self, frame: Frame) -> None:
        """The chat console is open here: whoever takes chats may be given one."""
        await in_thread(giving.note_console, self.user)

    async def ping(self, frame: Frame) -> None:
        await self.say("pong")

    async def changed(self, event: Frame) -> None:
        group = event["group"]
        if group == push.DESK:
            await self.say("changed", what="desk")
        elif group == push.staff_group(self.user.pk):
            await self.say("changed", what="me")
        else:
            for code, case_id in self._watched.items():
                if group == push.case_group(case_id):
                    await self.say("changed", what="case", code=code)
            if group in self._chat_of:
                self._stale.add(self._chat_of[group])
                self.look_soon()

    async def presence(self, event: Frame) -> None:
        if event["user"] == self.user.pk or event["code"] not in self._watched:
            return
        await self.say("presence", code=event["code"], user=event["user"], name=event["name"], state=event["state"])
        if event["is_new"]:
            await self._announce(event["code"], self._mine.get(event["code"], "viewing"))

    async def typed(self, event: Frame) -> None:
        if event["by"] == "visitor" and event["chat"] in self._followed:
            await self.say("typing", id=event["chat"])

    async def look(self) -> None:
        if time.monotonic() - self._checked > _STILL_HERE_EVERY:
            self._checked = time.monotonic()
            if not await in_thread(_still_works_here, self.user.pk):
                raise NotVisible
        if time.monotonic() - self._looked > settings.SOCKET_LOOKS_EVERY:  # a push may have been lost
            self._looked = time.monotonic()
            self._stale.update(self._followed)
            await self.say("changed", what="desk")
        stale, self._stale = self._stale, set()
        for public_id in stale & self._followed.keys():
            try:
                await self._look_at(public_id)
            except NotVisible:  # it went on to those one knows nothing of
                await self._forget(public_id)
                await self.say("lost", id=public_id)

    async def _look_at(self, public_id: str) -> None:
        news = await in_thread(_news, self.user.pk, public_id, self._followed[public_id])
        if news["lines"]:
            self._followed[public_id] = news["lines"][-1]["id"]
            await self.say("lines", id=public_id, lines=news["lines"])
            if len(news["lines"]) == talking.AT_A_TIME:  # there may be more
                self._stale.add(public_id)
                self.look_soon()
        if news["shown"] != self._states.get(public_id):
            self._states[public_id] = news["shown"]
            await self.say("chat", id=public_id, **news["shown"])

    async def _announce(self, code: str, state: str, *, is_new: bool = False) -> None:
        self._mine[code] = state
        await self.tell(
            push.colleagues_group(self._watched[code]),
            {
                "type": "presence",
                "code": code,
                "user": self.user.pk,
                "name": str(self.user),
                "state": state,
                "is_new": is_new,
            },
        )


def _actor(user_id: int) -> Actor:
    """The person as they are now: roles change while a page stays open."""
    return Actor.staff(User.objects.get(pk=user_id))


def _case_id(user_id: int, code: str) -> int:
    return queries.visible_case(_actor(user_id), code).pk


def _chat(user_id: int, public_id: str) -> Chat:
    return conversations.visible_chat(_actor(user_id), public_id)


def _still_works_here(user_id: int) -> bool:
    return works_here(User.objects.get(pk=user_id))


def _news(user_id: int, public_id: str, last_id: int) -> dict[str, Any]:
    chat = _chat(user_id, public_id)
    return {
        "lines": talking.lines_after(chat, last_id, for_staff=True),
        "shown": console.shown_of(chat),
    }
