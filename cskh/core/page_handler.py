"""Pages and REST over ASGI: each request in one thread, from the first middleware to the last.

Django's own handler goes to the thread and back for each half of each middleware, some twenty times a request, and waits each
time until the threads of the others let the event loop have the interpreter. None of our pages is asynchronous.
"""

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponseBase

from .turns import after_the_others


class PageHandler(ASGIHandler):
    """Serves HTTP as `ASGIHandler` does; requests take turns with the sockets of the process (`cskh.core.turns`)."""

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        async with after_the_others():
            return await sync_to_async(self.get_response, thread_sensitive=True)(request)


def page_handler() -> PageHandler:
    """What `django.core.asgi.get_asgi_application` is for the handler above."""
    django.setup(set_prefix=False)
    return PageHandler()
