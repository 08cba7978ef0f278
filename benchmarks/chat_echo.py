"""The least that the same stack can do: sockets that pass each frame on to a group, and nothing else.

`Echo` uses the server and the channel layer. `KeptEcho` uses the database too, as whatever must not lose a message: each frame is
a row, committed before anybody gets it.
"""

import json
import os
from typing import Any

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cskh.settings.base")
django.setup()

# Where they are when the product has the rest of the process.
BESIDE = "/echo/"
KEPT_BESIDE = "/kept-echo/"
KEPT_TABLE = "CREATE TABLE IF NOT EXISTS benchmark_echo (id bigserial PRIMARY KEY, frame text NOT NULL)"


class Echo(AsyncWebsocketConsumer):
    """`{join: [group]}` once, then `{to: group, …}`: everybody in the group gets the frame, the sender as well."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        frame = json.loads(text_data or "{}")
        for group in frame.get("join", []):
            await self.channel_layer.group_add(group, self.channel_name)
        if "to" in frame:
            await self.keep(text_data)
            await self.channel_layer.group_send(frame["to"], {"type": "passed", "text": text_data})

    async def keep(self, text: str | None) -> None:
        """Nothing is kept."""

    async def passed(self, event: dict[str, Any]) -> None:
        await self.send(event["text"])


class KeptEcho(Echo):
    async def keep(self, text: str | None) -> None:
        from channels_app.live.threads import in_thread  # its applications must be ready first

        await in_thread(_keep, text)


def _keep(text: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO benchmark_echo (frame) VALUES (%s)", [text])


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


application = ProtocolTypeRouter({"http": _nothing, "websocket": Echo.as_asgi()})
