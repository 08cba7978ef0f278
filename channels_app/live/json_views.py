"""JSON in, JSON out, for the widget's plain HTTP calls. What the domain refuses becomes a problem with its own status."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from channels_app.chat import conversations
from channels_app.models import Chat
from cskh.core.errors import DomainError, Invalid, NotVisible

View = Callable[..., dict[str, Any]]


def json_view(view: View) -> Callable[..., JsonResponse]:
    """`view` gives a dict. No cookie counts here, so there is nothing to forge a request with, and no CSRF token."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest) -> JsonResponse:
        try:
            response = JsonResponse(view(request))
        except DomainError as error:
            response = _problem(error)
        patch_cache_control(response, no_store=True)
        return response

    return answer


def chat_view(view: View) -> Callable[..., JsonResponse]:
    """`view(request, chat)` for the conversation whose key comes as `Authorization: Chat KEY`; in its language."""

    @json_view
    @wraps(view)
    def answer(request: HttpRequest) -> dict[str, Any]:
        scheme, _blank, key = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Chat":
            raise NotVisible
        chat: Chat = conversations.resume(key)
        translation.activate(chat.language)
        return view(request, chat)

    return answer


def content_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of the request. Raises Invalid where it is none."""
    try:
        content = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Invalid(_("This is not JSON.")) from error
    if not isinstance(content, dict):
        raise Invalid(_("This is not a JSON object."))
    return content


def text_of(content: dict[str, Any], name: str, most: int = 1000) -> str:
    """A text of the object, "" where it is missing. Raises Invalid for anything else, and for more than `most` characters."""
    text = content.get(name, "")
    if not isinstance(text, str) or len(text) > most:
        raise Invalid(errors={name: [_("A short text is needed.")]})
    return text


def _problem(error: DomainError) -> JsonResponse:
    errors = error.errors if isinstance(error, Invalid) else {}
    return JsonResponse({"code": error.code, "message": str(error), "errors": errors}, status=error.status)
