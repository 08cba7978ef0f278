"""Whatever comes in that should not: refused with its code, while a conversation beside it goes on."""

import asyncio
import json
import time
from contextlib import suppress
from datetime import timedelta

import pytest
import requests
import websockets
from django.conf import settings
from django.utils import timezone

from accounts.customers.models import Customer
from accounts.models import Role
from channels_app.models import Chat, Message
from tests.api import token
from tests.web import Served

from .both_sides import running, transcript
from .browser import Browser
from .desk import Desk

HELLO = "hello"


async def opened(web, *, origin=True, key=None, path="/ws/chat/", **more):
    socket = await websockets.connect(
        f"ws://127.0.0.1:{web.port}{path}", origin=web.address if origin is True else origin, max_size=None, **more
    )
    if key is not None:
        await socket.send(json.dumps({"type": HELLO, "key": key, "after": 0}))
        await frame_of(socket, "welcome")
    return socket


async def frame_of(socket, kind):
    async with asyncio.timeout(30):
        while True:
            frame = json.loads(await socket.recv())
            if frame["type"] == kind:
                return frame


async def close_code(socket):
    async with asyncio.timeout(40):
        with suppress(websockets.ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code


DEEP = '{"type":"ping","x":' + "[" * 15_000 + "]" * 15_000 + "}"
BAD = {
    "no JSON": ("{", 4400),
    "an empty frame": ("", 4400),
    "a list": ("[]", 4400),
    "a number": ("1", 4400),
    "no type": ("{}", 4400),
    "a type that is no text": ('{"type": 1}', 4400),
    "an unknown type": ('{"type": "drop"}', 4400),
    "a name of ours": ('{"type": "disconnect"}', 4400),
    "binary": (b"\x00\x01", 4400),
    "binary JSON": (b'{"type": "ping"}', 4400),
    "deep": (DEEP, 4400),
    "too large": (json.dumps({"type": "say", "body": "x" * 40_000}), 4413),
    "too large in bytes": (json.dumps({"type": "say", "body": "ế" * 12_000}, ensure_ascii=False), 4413),
}


def test_frames_that_are_none_close_their_socket_and_no_other(served, desk, conversation):
    chat_id, key = conversation
    other = served.post("/chat/start")[1]["key"]

    async def spoil():
        for name, (frame, code) in BAD.items():
            socket = await opened(served, key=other)
            await socket.send(frame)
            await socket.send(json.dumps({"type": "ping"}))  # already on its way when the socket is closed
            assert (name, await close_code(socket)) == (name, code)

    async def talk():
        browser = Browser(served, key)
        async with running(browser.stay()):
            await browser.say("một")
            await spoil()
            await browser.say("hai")
            await browser.until_confirmed()
            assert browser.connects == 1

    asyncio.run(talk())
    assert [body for _id, body in transcript(chat_id)][-2:] == ["một", "hai"]
    assert not Message.objects.filter(case__chat__key_hash=Chat.objects.latest("pk").key_hash).exists()


def test_a_frame_far_too_large_is_not_even_read(served, defaults):
    """The connection ends with part of the frame unread, so its close code may be lost on the way."""
    key = served.post("/chat/start")[1]["key"]

    async def spoil():
        socket = await opened(served, key=key)
        with suppress(websockets.ConnectionClosed):
            await socket.send(json.dumps({"type": "say", "client_id": "too-large-1", "body": "x" * 200_000}))
        return await close_code(socket)

    assert asyncio.run(spoil()) in (1009, 1006)
    assert served.get("/chat/lines", key)[1]["lines"] == []


def test_a_flood_of_frames_closes_its_socket(served, defaults):
    key = served.post("/chat/start")[1]["key"]
    times, _seconds = settings.CHAT_LIMITS["frame"]

    async def flood():
        socket = await opened(served, key=key)
        with suppress(websockets.ConnectionClosed):
            for _time in range(2 * times + 10):
                await socket.send('{"type": "ping"}')
        return await close_code(socket)

    assert asyncio.run(flood()) == 4429


def test_a_flood_of_messages_is_refused_and_the_socket_stays(served, defaults):
    key = served.post("/chat/start")[1]["key"]
    times, _seconds = settings.CHAT_LIMITS["say"]

    async def flood():
        socket = await opened(served, key=key)
        for number in range(2 * times + 5):
            await socket.send(json.dumps({"type": "say", "client_id": f"flood-{number:04d}", "body": str(number)}))
        refused = await frame_of(socket, "refused")
        await socket.send('{"type": "ping"}')
        await frame_of(socket, "pong")
        await socket.close()
        return refused

    refused = asyncio.run(flood())
    assert (refused["code"], refused["client_id"].startswith("flood-")) == ("throttled", True)
    assert Message.objects.filter(direction="in").count() <= 2 * times


def test_a_flood_of_starts_is_refused(served, defaults):
    times, _seconds = settings.CHAT_LIMITS["start"]
    statuses = [served.post("/chat/start")[0] for _time in range(2 * times + 1)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    assert Chat.objects.count() <= 2 * times


def test_an_address_holds_so_many_sockets_open_and_asks_by_http_beyond(tmp_path, transactional_db, defaults):
    web = Served(tmp_path, CHAT_SOCKETS_PER_ADDRESS="2", TRUSTED_PROXIES="1")
    web.start()
    key = web.post("/chat/start")[1]["key"]

    async def fill(address="203.0.113.7"):
        from_there = {"additional_headers": {"X-Forwarded-For": address}}
        first, second = [await opened(web, key=key, **from_there) for _time in range(2)]
        for _again in range(3):  # what is refused takes no place
            assert await close_code(await opened(web, **from_there)) == 4430
        elsewhere = await opened(web, key=key, additional_headers={"X-Forwarded-For": "203.0.113.8"})
        await first.send('{"type": "ping"}')
        await frame_of(first, "pong")
        second.transport.abort()  # gone without a word
        third = await until_there_is_a_place(from_there)
        for socket in (first, third, elsewhere):
            await socket.close()

    async def until_there_is_a_place(from_there):
        async with asyncio.timeout(30):
            while True:
                socket = await opened(web, **from_there)
                with suppress(websockets.ConnectionClosed):
                    await socket.send(json.dumps({"type": HELLO, "key": key}))
                    await frame_of(socket, "welcome")
                    return socket

    try:
        asyncio.run(fill())
        assert web.get("/chat/lines", key)[0] == 200
        asyncio.run(fill())  # they were given back
        web.restart()
        asyncio.run(fill())
    finally:
        web.kill()


def test_pages_of_others_get_no_socket(served, desk):
    async def knock(origin, path):
        with pytest.raises(websockets.InvalidStatus) as refused:
            await opened(served, origin=origin, path=path, additional_headers={"Cookie": desk.cookies})
        return refused.value.response.status_code

    for origin in ("https://evil.example", "null", None):
        for path in ("/ws/chat/", "/ws/desk/"):
            assert (origin, path, asyncio.run(knock(origin, path))) == (origin, path, 403)


def test_a_key_that_does_not_open_closes_with_4401(served, conversation):
    _chat_id, key = conversation
    name, _dot, secret = key.partition(".")
    stale = served.post("/chat/start")[1]["key"]
    rested = timezone.now() - settings.CHAT_RESUMES_FOR - timedelta(minutes=1)
    Chat.objects.filter(public_id=stale.partition(".")[0]).update(seen_at=rested)
    wrong = ["", "x", f"{name}.", f"{name}.{secret[:-1]}", f"{'0' * 32}.{secret}", f"{name}.{secret}\x00", stale, "é.x"]

    async def try_all():
        for one in wrong:
            socket = await opened(served)
            await socket.send(json.dumps({"type": HELLO, "key": one}))
            assert (one, await close_code(socket)) == (one, 4401)

    asyncio.run(try_all())
    for one in wrong:
        answer = requests.get(
            f"{served.address}/chat/lines", headers={"Authorization": f"Chat {one}".encode()}, timeout=20
        )
        assert answer.status_code in (400, 404), one
    assert served.get("/chat/lines", key)[0] == 200


def test_who_says_no_hello_is_let_go(served, defaults):
    async def wait():
        socket = await opened(served)
        began = time.monotonic()
        return await close_code(socket), time.monotonic() - began

    code, seconds = asyncio.run(wait())
    assert code == 4401
    assert 8 < seconds < 20


def test_before_hello_nothing_works(served, defaults):
    async def knock():
        answers = []
        for frame in ({"type": "say", "client_id": "early-001", "body": "x"}, {"type": "read", "id": 1}):
            socket = await opened(served)
            await socket.send(json.dumps(frame))
            answers.append((await frame_of(socket, "refused"))["code"])
            await socket.close()
        return answers

    assert asyncio.run(knock()) == ["not_found"] * 2
    assert Message.objects.count() == 0


def test_an_expired_token_makes_nobody_of_anybody(served, defaults):
    expired = token("BX1", exp=int(time.time()) - 3600)
    status, began = served.post("/chat/start", token=expired)
    assert (status, began["state"]["state"]) == (200, "greeted")
    assert Customer.objects.filter(external_id="BX1").count() == 0
    assert served.post("/chat/sign-in", began["key"], token=expired)[0] == 400
    assert Chat.objects.get(public_id=began["id"]).customer is None


def test_somebody_elses_messages_are_out_of_reach(served, desk, conversation, make_staff):
    chat_id, _key = conversation
    other = served.post("/chat/start")[1]
    last = transcript(chat_id)[-1][0]
    assert served.post("/chat/read", other["key"], id=last)[0] == 200
    assert Chat.objects.get(public_id=chat_id).visitor_read == 0
    assert served.get(f"/chat/lines?after={last - 1}", other["key"])[1]["lines"] == []

    stranger = Desk(served, make_staff("minh", Role.SPECIALIST, "payments"))
    assert stranger.post(f"{chat_id}/say/", client_id="stranger-1", body="x", after=0)[0] == 404

    async def pry():
        async with stranger.connect() as socket:
            for frame in ({"type": "chat", "id": chat_id, "after": 0}, {"type": "read", "id": chat_id, "last": last}):
                await socket.send(json.dumps(frame))
                assert (await frame_of(socket, "refused"))["code"] == "not_found"

    asyncio.run(pry())
    assert Chat.objects.get(public_id=chat_id).agent_read == 0


def test_read_marks_never_pass_the_last_message(served, conversation):
    chat_id, key = conversation
    assert served.post("/chat/read", key, id=2**61)[0] == 200
    assert Chat.objects.get(public_id=chat_id).visitor_read == transcript(chat_id)[-1][0]
    for bad in (-1, 2**62, "1", None, True, 1.5, [1]):
        assert (bad, served.post("/chat/read", key, id=bad)[0]) == (bad, 400)


def test_the_desks_socket_is_for_those_who_work_here(served, desk, lan):
    async def knock(cookies):
        socket = await opened(served, path="/ws/desk/", additional_headers={"Cookie": cookies})
        return await close_code(socket)

    assert asyncio.run(knock("")) == 4401
    assert asyncio.run(knock("sessionid=nonsense")) == 4401
    lan.is_active = False
    lan.save()
    assert asyncio.run(knock(desk.cookies)) == 4401


def test_a_client_that_does_not_read_is_let_go_and_holds_up_nobody(tmp_path, transactional_db, defaults, lan):
    """Megabytes wait for it: the server keeps a buffer's worth, and ends it; another conversation goes on meanwhile."""
    web = Served(tmp_path)
    web.start()
    try:
        key, other = (web.post("/chat/start")[1]["key"] for _time in range(2))
        web.post("/chat/say", key, client_id="opening-1", body="Xin chào", after=0)
        case = Chat.objects.exclude(case=None).get().case
        Message.objects.bulk_create(
            Message(case=case, direction="out", channel="chat", author_kind="system", author_id="x", body="x" * 4000)
            for _number in range(4000)
        )
        before = web.memory()

        async def talk():
            slow = await opened(web)
            slow.transport.pause_reading()
            await slow.send(json.dumps({"type": HELLO, "key": key, "after": 0}))
            browser = Browser(web, other)
            async with running(browser.stay()):
                for number in range(20):
                    began = time.monotonic()
                    await browser.say(f"nhanh {number}")
                    await browser.until_confirmed()
                    assert time.monotonic() - began < 10
            await asyncio.sleep(settings.SOCKET_WRITES_WITHIN + 2)
            grown = web.memory() - before
            assert await asyncio.to_thread(web.get, "/chat/lines", other)
            slow.transport.abort()
            return grown

        assert asyncio.run(talk()) < 48 * 2**20
    finally:
        web.kill()
