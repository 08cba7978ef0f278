"""Live chat: how long a message takes to the other side, against an echo over the same server, channel layer and database.

All visitors are connected; each agent talks with `chats_each` of them, the others wait in the queue. In every conversation
somebody says something every `every` seconds, the sides in turn; who gets a message says that it was read, as browsers do.
The echo keeps what it passes on in one row and runs beside the chat, in the processes that carry it: it waits for the same
processor, interpreter, event loop and threads. A bare one, which keeps nothing, runs beside it and, with the same connections,
alone before and after.
"""

import asyncio
import json
import os
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import websockets
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from accounts.actors import Actor
from accounts.models import Department, Membership, Role, User
from channels_app.chat import agents, conversations, talking
from channels_app.models import Chat
from cskh.defaults.load import load

from .chat_echo import BESIDE, KEPT_BESIDE, KEPT_TABLE
from .web import Web, Webs, running

_WORDS = "Em đang kiểm tra giao dịch của anh chị, vui lòng chờ trong giây lát ạ."
_CSRF = "c" * 32
# Seconds a console lets pass at least between two looks at the queue, by what it heard of (chat_console.js).
_LOOKS_EVERY = {"me": 0.5, "waiting": 3.0}
_STAYS_OPEN = 3  # seconds without a request; the server waits for five
_SETTLE = 6  # seconds after connecting, before anything is measured
_PROXY: dict[str, Any] = {"proxy": None, "ping_interval": None, "max_size": None}


@dataclass(frozen=True)
class Load:
    visitors: int = 500
    agents: int = 50
    chats_each: int = 3
    every: float = 15
    seconds: float = 60
    processes: int = 2
    pairs_beside: int = 20

    @property
    def talking(self) -> int:
        return min(self.visitors, self.agents * self.chats_each)

    @property
    def beside(self) -> "Load":
        """As many messages of the echo as of the chat, among a few who say more each."""
        return replace(self, every=self.every * self.pairs_beside / self.talking)


class Times:
    """When each text was sent, and how long it took to the other side."""

    def __init__(self) -> None:
        self.sent: dict[str, float] = {}
        self.took: list[float] = []

    def start(self) -> str:
        text = f"{len(self.sent):06d} {_WORDS}"
        self.sent[text] = time.perf_counter()
        return text

    def arrived(self, text: str) -> None:
        if text in self.sent:
            self.took.append(time.perf_counter() - self.sent[text])

    def __str__(self) -> str:
        lost = len(self.sent) - len(self.took)
        percentiles = statistics.quantiles(self.took, n=100)
        return f"{len(self.took)} messages, {lost} lost: p50 {_ms(percentiles[49])}, p99 {_ms(percentiles[98])}"

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.took, n=100)[98]


Say = Callable[[str], Awaitable[None]]


def report(load: Load) -> None:
    """Measures and prints everything."""
    people = _fill(load)
    with running("benchmarks.chat_echo:application", load.processes) as webs:
        before = asyncio.run(_echo(webs, load))
    with running("benchmarks.chat_beside:application", load.processes) as webs:
        ours, beside, kept = asyncio.run(_chat(webs, load, *people))
    with running("benchmarks.chat_echo:application", load.processes) as webs:
        after = asyncio.run(_echo(webs, load))
    rows = {
        "bare echo alone, before": before,
        "chat": ours,
        "kept echo beside it": kept,
        "bare echo beside it": beside,
        "bare echo alone, after": after,
    }
    for name, times in rows.items():
        print(f"{name:<24}{times}")
    print(f"{load.talking / load.every:.0f} messages/s of the chat, as many of each echo beside it")
    print(f"p99 of the chat: {ours.p99 / kept.p99:.1f}x the kept echo beside it", end=", ")
    print(f"{ours.p99 / beside.p99:.1f}x the bare one, {ours.p99 / max(before.p99, after.p99):.1f}x the bare one alone")


def _fill(load: Load) -> tuple[list[tuple[str, str]], list[tuple[str, list[str]]]]:
    """(id, key) of each conversation, and (session key, ids of their conversations) of each agent."""
    load_defaults_once()
    with connection.cursor() as cursor:
        cursor.execute(KEPT_TABLE)
    chats = []
    for number in range(load.visitors):
        chat, key = conversations.begin(website="http://127.0.0.1")
        talking.visitor_says(chat, client_id=f"first-{number:06d}", body=_WORDS)
        chats.append((str(chat.public_id), key))
    intake = Department.objects.get(slug="intake")
    at_desks = []
    for number in range(load.agents):
        user = User.objects.create(username=f"agent-{time.time_ns()}", first_name="Lan", is_staff=True)
        Membership.objects.create(user=user, role=Role.INTAKE, department=intake)
        mine = [chat_id for chat_id, _key in chats[number * load.chats_each : (number + 1) * load.chats_each]]
        for chat_id in mine:  # the first reply is given: conversations are measured in their middle
            chat = Chat.objects.get(public_id=chat_id)
            agents.take(chat, actor=Actor.staff(user))
            talking.staff_says(chat, actor=Actor.staff(user), client_id=f"hello-{chat_id}", body=_WORDS)
        at_desks.append((_session(user), mine))
    return chats, at_desks


