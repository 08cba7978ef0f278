"""When a socket looks at the database, and when what it was told is enough: sockets without a network, so that a push can come
at the very moment of a look."""

import asyncio
import time
from types import SimpleNamespace

import pytest

from channels_app.live import desk, sockets, visitors
from cskh.core.errors import Busy


class Recorded:
    """What a socket under test sent, and how often it looked; `news()` is what its next look finds."""

    def __init__(self, socket, monkeypatch, module, news):
        self.socket, self.news, self.sent, self.looks = socket, news, [], 0
        self.meanwhile = None  # what happens during a look
        socket._news, socket._looking = asyncio.Event(), None
        socket.say = self._say
        monkeypatch.setattr(module, "in_thread", self._look)

    async def _say(self, kind, **content):
        self.sent.append((kind, content))

    async def _look(self, *_args, **_kwargs):
        self.looks += 1
        found = self.news()
        if self.meanwhile is not None:
            await self.meanwhile()
        return found


@pytest.fixture
def visitor(monkeypatch):
    """In conversation; has seen event 3, and that the agent has read message 5."""
    socket = visitors.VisitorSocket()
    socket._last_id = 0
    socket._told = socket._number = 3
    socket._must_look, socket._seen = False, time.monotonic()
    socket._shown, socket._case_group = {"state": {}, "agent_read": 5}, "case.1"
    socket.chat = SimpleNamespace(pk=1, case_id=1)

    def news():
        return {"case": 1, "number": 4, "lines": [], "shown": {"state": {}, "agent_read": 5}}

    return Recorded(socket, monkeypatch, visitors, news)


@pytest.fixture
def agent(monkeypatch):
    """Follows one conversation, as it was at event 3; its visitor is there and has read message 5."""
    socket = desk.DeskSocket()
    socket.user, socket._watched, socket._stale, socket._checked = SimpleNamespace(pk=1), {}, {}, time.monotonic()

    def news():
        return {"c": {"lines": [], "shown": {"visitor_read": 5, "version": 4, "is_here": True}}}

    socket._followed = {"c": desk._Following(0, ("chat.c", "case.1"), {**news()["c"]["shown"], "version": 3})}
    return Recorded(socket, monkeypatch, desk, news)


def push(number, group="case.1"):
    return {"type": "changed", "group": group, "number": number}


def mark(by, up_to):
    return {"type": "read_mark", "group": "chat.c", "by": by, "up_to": up_to}


@pytest.mark.parametrize("who", ["visitor", "agent"])
@pytest.mark.parametrize(("number", "looks"), [(3, 0), (2, 0), (4, 1), (0, 1), (None, 1)])
def test_who_has_seen_an_event_does_not_look_again(who, number, looks, request):
    told = push(number)
    if number is None:  # from a process that does not number its pushes yet
        del told["number"]
    recorded = request.getfixturevalue(who)

    async def go():
        await recorded.socket.changed(told)
        await recorded.socket.look()

    asyncio.run(go())
    assert recorded.looks == looks


@pytest.mark.parametrize("who", ["visitor", "agent"])
def test_whatever_else_happened_makes_it_look_even_beside_an_event_it_has_seen(who, request):
    recorded = request.getfixturevalue(who)

    async def go():
        for number in (3, 0, 3):
            await recorded.socket.changed(push(number))
        await recorded.socket.look()
        await recorded.socket.look()

    asyncio.run(go())
    assert recorded.looks == 1


@pytest.mark.parametrize("who", ["visitor", "agent"])
def test_an_event_during_a_look_is_looked_at_unless_the_look_has_seen_it(who, request):
    recorded = request.getfixturevalue(who)

    async def go(number):
        async def meanwhile():
            recorded.meanwhile = None
            await recorded.socket.changed(push(number))

        recorded.looks, recorded.meanwhile = 0, meanwhile
        await recorded.socket.changed(push(0))
        await recorded.socket.look()
        await recorded.socket.look()
        return recorded.looks

    assert asyncio.run(go(4)) == 1
    assert asyncio.run(go(5)) == 2


def test_while_the_layer_is_away_a_visitors_socket_looks_whenever_it_wakes(visitor):
    visitor.socket._unheard = {"case.1"}
    asyncio.run(visitor.socket.look())
    assert visitor.looks == 1


def test_a_read_mark_is_shown_without_a_look_and_never_goes_back(visitor, agent):
    async def go():
        for up_to in (7, 6):
            await visitor.socket.read_mark(mark("agent", up_to))
            await agent.socket.read_mark(mark("visitor", up_to))

        async def meanwhile():
            await visitor.socket.read_mark(mark("agent", 9))
            await agent.socket.read_mark(mark("visitor", 9))

        visitor.meanwhile = agent.meanwhile = meanwhile
        for recorded in (visitor, agent):
            await recorded.socket.changed(push(0))
            await recorded.socket.look()

    asyncio.run(go())
    assert [content["agent_read"] for _kind, content in visitor.sent] == [7, 9]
    shown = [content.get("up_to") or content["visitor_read"] for _kind, content in agent.sent]
    assert shown == sorted(shown)
    assert shown[-1] == 9
    assert (visitor.looks, agent.looks) == (1, 1)


def test_a_mark_of_a_visitor_who_was_gone_or_before_the_first_look_makes_the_desk_look(agent):
    async def looks_after(shown):
        agent.looks = 0
        agent.socket._followed["c"].shown = shown
        await agent.socket.read_mark(mark("visitor", 9))
        await agent.socket.look()
        return agent.looks

    assert asyncio.run(looks_after(None)) == 1
    assert asyncio.run(looks_after({"visitor_read": 5, "version": 3, "is_here": False})) == 1


@pytest.mark.parametrize("who", ["visitor", "agent"])
@pytest.mark.parametrize("error", [Busy(), RuntimeError("the database went away")])
def test_a_look_that_failed_is_made_again(who, error, request, monkeypatch, caplog):
    recorded, found = request.getfixturevalue(who), []
    monkeypatch.setattr(sockets.asyncio, "sleep", _at_once(asyncio.sleep))
    fine = recorded.news

    def news():
        if not found:
            found.append(error)
            raise error
        recorded.socket._is_open = False
        return fine()

    recorded.news = news

    async def go():
        recorded.socket.start_looking()
        await recorded.socket.changed(push(4))
        while recorded.looks < 1:
            await asyncio.sleep(0)
        recorded.socket._news.set()
        await asyncio.wait_for(recorded.socket._looking, 5)

    asyncio.run(go())
    assert recorded.looks == 2


def _at_once(sleep):
    async def go(_seconds):
        await sleep(0)

    return go
