"""The product with the bare echo beside it in the same process: what the machine and the interpreter cost under the same load."""

from typing import Any

from cskh.asgi import application as product

from .chat_echo import BESIDE, Echo

_echo = Echo.as_asgi()


async def application(scope: Any, receive: Any, send: Any) -> None:
    is_echo = scope["type"] == "websocket" and scope["path"] == BESIDE
    await (_echo if is_echo else product)(scope, receive, send)
