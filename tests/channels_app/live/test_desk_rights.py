"""What an open desk socket may do changes with its person: their session, what they may see, whom they talk with."""

import asyncio
import json
from datetime import timedelta

import pytest
from channels.layers import InMemoryChannelLayer
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import Department, Membership, Role
from channels_app.chat import duties
from channels_app.live.sockets import FrameSocket
from channels_app.live.still_signed_in import is_still_signed_in
from channels_app.models import Chat, ChatDuty
from cskh.core.errors import NotPermitted
from tests.web import Served

from .both_sides import fetched
from .desk import Desk
from .test_refusals import close_code, frame_of, opened


@pytest.fixture
def served(tmp_path, transactional_db, defaults):
    web = Served(tmp_path, SOCKET_CHECKED_EVERY="1")
    web.start()
    yield web
    web.kill()


def case_of(chat_id):
    return Chat.objects.select_related("case").get(public_id=chat_id).case


async def ask(socket, kind, **content):
    await socket.send(json.dumps({"type": kind, **content}))


async def heard(socket, seconds=1.5):
    """What comes in the next moments."""
    frames = []
    try:
        async with asyncio.timeout(seconds):
            while True:
                frames.append(json.loads(await socket.recv()))
    except TimeoutError:
        return frames


def sign_out(desk):
    desk.session.delete()


def expire(desk):
    Session.objects.filter(pk=desk.session.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))


def change_password(desk):
    desk.user.set_password("another one, quite long")
    desk.user.save()


def sign_in_as_somebody_else(desk):
    desk.session[SESSION_KEY] = str(desk.user.pk + 1)
    desk.session.save()


ENDINGS = [sign_out, expire, change_password, sign_in_as_somebody_else]


@pytest.mark.parametrize("end", ENDINGS)
def test_a_session_that_is_over_signs_nobody_in(db, lan, end):
    desk = Desk(None, lan)
    key = desk.session.session_key
    assert is_still_signed_in(lan, key)
    end(desk)
    lan.refresh_from_db()
    assert not is_still_signed_in(lan, key)


@pytest.mark.parametrize("key", [None, "", "nonsense", "x" * 200])
def test_a_session_that_never_was_signs_nobody_in(db, lan, key):
    assert not is_still_signed_in(lan, key)


def test_a_rotated_secret_keeps_the_sessions_it_is_to_keep(db, lan, settings):
    key = Desk(None, lan).session.session_key
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new secret, " * 5
    assert is_still_signed_in(lan, key)
    assert SessionStore(key).get(SESSION_KEY) == str(lan.pk)


def test_an_open_socket_ends_with_its_session(served, desk, conversation):
    chat_id, _key = conversation

    async def talk():
        async with desk.connect() as socket:
            await ask(socket, "chat", id=chat_id, after=0)
            await frame_of(socket, "lines")
            await asyncio.sleep(1.2)
            await ask(socket, "chat", id=chat_id, after=0)
            await frame_of(socket, "lines")  # checked, and still signed in
            await fetched(sign_out, desk)
            await asyncio.sleep(1.2)
            await ask(socket, "chat", id=chat_id, after=0)
            return await close_code(socket)

    assert asyncio.run(talk()) == 4401


def test_a_case_that_went_out_of_sight_is_watched_no_more(served, desk, conversation, lan, make_staff):
    chat_id, _key = conversation
    case = case_of(chat_id)
    other = Desk(served, make_staff("minh", Role.MANAGER))

    async def talk():
        async with desk.connect() as socket, other.connect() as colleague:
            await ask(socket, "watch", code=case.code.lower().replace("-", " "))  # any spelling is the same case
            await ask(socket, "watch", code=case.code)
            await ask(colleague, "watch", code=case.code)
            assert (await frame_of(socket, "presence"))["code"] == case.code
            await frame_of(colleague, "presence")
            await fetched(lambda: Membership.objects.filter(user=lan).update(role=Role.SPECIALIST))
            await fetched(move_away, case)
            await ask(socket, "watch", code=case.code)
            assert (await frame_of(socket, "refused"))["code"] == "not_found"
            while (await frame_of(colleague, "presence"))["state"] != "gone":
                pass
            await ask(colleague, "watch", code=case.code, writing=True)
            assert [frame for frame in await heard(socket) if frame["type"] == "presence"] == []

    asyncio.run(talk())


def move_away(case):
    """To a department that intake's specialists know nothing of."""
    type(case).objects.filter(pk=case.pk).update(assignee=None, department=Department.objects.get(slug="payments"))


def test_typing_is_shown_of_whom_the_visitor_talks_with_alone(served, desk, conversation, make_staff):
    chat_id, key = conversation
    other = Desk(served, make_staff("minh", Role.MANAGER))

    async def talk():
        visitor = await opened(served, key=key)
        async with desk.connect() as agent, other.connect() as follower:
            for socket in (agent, follower):
                await ask(socket, "chat", id=chat_id, after=0)
                await frame_of(socket, "lines")
            await ask(follower, "typing", id=chat_id)
            assert [frame for frame in await heard(visitor) if frame["type"] == "typing"] == []
            await ask(agent, "typing", id=chat_id)
            assert (await frame_of(visitor, "typing"))["name"] == desk.user.first_name
        await visitor.close()

    asyncio.run(talk())


def test_who_talks_to_nobody_opens_no_console(served, make_staff):
    auditor = make_staff("an", Role.AUDITOR)
    desk = Desk(served, auditor)

    async def knock():
        async with desk.connect() as socket:
            await ask(socket, "console")
            return (await frame_of(socket, "refused"))["code"]

    assert asyncio.run(knock()) == "not_permitted"
    assert not ChatDuty.objects.filter(user=auditor).exists()
    with pytest.raises(NotPermitted):
        duties.note_console(auditor)


def test_a_case_watched_no_more_still_pushes_to_its_conversation(served, desk, conversation):
    """Both listen to the same group; letting go of one lets go of that one alone."""
    chat_id, key = conversation
    code = case_of(chat_id).code

    async def talk():
        async with desk.connect() as socket:
            await ask(socket, "chat", id=chat_id, after=0)
            await frame_of(socket, "lines")
            await ask(socket, "watch", code=code)
            await ask(socket, "unwatch", code=code)
            await ask(socket, "ping")
            await frame_of(socket, "pong")
            await asyncio.to_thread(served.post, "/chat/say", key, client_id="opening-2", body="Còn đó không?")
            async with asyncio.timeout(10):  # long before it would look by itself
                assert (await frame_of(socket, "lines"))["lines"][-1]["body"] == "Còn đó không?"
            await ask(socket, "unchat", id=chat_id)
            await ask(socket, "ping")
            await frame_of(socket, "pong")
            await asyncio.to_thread(served.post, "/chat/say", key, client_id="opening-3", body="Alô")
            assert [frame for frame in await heard(socket) if frame["type"] in ("lines", "chat")] == []

    asyncio.run(talk())


def test_a_socket_leaves_a_group_when_nothing_needs_it_any_more():
    async def run():
        socket = FrameSocket()
        socket.channel_layer, socket.channel_name = InMemoryChannelLayer(), "one"
        for _time in range(2):
            await socket.join("case.1")
        await socket.leave("case.1")
        kept = dict(socket.channel_layer.groups)
        await socket.leave("case.1")
        return kept, socket.channel_layer.groups, dict(socket._groups)

    kept, left, counted = asyncio.run(run())
    assert list(kept) == ["case.1"]
    assert (left, counted) == ({}, {})
