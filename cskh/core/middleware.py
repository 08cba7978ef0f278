"""Shows domain errors on pages; REST has its own mapping in `cskh.core.drf`."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from .errors import DomainError, NotVisible


class DomainErrorMiddleware:
    """A page that raised a DomainError answers with its message and status; staff forms go back with the message shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        back = getattr(request, "page_before", None)
        if back and not isinstance(exception, NotVisible):
            messages.error(request, str(exception))
            return HttpResponseRedirect(back)
        return render(request, "error.html", {"error": exception}, status=exception.status)
