"""Pages and REST over ASGI: each request in one thread, from the first middleware to the last.

Django's own handler goes to the thread and back for each half of each middleware, some twenty times a request, and waits each
time until the threads of the others let the event loop have the interpreter. None of our pages is asynchronous.
"""

import io
import logging
from collections.abc import Awaitable, Callable
from typing import IO, Any, NoReturn

import django
from asgiref.sync import sync_to_async
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponseBase

from .errors import NotKept
from .turns import after_the_others

log = logging.getLogger(__name__)
Receive = Callable[[], Awaitable[Any]]


class LostBody(io.RawIOBase):
    """What a request said, where the disk took no more of it: whoever begins to read it hears NotKept."""

    def read(self, size: int | None = -1) -> NoReturn:
        raise NotKept

    def readline(self, size: int | None = -1) -> NoReturn:
        raise NotKept


class PageHandler(ASGIHandler):
    """Serves HTTP as `ASGIHandler` does; requests take turns with the sockets of the process (`cskh.core.turns`)."""

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def read_body(self, receive: Receive) -> IO[bytes]:
        """Large bodies go to the disk. Where that is full, the sender is heard to the end all the same, and answered in words."""
        more = True

        async def noted() -> Any:
            nonlocal more
            message = await receive()
            more = bool(message.get("more_body", False))
            return message

        try:
            body: IO[bytes] = await super().read_body(noted)
        except OSError:
            log.exception("the body of a request could not be kept")
            while more:
                if (await noted())["type"] == "http.disconnect":
                    raise RequestAborted from None
            return LostBody()  # type: ignore[return-value]  # as much of one as requests read
        return body

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        async with after_the_others():
            return await sync_to_async(self.get_response, thread_sensitive=True)(request)


def page_handler() -> PageHandler:
    """What `django.core.asgi.get_asgi_application` is for the handler above."""
    django.setup(set_prefix=False)
    return PageHandler()
