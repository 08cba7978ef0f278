"""JSON in, JSON out, for the widget's plain HTTP calls. What the domain refuses becomes a problem with its own status."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from channels_app.chat import conversations
from channels_app.models import Chat
from cskh.core.errors import NotVisible
from cskh.core.json_calls import answered

View = Callable[..., dict[str, Any]]


def json_view(view: View) -> Callable[..., JsonResponse]:
    """`view` gives a dict. No cookie counts here, so there is nothing to forge a request with, and no CSRF token."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest) -> JsonResponse:
        return answered(lambda: view(request))

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
