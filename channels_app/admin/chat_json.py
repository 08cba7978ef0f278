"""JSON for the chat console: staff only, with Django's CSRF check; what the domain refuses keeps its status and its words."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse

from accounts.actors import Actor
from channels_app.chat import conversations
from channels_app.models import Chat
from cskh.core.json_calls import answered

Answer = dict[str, Any]


def console_view(view: Callable[[HttpRequest, Actor], Answer]) -> Callable[[HttpRequest], JsonResponse]:
    """`view(request, actor)` gives a dict."""

    @wraps(view)
    def answer(request: HttpRequest) -> JsonResponse:
        return answered(lambda: view(request, Actor.staff(request.user)))

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

        return answered(looked_up)

    return answer
