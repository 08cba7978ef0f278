"""A visitor's browser, as far as the protocol goes."""

import asyncio
import json

import pytest
import websockets

from accounts.models import Role

from .desk import Desk


@pytest.fixture
def lan(make_staff):
    """An agent at the intake desk."""
    return make_staff("lan", Role.INTAKE, "intake")


@pytest.fixture
def desk(served, lan):
    return Desk(served, lan)


@pytest.fixture
def conversation(served, desk):
    """A conversation that `lan` has taken: its id and key."""
    began = served.post("/chat/start")[1]
    assert served.post("/chat/say", began["key"], client_id="opening-1", body="Xin chào")[0] == 200
    assert desk.post(f"{began['id']}/take/")[0] == 200
    return began["id"], began["key"]


class Visitor:
    """A visitor's browser as far as the protocol goes: keeps what was not confirmed, and asks from the last id it saw."""

    def __init__(self, web, key):
        self.web, self.key = web, key
        self.lines, self.frames = [], []

    async def __aenter__(self):
        await self.open()
        return self

    async def __aexit__(self, *error):
        await self.socket.close()

    async def open(self):
        address = f"ws://127.0.0.1:{self.web.port}/ws/chat/"
        self.socket = await websockets.connect(address, origin=self.web.address)
        await self.send("hello", key=self.key, after=self.lines[-1]["id"] if self.lines else 0)
        return await self.until("welcome")

    async def send(self, kind, **content):
        await self.socket.send(json.dumps({"type": kind, **content}))

    async def until(self, kind, seconds=10):
        """The next frame of that kind; what comes before it is kept."""
        async with asyncio.timeout(seconds):
            while True:
                frame = json.loads(await self.socket.recv())
                self.frames.append(frame)
                if frame["type"] == "lines":
                    self.lines += frame["lines"]
                if frame["type"] == kind:
                    return frame

    async def until_said(self, client_id):
        while not any(line["client_id"] == client_id for line in self.lines):
            await self.until("lines")