def load_defaults_once() -> None:
    if not Department.objects.filter(slug="intake").exists():
        load()


def _session(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


async def _chat(
    webs: Webs, load: Load, chats: list[tuple[str, str]], at_desks: list[tuple[str, list[str]]]
) -> tuple[Times, Times, Times]:
    times, bare, kept = Times(), Times(), Times()
    says: dict[str, list[Say]] = {chat_id: [] for chat_id, _key in chats[: load.talking]}
    async with _background() as start:
        for session, mine in at_desks:
            for chat_id, say in (await _console(webs.next(), session, mine, times, start)).items():
                says[chat_id].append(say)
        # The first few make the process load what it loads once.
        warm, idle = chats[: load.talking], chats[load.talking :]
        for chat_id, key in warm:
            says[chat_id].append(await _visitor(webs.next(), key, times, start))
        await asyncio.sleep(_SETTLE)
        memory = webs.memory()
        for _chat_id, key in idle:
            await _visitor(webs.next(), key, times, start)
        await asyncio.sleep(_SETTLE)
        if idle:
            each = (webs.memory() - memory) / len(idle)
            print(
                f"memory: {webs.memory() / 2**20:.0f} MiB in all, {each / 1024:.0f} KiB for each of {len(idle)} idle visitors"
            )
        bare_pairs = await _pairs(webs, BESIDE, load, bare, start)
        kept_pairs = await _pairs(webs, KEPT_BESIDE, load, kept, start)
        busy, began = webs.busy(), time.monotonic()
        await asyncio.gather(
            _talk(list(says.values()), load, times),
            _talk(bare_pairs, load.beside, bare),
            _talk(kept_pairs, load.beside, kept),
        )
        share = (webs.busy() - busy) / (time.monotonic() - began)
        print(f"web processes: {load.processes}, {share:.0%} of one processor together; load {os.getloadavg()[0]:.1f}")
    return times, bare, kept


async def _pairs(webs: Webs, path: str, load: Load, times: Times, start: "Start") -> list[list[Say]]:
    """Two members of the echo at `path` for each of its groups."""
    groups = [f"{path.strip('/')}-{number}" for number in range(load.pairs_beside)]
    return [
        [(await _member(webs.next(), path, [group], times, start))[group] for _side in range(2)] for group in groups
    ]


async def _echo(webs: Webs, load: Load) -> Times:
    """The same connections and the same messages, with nothing in between but the server and the layer."""
    times = Times()
    groups = [f"pair-{number}" for number in range(load.visitors)]
    says: dict[str, list[Say]] = {group: [] for group in groups[: load.talking]}
    async with _background() as start:
        for number in range(load.agents):
            mine = groups[number * load.chats_each : (number + 1) * load.chats_each]
            for group, say in (await _member(webs.next(), "/", mine, times, start)).items():
                says[group].append(say)
        for group in groups:
            said = await _member(webs.next(), "/", [group], times, start)
            if group in says:
                says[group].append(said[group])
        await asyncio.sleep(_SETTLE)
        await _talk(list(says.values()), load, times)
    return times


async def _talk(conversations: Sequence[Sequence[Say]], load: Load, times: Times) -> None:
    """Everybody talks for `load.seconds`; then what is under way arrives."""

    async def talk(sides: Sequence[Say]) -> None:
        await asyncio.sleep(random.uniform(0, load.every))
        until = time.monotonic() + load.seconds
        turn = 0
        while time.monotonic() < until:
            began = time.monotonic()
            await sides[turn % 2](times.start())
            turn += 1
            await asyncio.sleep(max(0, load.every - (time.monotonic() - began)))

    await asyncio.gather(*(talk(sides) for sides in conversations))
    await asyncio.sleep(3)


async def _visitor(web: Web, key: str, times: Times, start: "Start") -> Say:
    socket = await websockets.connect(f"ws://127.0.0.1:{web.port}/ws/chat/", origin=_origin(web), **_PROXY)
    await socket.send(json.dumps({"type": "hello", "key": key, "after": 0}))
    said = 0

    async def listen() -> None:
        async for text in socket:
            frame = json.loads(text)
            for line in frame.get("lines", []):
                if line["from"] == "agent":
                    times.arrived(line["body"])
                    await socket.send(json.dumps({"type": "read", "id": line["id"]}))

    async def say(body: str) -> None:
        nonlocal said
        said += 1
        await socket.send(json.dumps({"type": "say", "client_id": f"bench-{id(socket)}-{said}", "body": body}))

    start(listen())
    return say


async def _console(web: Web, session: str, mine: list[str], times: Times, start: "Start") -> dict[str, Say]:
    """An agent's page: its socket, and the requests it sends on one connection."""
    cookies = f"sessionid={session}; csrftoken={_CSRF}"
    address = f"ws://127.0.0.1:{web.port}/ws/desk/"
    socket = await websockets.connect(address, origin=_origin(web), additional_headers={"Cookie": cookies}, **_PROXY)
    # As a browser: what one says does not wait for an answer about something else.
    http, queue = (_Connection(web.port, {"Cookie": cookies, "X-CSRFToken": _CSRF}) for _number in range(2))
    asking: list[asyncio.Task[None]] = []
    looked = -max(_LOOKS_EVERY.values())

    async def look(every: float) -> None:
        nonlocal looked
        await asyncio.sleep(max(0, looked + every - time.monotonic()) + random.uniform(0, 0.5))
        looked = time.monotonic()
        asking.clear()
        await queue.get("/admin/chat/state/")

    for chat_id in mine:
        await socket.send(json.dumps({"type": "chat", "id": chat_id, "after": 0}))

    async def listen() -> None:
        async for text in socket:
            frame = json.loads(text)
            for line in frame.get("lines", []):
                if line["from"] == "visitor":
                    times.arrived(line["body"])
                    await socket.send(json.dumps({"type": "read", "id": frame["id"], "last": line["id"]}))
            if frame["type"] == "changed" and frame["what"] in _LOOKS_EVERY and not asking:
                asking.append(asyncio.create_task(look(_LOOKS_EVERY[frame["what"]])))

    def say_in(chat_id: str) -> Say:
        async def say(body: str) -> None:
            await http.post(f"/admin/chat/{chat_id}/say/", {"client_id": f"bench-{time.time_ns()}", "body": body})

        return say

    start(listen())
    return {chat_id: say_in(chat_id) for chat_id in mine}


async def _member(web: Web, path: str, groups: list[str], times: Times, start: "Start") -> dict[str, Say]:
    socket = await websockets.connect(f"ws://127.0.0.1:{web.port}{path}", **_PROXY)
    await socket.send(json.dumps({"join": groups}))
    name = str(id(socket))

    async def listen() -> None:
        async for text in socket:
            frame = json.loads(text)
            if frame["by"] != name:
                times.arrived(frame["body"])

    def say_to(group: str) -> Say:
        async def say(body: str) -> None:
            await socket.send(json.dumps({"to": group, "by": name, "body": body}))

        return say

    start(listen())
    return {group: say_to(group) for group in groups}


class _Connection:
    """One HTTP connection, opened anew before the server ends it for its silence; requests wait for each other."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.port, self.free, self.used = port, asyncio.Lock(), 0.0
        self.headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, content: dict[str, Any]) -> None:
        await self._ask("POST", path, json.dumps(content).encode())

    async def get(self, path: str) -> None:
        await self._ask("GET", path, b"")

    async def _ask(self, method: str, path: str, body: bytes) -> None:
        async with self.free:
            if self.streams is None or time.monotonic() - self.used > _STAYS_OPEN:
                self.streams = await asyncio.open_connection("127.0.0.1", self.port)
            self.used = time.monotonic()
            reader, writer = self.streams
            head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{self.headers}"
            writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = next(line for line in answer.split("\r\n") if line.startswith("content-length:"))
            await reader.readexactly(int(length.partition(":")[2]))
            if " 200 " not in answer.split("\r\n")[0]:
                raise RuntimeError(answer)


Start = Callable[[Awaitable[None]], None]


@asynccontextmanager
async def _background() -> AsyncIterator[Start]:
    """`start(work)` runs beside everything else until the block ends."""
    tasks: list[asyncio.Future[None]] = []

    def start(work: Awaitable[None]) -> None:
        tasks.append(asyncio.ensure_future(work))

    try:
        yield start
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError, websockets.WebSocketException):
                await task


def _origin(web: Web) -> Any:
    return web.address


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
