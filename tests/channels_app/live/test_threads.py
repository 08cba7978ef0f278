"""Sockets ask the database one after the other, and none waits long for one that is stuck."""

import asyncio
import threading
import time

import pytest

from channels_app.live.threads import in_thread
from cskh.core import turns

pytestmark = pytest.mark.django_db(transaction=True)  # each thread gives its connection back


def test_quick_work_is_done_one_after_the_other(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", 30)  # the machine may be slow today
    at_work, most = 0, 0
    lock = threading.Lock()

    def work(number):
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.001)
        with lock:
            at_work -= 1
        return number

    async def many():
        return await asyncio.gather(*(in_thread(work, number) for number in range(8)))

    assert asyncio.run(many()) == list(range(8))
    assert most == 1


def test_who_waits_for_a_lock_holds_up_nobody():
    let_go = threading.Event()
    done = []

    async def others_beside_one_that_is_stuck():
        stuck = asyncio.create_task(in_thread(let_go.wait, 60))
        await asyncio.sleep(0)  # it has its turn
        for number in range(3):
            await in_thread(done.append, number)
        assert not stuck.done()
        let_go.set()
        return await stuck

    assert asyncio.run(others_beside_one_that_is_stuck()) is True
    assert done == [0, 1, 2]


def test_a_failure_gives_the_turn_back():
    def fails():
        raise ValueError("no")

    async def once():
        with pytest.raises(ValueError, match="no"):
            await in_thread(fails)
        return turns.turn_of(asyncio.get_running_loop()).locked()

    assert asyncio.run(once()) is False
