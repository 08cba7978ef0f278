"""The key-value server dies or stands still in mid-conversation: nothing is lost, nobody refused, all go on by themselves."""

import asyncio
import itertools
import time

import pytest
import requests

from .both_sides import (
    assert_all_saw_the_same,
    assert_each_is_in_its_order,
    assert_lines_arrive_at_once,
    both_talk,
    running,
    until,
)
from .browser import Browser

PAGES = ("/", "/request/", "/chat/", "/admin/", "/admin/chat/", "/admin/cases/case/", "/api/v1/cases/")


@pytest.fixture(params=["Valkey", "Redis"])
def key_values(request, start_key_values):
    return start_key_values(request.param)


@pytest.fixture
def redis_url(key_values):
    return key_values.url


on_valkey = pytest.mark.parametrize("key_values", ["Valkey"], indirect=True)


async def until_pushes_come(desk, chat_id, *sides):
    """What was said before the first push that comes again is seen with it."""
    for number in itertools.count():
        assert number < 10, "no push comes"
        await desk.say(chat_id, f"is-it-back-{number:03d}", f"Còn đó không? {number}")
        try:
            await until(lambda: all(sides) and len({side[-1]["id"] for side in sides}) == 1, 1)
        except TimeoutError:
            continue
        return


def test_a_conversation_goes_on(served, desk, conversation, key_values):
    chat_id, key = conversation
    browser = Browser(served, key)

    async def die_and_return():
        await asyncio.sleep(0.5)
        key_values.kill()
        await asyncio.sleep(0.5)
        await asyncio.to_thread(key_values.start)

    async def talk():
        async with running(browser.stay(), desk.follow(chat_id)):
            sides = browser.lines, desk.lines[chat_id]
            await both_talk(browser, desk, chat_id, disturb=die_and_return)
            await until_pushes_come(desk, chat_id, *sides)
            await assert_lines_arrive_at_once(desk, chat_id, *sides)
            await assert_all_saw_the_same(chat_id, *sides)
        await assert_each_is_in_its_order(chat_id, "khách ", "nhân viên ")

    asyncio.run(talk())
    assert (browser.connects, browser.refused) == (1, [])


@on_valkey
def test_who_comes_while_it_is_away_is_served(served, desk, conversation, key_values):
    """A visitor begins, an agent takes them, both open their sockets; once it is back pushes reach these."""
    key_values.kill()
    _status, began = served.post("/chat/start")
    status, answer = served.post("/chat/say", began["key"], client_id="opening-1", body="Xin chào", after=0)
    assert (status, answer["state"]["state"]) == (200, "waiting")
    assert [line["body"] for line in answer["lines"] if line["from"] == "visitor"] == ["Xin chào"]
    chat_id = began["id"]
    assert desk.post(f"{chat_id}/take/")[0] == 200
    for page in PAGES:
        assert requests.get(f"{served.address}{page}", headers={"Cookie": desk.cookies}, timeout=20).status_code == 200
    browser = Browser(served, began["key"])

    async def talk():
        async with running(browser.stay(), desk.follow(chat_id)):
            sides = browser.lines, desk.lines[chat_id]
            await browser.say("Còn đó không?")
            await browser.until_confirmed(20)
            await asyncio.to_thread(key_values.start)
            await until_pushes_come(desk, chat_id, *sides)
            await assert_lines_arrive_at_once(desk, chat_id, *sides)
            await assert_all_saw_the_same(chat_id, *sides)

    asyncio.run(talk())
    assert (browser.connects, browser.refused) == (1, [])


@on_valkey
def test_one_that_stands_still_holds_nobody_up(served, desk, conversation, key_values):
    """Connections stay open and nothing is answered: somebody waits two seconds, and nobody else for a while."""
    chat_id, key = conversation
    browser = Browser(served, key)

    async def talk():
        async with running(browser.stay(), desk.follow(chat_id)):
            sides = browser.lines, desk.lines[chat_id]
            await until(lambda: all(sides))
            key_values.stand_still()
            began = time.monotonic()
            await both_talk(browser, desk, chat_id)
            assert time.monotonic() - began < 20
            key_values.go_on()
            await until_pushes_come(desk, chat_id, *sides)
            await assert_all_saw_the_same(chat_id, *sides)
        await assert_each_is_in_its_order(chat_id, "khách ", "nhân viên ")

    asyncio.run(talk())
    assert (browser.connects, browser.refused) == (1, [])
