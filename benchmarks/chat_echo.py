"""The least that the same stack can do: sockets that pass each frame on to a group, and nothing else."""

import json
import os
from typing import Any

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cskh.settings.base")
django.setup()

BESIDE = "/echo/"  # where the echo is when the product has the rest of the process


class Echo(AsyncWebsocketConsumer):
    """`{join: [group]}` once, then `{to: group, …}`: everybody in the group gets the frame, the sender as well."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        frame = json.loads(text_data or "{}")
        for group in frame.get("join", []):
            await self.channel_layer.group_add(group, self.channel_name)
        if "to" in frame:
            await self.channel_layer.group_send(frame["to"], {"type": "passed", "text": text_data})

    async def passed(self, event: dict[str, Any]) -> None:
        await self.send(event["text"])


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


application = ProtocolTypeRouter({"http": _nothing, "websocket": Echo.as_asgi()})
