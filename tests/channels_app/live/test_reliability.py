"""Whatever breaks in mid-conversation: on every side the transcript is complete, in order and without doubles."""

import asyncio

import pytest

from channels_app.models import Chat
from tests.key_values import ON_BOTH

from .both_sides import (
    assert_all_saw_the_same,
    assert_each_is_in_its_order,
    assert_lines_arrive_at_once,
    both_talk,
    running,
)
from .browser import Browser, Network
from .desk import Desk


@ON_BOTH
def test_the_web_process_is_killed_in_mid_conversation(served, desk, conversation):
    chat_id, key = conversation
    browser = Browser(served, key)

    async def kill():
        for _time in range(2):
            await asyncio.sleep(0.7)
            await asyncio.to_thread(served.restart)

    async def talk():
        async with running(browser.stay(), desk.follow(chat_id)):
            await both_talk(browser, desk, chat_id, disturb=kill)
            await assert_all_saw_the_same(chat_id, browser.lines, desk.lines[chat_id])

    asyncio.run(talk())
    assert browser.connects >= 2
    asyncio.run(assert_each_is_in_its_order(chat_id, "khách ", "nhân viên "))


@pytest.mark.parametrize("stalls", [False, True], ids=["cut", "stands still, then cut"])
def test_the_network_drops_without_a_word(served, desk, conversation, stalls):
    chat_id, key = conversation

    async def talk():
        async with Network(served.port) as network:
            browser = Browser(served, key, port=network.port)

            async def drop():
                for _time in range(4):
                    await asyncio.sleep(0.3)
                    if stalls:
                        network.stall()
                        await asyncio.sleep(0.2)
                    network.cut()

            async with running(browser.stay(), desk.follow(chat_id)):
                await both_talk(browser, desk, chat_id, disturb=drop)
                await assert_all_saw_the_same(chat_id, browser.lines, desk.lines[chat_id])
            assert browser.connects >= 3
            await assert_each_is_in_its_order(chat_id, "khách ", "nhân viên ")

    asyncio.run(talk())


@ON_BOTH
def test_two_tabs_and_two_consoles_see_one_conversation(served, desk, conversation):
    chat_id, key = conversation
    tabs, other = [Browser(served, key) for _tab in range(2)], Desk(served, desk.user)

    async def talk():
        async with running(*(tab.stay() for tab in tabs), desk.follow(chat_id), other.follow(chat_id)):
            await asyncio.gather(
                both_talk(tabs[0], desk, chat_id, name="a"), both_talk(tabs[1], other, chat_id, name="b")
            )
            sides = [tabs[0].lines, tabs[1].lines, desk.lines[chat_id], other.lines[chat_id]]
            await assert_all_saw_the_same(chat_id, *sides)
            await assert_lines_arrive_at_once(desk, chat_id, *sides)
        await assert_each_is_in_its_order(chat_id, "khách a", "khách b", "nhân viên a", "nhân viên b")

    asyncio.run(talk())


@ON_BOTH
def test_a_hundred_reconnects_while_messages_flow(served, desk, conversation):
    chat_id, key = conversation

    async def talk():
        async with Network(served.port) as network:
            browser = Browser(served, key, port=network.port)

            async def reconnect():
                while browser.connects < 100:
                    connects = browser.connects
                    network.cut()
                    async with asyncio.timeout(20):
                        while browser.connects == connects:
                            await asyncio.sleep(0.01)

            async with running(browser.stay(), desk.follow(chat_id)):
                await both_talk(browser, desk, chat_id, disturb=reconnect)
                await assert_all_saw_the_same(chat_id, browser.lines, desk.lines[chat_id])
            assert browser.refused == []
            await assert_each_is_in_its_order(chat_id, "khách ", "nhân viên ")

    asyncio.run(talk())


def test_what_was_said_while_the_visitor_was_away_waits_for_them(served, desk, conversation):
    chat_id, key = conversation

    async def talk():
        await desk.say(chat_id, "while-away-1", "Em đã thấy giao dịch ạ")
        browser = Browser(served, key)
        async with running(browser.stay()):
            await assert_all_saw_the_same(chat_id, browser.lines)

    asyncio.run(talk())
    assert Chat.objects.get(public_id=chat_id).visitor_read == 0
