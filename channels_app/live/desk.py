"""The desk's socket: `/ws/desk/`, one a page, for whoever is signed in and works here.

Client frames: `watch {code, writing}` (again every 20 s and on every change of `writing`), `unwatch {code}`,
`chat {id, after}` (from now on its lines come), `unchat {id}`, `read {id, last}`, `typing {id}`, `console`, `ping`.
Server frames: `changed {what: desk | waiting | me | case, code?}`: fetch again what you show; `presence {code, user, name,
state}` with `state` viewing, writing or gone; `lines {id, lines}` and `chat {id, …}` (`channels_app.chat.console.shown_of`)
of a followed conversation, `seen {id, up_to}` when its visitor has read on, `lost {id}` when one may not follow it any more;
`typing {id}`; `refused {…}`; `pong`. Pushes carry no content: everything but these marks is fetched through the policies.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings

from accounts.actors import Actor
from accounts.admin_access import works_here
from accounts.models import User
from cases import codes, queries
from channels_app import push
from channels_app.chat import console, conversations, duties, talking
from channels_app.models import Chat
from cskh.core.errors import NotVisible
from cskh.core.json_calls import whole_number

from .sockets import UNKNOWN, Frame, FrameSocket, words
from .still_signed_in import is_still_signed_in
from .threads import in_thread

_MAX_FOLLOWED = 20


@dataclass(slots=True)
class _Following:
    """A conversation as far as this page knows it."""

    last_id: int
    groups: tuple[str, str]
    shown: dict[str, Any] | None = None

    def knows(self, number: int) -> bool:
        """Whether that event of its case was seen; 0 stands for whatever else may have happened."""
        return bool(number) and self.shown is not None and number <= self.shown["version"]


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
        self._watched: dict[str, int] = {}  # canonical code → case id
        self._mine: dict[str, str] = {}  # code → what I do there
        self._followed: dict[str, _Following] = {}  # by conversation
        self._stale: dict[
            str, int
        ] = {}  # conversations that may have changed since they were looked at, as `push.note` has it
        self._checked = time.monotonic()
        await self.join(push.DESK)
        await self.join(push.WAITING)
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
        code = _canonical(words(frame, "code"))
        try:
            case_id = await in_thread(_case_id, self.user.pk, code)
        except NotVisible:  # it went on to those one knows nothing of
            await self._look_away(code)
            raise
        is_new = code not in self._watched
        if is_new:
            if len(self._watched) >= _MAX_FOLLOWED:
                raise NotVisible
            self._watched[code] = case_id
            await self.join(push.case_group(case_id))
            await self.join(push.colleagues_group(case_id))
        await self._announce(code, "writing" if frame.get("writing") is True else "viewing", is_new=is_new)

    async def unwatch(self, frame: Frame) -> None:
        await self._look_away(_canonical(words(frame, "code")))

    async def _look_away(self, code: str) -> None:
        if code in self._watched:
            await self._announce(code, "gone")
            del self._mine[code]
            case_id = self._watched.pop(code)
            await self.leave(push.case_group(case_id))
            await self.leave(push.colleagues_group(case_id))

    async def follow(self, frame: Frame) -> None:
        after = whole_number(frame, "after")
        chat = await in_thread(_chat, self.user.pk, words(frame, "id"))
        public_id = str(chat.public_id)
        await self._forget(public_id)
        if len(self._followed) >= _MAX_FOLLOWED:
            raise NotVisible
        groups = (push.chat_group(public_id), push.case_group(chat.case_id or 0))
        self._followed[public_id] = _Following(after, groups)
        for group in groups:
            await self.join(group)
        self._stale[public_id] = 0
        self.look_soon()

    async def unfollow(self, frame: Frame) -> None:
        await self._forget(words(frame, "id"))

    async def _forget(self, public_id: str) -> None:
        followed = self._followed.pop(public_id, None)
        for group in followed.groups if followed else ():
            await self.leave(group)

    async def read(self, frame: Frame) -> None:
        """Everything so far was shown; counts where the conversation is with the person."""
        await in_thread(_read, self.user, words(frame, "id"), whole_number(frame, "last"))

    async def typing(self, frame: Frame) -> None:
        """The visitor is shown that somebody writes: whom they talk with, and nobody else."""
        if (chat := await in_thread(conversations.talked_by, self.user, words(frame, "id"))) is not None:
            typed = {"type": "typed", "by": "agent", "chat": str(chat.public_id), "name": self.user.first_name}
            await self.tell(push.chat_group(chat.public_id), typed)

    async def console(self, frame: Frame) -> None:
        """The chat console is open here: whoever takes chats may be given one."""
        await in_thread(duties.note_console, self.user)

    async def ping(self, frame: Frame) -> None:
        await self.say("pong")

    async def changed(self, event: Frame) -> None:
        group = event["group"]
        if group in (push.DESK, push.WAITING):
            await self.say("changed", what=group)
        elif group == push.staff_group(self.user.pk):
            await self.say("changed", what="me")
        else:
            for code, case_id in list(self._watched.items()):
                if group == push.case_group(case_id):
                    await self.say("changed", what="case", code=code)
            for public_id in self._of_group(group):
                push.note(self._stale, public_id, event.get("number", 0))
                self.look_soon()

    def _of_group(self, group: str) -> list[str]:
        return [public_id for public_id, followed in self._followed.items() if group in followed.groups]

    async def presence(self, event: Frame) -> None:
        if event["user"] == self.user.pk or event["code"] not in self._watched:
            return
        await self.say("presence", code=event["code"], user=event["user"], name=event["name"], state=event["state"])
        if event["is_new"]:
            await self._announce(event["code"], self._mine.get(event["code"], "viewing"))

    async def read_mark(self, event: Frame) -> None:
        if event["by"] != "visitor":
            return
        for public_id in self._of_group(event["group"]):
            shown = self._followed[public_id].shown
            if shown is None or not shown["is_here"]:  # not looked at yet; or back, which says more than the mark
                self._stale[public_id] = 0
                self.look_soon()
            elif event["up_to"] > shown["visitor_read"]:
                shown["visitor_read"] = event["up_to"]
                await self.say("seen", id=public_id, up_to=event["up_to"])

    async def typed(self, event: Frame) -> None:
        if event["by"] == "visitor" and event["chat"] in self._followed:
            await self.say("typing", id=event["chat"])

    async def look_anew(self) -> None:
        self._stale.update(dict.fromkeys(self._followed, 0))
        for what in (push.DESK, push.WAITING):
            await self.say("changed", what=what)

    async def look(self) -> None:
        if time.monotonic() - self._checked > settings.SOCKET_CHECKED_EVERY:
            self._checked = time.monotonic()
            if not await in_thread(_may_stay, self.user.pk, self.scope["session"].session_key):
                raise NotVisible
        stale, self._stale = self._stale, {}
        changed = {
            public_id: self._followed[public_id]
            for public_id, number in stale.items()
            if public_id in self._followed and not self._followed[public_id].knows(number)
        }
        if not changed:
            return
        last = {public_id: followed.last_id for public_id, followed in changed.items()}
        news = await in_thread(_news, self.user.pk, last)
        for public_id, followed in changed.items():
            if self._followed.get(public_id) is not followed:  # let go, or begun anew, meanwhile
                continue
            if public_id in news:
                await self._tell(public_id, followed, news[public_id])
            else:  # it went on to those one knows nothing of
                await self._forget(public_id)
                await self.say("lost", id=public_id)

    async def _tell(self, public_id: str, followed: _Following, news: dict[str, Any]) -> None:
        if news["lines"]:
            followed.last_id = news["lines"][-1]["id"]
            await self.say("lines", id=public_id, lines=news["lines"])
            if len(news["lines"]) == talking.AT_A_TIME:  # there may be more
                self._stale[public_id] = 0
                self.look_soon()
        if followed.shown is not None:  # the mark may have been told of while we looked
            news["shown"]["visitor_read"] = max(news["shown"]["visitor_read"], followed.shown["visitor_read"])
        if news["shown"] != followed.shown:
            followed.shown = news["shown"]
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


def _read(user: User, public_id: str, last: int) -> None:
    if (chat := conversations.talked_by(user, public_id)) is not None:
        talking.agent_read(chat, last)


def _canonical(code: str) -> str:
    try:
        return codes.parse_code(code)
    except ValueError as error:
        raise NotVisible from error


def _may_stay(user_id: int, session_key: str | None) -> bool:
    user = User.objects.filter(pk=user_id).first()
    return user is not None and works_here(user) and is_still_signed_in(user, session_key)


def _news(user_id: int, last: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """`console.since` of each conversation, from the last message known of it; nothing of those one may not know."""
    actor, news = _actor(user_id), {}
    for public_id, last_id in last.items():
        with suppress(NotVisible):
            news[public_id] = console.since(conversations.visible_as_shown(actor, public_id), last_id)
    return news
