"""The product with the echoes beside it in the same process: what the machine and the interpreter cost under the same load."""

from typing import Any

from cskh.asgi import application as product

from .chat_echo import BESIDE, KEPT_BESIDE, Echo, KeptEcho

_echoes = {BESIDE: Echo.as_asgi(), KEPT_BESIDE: KeptEcho.as_asgi()}


async def application(scope: Any, receive: Any, send: Any) -> None:
    echo = _echoes.get(scope["path"]) if scope["type"] == "websocket" else None
    await (echo or product)(scope, receive, send)
