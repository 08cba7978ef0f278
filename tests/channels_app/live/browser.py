"""A visitor's browser that gives up nothing, and a network between it and the server that may."""

import asyncio
import itertools
import json
from contextlib import suppress

import websockets

_tabs = itertools.count()


class Browser:
    """One tab: keeps what it said until its line comes back, reconnects, and asks from the last id it saw.

    `lines` are all lines as they came, so that one that comes twice or out of order is found there.
    """

    def __init__(self, web, key, *, port=None):
        self.address = f"ws://127.0.0.1:{port or web.port}/ws/chat/"
        self.origin, self.key = web.address, key
        self.tab, self.said = next(_tabs), itertools.count()
        self.unconfirmed, self.lines, self.socket, self.connects, self.refused = {}, [], None, 0, []

    async def stay(self):
        """Connected for ever, again and again."""
        while True:
            with suppress(OSError, websockets.WebSocketException, TimeoutError):
                await self._once()
            self.socket = None
            await asyncio.sleep(0.05)

    async def say(self, body):
        client_id = f"tab{self.tab:03d}-{next(self.said):06d}"
        self.unconfirmed[client_id] = body
        await self._send("say", client_id=client_id, body=body)

    async def until_confirmed(self, seconds=60):
        try:
            async with asyncio.timeout(seconds):
                while self.unconfirmed:
                    await asyncio.sleep(0.05)
        except TimeoutError as error:
            raise AssertionError(f"not confirmed: {self.unconfirmed}, refused: {self.refused}") from error

    async def _once(self):
        async with asyncio.timeout(10):
            socket = await websockets.connect(self.address, origin=self.origin, ping_interval=None, proxy=None)
        async with socket:
            self.connects += 1
            after = self.lines[-1]["id"] if self.lines else 0
            await socket.send(json.dumps({"type": "hello", "key": self.key, "after": after}))
            sent = set()
            while waiting := self.unconfirmed.keys() - sent:  # more may be said while these are sent
                for client_id in sorted(waiting):  # in the order in which they were said
                    await socket.send(
                        json.dumps({"type": "say", "client_id": client_id, "body": self.unconfirmed[client_id]})
                    )
                sent |= waiting
            self.socket = socket
            async for text in socket:
                self._take(json.loads(text))

    def _take(self, frame):
        if frame["type"] == "refused":
            self.refused.append(frame)
        for line in frame.get("lines", []):
            self.lines.append(line)
            self.unconfirmed.pop(line["client_id"], None)

    async def _send(self, kind, **content):
        if self.socket is not None:
            with suppress(OSError, websockets.WebSocketException):
                await self.socket.send(json.dumps({"type": kind, **content}))


class Network:
    """A TCP connection in between that can be cut without a word, or stand still with both ends open."""

    def __init__(self, port):
        self.target, self.port = port, None
        self.flows, self.writers = asyncio.Event(), set()
        self.flows.set()

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error):
        self.flows.set()
        self.cut()
        self.server.close()
        await self.server.wait_closed()

    def stall(self):
        self.flows.clear()

    def cut(self):
        """Both ends find their connection gone; no close frame is sent. New ones work."""
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()
        self.flows.set()

    async def _carry(self, reader, writer):
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self.writers |= {writer, back}
        await asyncio.gather(self._pump(reader, back), self._pump(there, writer))

    async def _pump(self, reader, writer):
        with suppress(OSError):
            while data := await reader.read(4096):
                await self.flows.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
