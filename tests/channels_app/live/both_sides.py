"""A visitor and an agent who talk at once, and what both must have seen in the end."""

import asyncio
from contextlib import asynccontextmanager, suppress

from django.db import connections

from channels_app.models import Message

HOW_MANY = 12


def transcript(chat_id):
    """What the database holds, as the visitor may see it: (id, body) by id."""
    lines = Message.objects.filter(case__chat__public_id=chat_id).exclude(direction="internal")
    return list(lines.order_by("id").values_list("id", "body"))


def seen(lines):
    return [(line["id"], line["body"]) for line in lines]


@asynccontextmanager
async def running(*works):
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def fetched(work, *args):
    """What `work` finds in the database, in a thread that leaves no connection behind."""

    def run():
        try:
            return work(*args)
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


async def until(condition, seconds=60):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


async def both_talk(browser, desk, chat_id, *, name="", disturb=None):
    """Both sides say HOW_MANY things at once; `disturb` is done meanwhile."""

    async def visitor():
        for number in range(HOW_MANY):
            await browser.say(f"khách {name}{number}")
            await asyncio.sleep(0.1)

    async def agent():
        for number in range(HOW_MANY):
            await desk.say(chat_id, f"agent-{name}{number:04d}", f"nhân viên {name}{number}")
            await asyncio.sleep(0.1)

    async with asyncio.TaskGroup() as group:
        group.create_task(visitor())
        group.create_task(agent())
        if disturb is not None:
            group.create_task(disturb())
    await browser.until_confirmed()


async def assert_all_saw_the_same(chat_id, *sides):
    kept = await fetched(transcript, chat_id)
    assert len({body for _id, body in kept}) == len(kept)
    with suppress(TimeoutError):
        await until(lambda: all(len(side) >= len(kept) for side in sides), 40)
    for side in sides:
        assert seen(side) == kept


async def assert_each_is_in_its_order(chat_id, *names):
    bodies = [body for _id, body in await fetched(transcript, chat_id)]
    for name in names:
        mine = [body for body in bodies if body.startswith(name)]
        assert mine == [f"{name}{number}" for number in range(HOW_MANY)]


async def assert_lines_arrive_at_once(desk, chat_id, *sides):
    """Each is said when the last has arrived: pages that only look by themselves would take far longer for three."""
    async with asyncio.timeout(20):
        for number in range(3):
            body = f"Anh chị chờ em một chút ạ {number}"
            await desk.say(chat_id, f"at-once-{number:04d}", body)
            await until(lambda body=body: all(side and side[-1]["body"] == body for side in sides))
