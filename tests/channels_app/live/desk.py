"""An agent's browser as far as the protocol goes."""

import asyncio
import json
from collections import defaultdict
from contextlib import suppress

import requests
import websockets
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

_CSRF = "c" * 32
SECONDS = 60


class Desk:
    """Signed in as `user`. Follows conversations over the socket, and speaks over HTTP as the console does."""

    def __init__(self, web, user):
        self.web, self.user = web, user
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        self.session = session
        self.cookies = f"sessionid={session.session_key}; csrftoken={_CSRF}"
        self.lines = defaultdict(list)

    def post(self, path, **content):
        """The status and the JSON; the status is 0 where nobody answered, or not to the end."""
        headers = {"Cookie": self.cookies, "X-CSRFToken": _CSRF}
        try:
            answer = requests.post(
                f"{self.web.address}/admin/chat/{path}", json=content, headers=headers, timeout=SECONDS
            )
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            return 0, {}
        return answer.status_code, answer.json()

    async def say(self, public_id, client_id, body):
        """Until it is confirmed, as the console does."""
        async with asyncio.timeout(60):
            while True:
                status, _lines = await asyncio.to_thread(
                    self.post, f"{public_id}/say/", client_id=client_id, body=body, after=0
                )
                if status == 200:
                    return
                await asyncio.sleep(0.2)

    def connect(self):
        return websockets.connect(
            f"ws://127.0.0.1:{self.web.port}/ws/desk/",
            origin=self.web.address,
            additional_headers={"Cookie": self.cookies},
        )

    async def follow(self, *public_ids):
        """Follows the conversations for ever, reconnecting; every line as it came is in `lines[id]`."""
        for public_id in public_ids:
            self.lines.setdefault(public_id, [])
        while True:
            with suppress(OSError, websockets.WebSocketException):
                async with self.connect() as socket:
                    for public_id, lines in self.lines.items():
                        after = lines[-1]["id"] if lines else 0
                        await socket.send(json.dumps({"type": "chat", "id": public_id, "after": after}))
                    async for text in socket:
                        frame = json.loads(text)
                        if frame["type"] == "lines":
                            self.lines[frame["id"]] += frame["lines"]
            await asyncio.sleep(0.1)
