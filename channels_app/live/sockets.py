"""What both kinds of sockets share: frames of JSON, limits, errors, and looking for news when told or now and then."""

import asyncio
import json
import logging
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, ClassVar

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from cskh.core.errors import Busy, DomainError, Invalid
from cskh.core.json_calls import problem_of
from cskh.core.key_values import NotAsked, asked

log = logging.getLogger(__name__)

_LISTENS_AGAIN_AFTER = 5  # seconds, while the layer is away
BAD_FRAME, UNKNOWN, TOO_SLOW, TOO_LARGE, TOO_OFTEN, TOO_MANY, BROKEN = 4400, 4401, 4408, 4413, 4429, 4430, 4500

Frame = dict[str, Any]


class FrameSocket(AsyncWebsocketConsumer):
    """Speaks JSON objects with a `type`. Subclasses name in `handlers` what they understand, and bring news in `look`.

    A frame that is no such object, too large, or one too many closes this socket and touches no other. What the domain
    refuses is answered with `{"type": "refused", "code", "message", "errors", "client_id"}`, and the socket stays.
    Whoever reads nothing for `settings.SOCKET_WRITES_WITHIN` seconds while there is something to read is let go.
    """

    handlers: ClassVar[Mapping[str, str]] = {}
    look: Callable[[], Awaitable[None]]  # fetches what is new and sends it; pushes meanwhile lead to one more look
    look_anew: Callable[[], Awaitable[None]]  # the next look looks at everything: a push may have been lost
    language = settings.LANGUAGE_CODE
    _is_open = True

    def __init__(self) -> None:
        super().__init__()
        self._groups = Counter[str]()  # how many of this socket's followings need the group
        self._unheard: set[str] = set()  # those the layer could not be told of yet

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        here = asyncio.current_task()
        assert here is not None
        is_too_slow = False

        async def send_in_time(message: Any) -> None:
            nonlocal is_too_slow
            try:
                async with asyncio.timeout(settings.SOCKET_WRITES_WITHIN):
                    await send(message)
            except TimeoutError:
                is_too_slow = True
                here.cancel()
                await asyncio.sleep(0)  # where this is the task itself, it ends here

        try:
            await super().__call__(scope, receive, send_in_time)
        except asyncio.CancelledError:
            if not is_too_slow:
                raise
            here.uncancel()
            self._is_open = False
            await self.disconnect(TOO_SLOW)

    async def connect(self) -> None:
        self._frames, self._window = 0, 0
        self._news = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        await self.accept()

    async def disconnect(self, code: int) -> None:
        self._is_open = False
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self._looking
        for group in list(self._groups):
            await self._leave_for_good(group)

    async def close(self, code: int | bool | None = None, reason: str | None = None) -> None:
        """Ends this socket; frames that were on their way already are not looked at any more."""
        if self._is_open:
            self._is_open = False
            await super().close(code, reason)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self._is_open:
            return
        if text_data is None or len(text_data.encode()) > settings.SOCKET_FRAME_MAX_BYTES:
            await self.close(TOO_LARGE if text_data else BAD_FRAME)
            return
        if self._too_often():
            await self.close(TOO_OFTEN)
            return
        frame = _frame(text_data)
        handler = self.handlers.get(frame["type"]) if frame else None
        if frame is None or handler is None:
            await self.close(BAD_FRAME)
            return
        await self._handle(getattr(self, handler), frame)

    async def say(self, kind: str, **content: Any) -> None:
        if self._is_open:
            with suppress(OSError):  # who is gone already asks again when they are back
                await self.send(json.dumps({"type": kind, **content}, ensure_ascii=False))

    async def refuse(self, error: DomainError, frame: Frame) -> None:
        with translation.override(self.language):
            problem = problem_of(error)
        await self.say("refused", **problem, client_id=frame.get("client_id", ""))

    async def join(self, group: str) -> None:
        """From now on its pushes come, until it was left as often as it was joined."""
        self._groups[group] += 1
        await self._listen_to(group)

    async def _listen_to(self, group: str) -> None:
        self._unheard.add(group)
        with _without_layer():
            await self.channel_layer.group_add(group, self.channel_name)
            self._unheard.discard(group)

    async def _listen_again(self) -> None:
        """To what could not be listened to; once it can, what happened meanwhile is news."""
        for group in list(self._unheard):
            if group in self._groups:  # not left while the others were seen to
                await self._listen_to(group)
                if group not in self._unheard:
                    await self.changed({"type": "changed", "group": group, "number": 0})

    async def leave(self, group: str) -> None:
        if self._groups[group] > 1:
            self._groups[group] -= 1
        else:
            await self._leave_for_good(group)

    async def _leave_for_good(self, group: str) -> None:
        self._groups.pop(group, None)
        self._unheard.discard(group)
        with _without_layer():
            await self.channel_layer.group_discard(group, self.channel_name)

    async def tell(self, group: str, event: Frame) -> None:
        """Says something to the other sockets of the group that is worth nothing a moment later."""
        with _without_layer():
            await self.channel_layer.group_send(group, event)

    def start_looking(self) -> None:
        """From now on `look` is called whenever a push comes, and now and then without one."""
        if self._looking is None:
            self._routine_at = _next_routine()
            self._looking = asyncio.create_task(self._look_again_and_again())

    def look_soon(self) -> None:
        self._news.set()

    async def changed(self, event: Frame) -> None:
        """A push of `channels_app.push`."""
        self.look_soon()

    async def _look_again_and_again(self) -> None:
        while self._is_open:
            patience = max(0, self._routine_at - time.monotonic())
            with suppress(TimeoutError):
                await asyncio.wait_for(
                    self._news.wait(), min(patience, _LISTENS_AGAIN_AFTER) if self._unheard else patience
                )
            self._news.clear()
            try:
                await self._listen_again()
                if time.monotonic() >= self._routine_at:
                    self._routine_at = _next_routine()
                    await self.look_anew()
                await self.look()
            except Busy:
                await self.look_anew()
                self.look_soon()  # as soon as whoever holds it lets go
            except DomainError:
                await self.close(UNKNOWN)
                return
            except Exception:  # whatever it is: the page stays connected, and the next look may work
                log.exception("a socket could not fetch its news")
                await asyncio.sleep(1)
                await self.look_anew()

    async def _handle(self, handler: Callable[[Frame], Awaitable[None]], frame: Frame) -> None:
        try:
            with translation.override(self.language):
                await handler(frame)
        except DomainError as error:
            await self.refuse(error, frame)
        except Exception:  # a fault of ours ends this socket alone: the browser comes again with what it kept
            log.exception("a frame could not be handled")
            await self.close(BROKEN)

    def _too_often(self) -> bool:
        times, seconds = settings.CHAT_LIMITS["frame"]
        window = int(time.monotonic() // seconds)
        self._frames = self._frames + 1 if window == self._window else 1
        self._window = window
        return self._frames > times


def _next_routine() -> float:
    """Sooner for some than for others: those who came at one time, as after a restart, do not look all at once for ever."""
    return time.monotonic() + settings.SOCKET_LOOKS_EVERY * random.uniform(0.5, 1)  # noqa: S311 - nobody's secret


@contextmanager
def _without_layer() -> Iterator[None]:
    """A layer that is away costs promptness only: the next look finds what is new."""
    try:
        with asked():
            yield
    except (RedisError, OSError, NotAsked) as error:
        log.warning("the channel layer is away: %r", error)


def words(frame: Frame, name: str) -> str:
    """A text of the frame, "" where it is missing. Raises Invalid for anything else."""
    value = frame.get(name, "")
    if not isinstance(value, str):
        raise Invalid(errors={name: [_("A text is needed.")]})
    return value


def _frame(text: str) -> Frame | None:
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return frame if isinstance(frame, dict) and isinstance(frame.get("type"), str) else None
