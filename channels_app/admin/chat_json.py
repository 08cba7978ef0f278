"""JSON for the chat console: staff only, with Django's CSRF check; what the domain refuses keeps its status and its words."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils.cache import patch_cache_control

from accounts.actors import Actor
from channels_app.chat import conversations
from channels_app.models import Chat
from cskh.core.errors import DomainError, Invalid

Answer = dict[str, Any]


def console_view(view: Callable[[HttpRequest, Actor], Answer]) -> Callable[[HttpRequest], JsonResponse]:
    """`view(request, actor)` gives a dict."""

    @wraps(view)
    def answer(request: HttpRequest) -> JsonResponse:
        return _answered(lambda: view(request, Actor.staff(request.user)))

    return answer


def conversation_view(
    view: Callable[[HttpRequest, Actor, Chat], Answer],
) -> Callable[[HttpRequest, UUID], JsonResponse]:
    """`view(request, actor, chat)` for a conversation the person may see; any other is not found."""

    @wraps(view)
    def answer(request: HttpRequest, public_id: UUID) -> JsonResponse:
        def looked_up() -> Answer:
            actor = Actor.staff(request.user)
            return view(request, actor, conversations.visible_chat(actor, str(public_id)))

        return _answered(looked_up)

    return answer


def _answered(give: Callable[[], Answer]) -> JsonResponse:
    try:
        response = JsonResponse(give())
    except DomainError as error:
        errors = error.errors if isinstance(error, Invalid) else {}
        content = {"code": error.code, "message": str(error), "errors": errors}
        response = JsonResponse(content, status=error.status)
    patch_cache_control(response, no_store=True)
    return response
