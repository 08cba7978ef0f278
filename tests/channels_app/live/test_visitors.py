"""The visitor's socket on a real server."""

import asyncio

from cases.models import Case
from channels_app.models import Chat, Message

from .conftest import Visitor


def test_the_first_message_opens_a_case_and_its_code_comes_back(served):
    status, began = served.post("/chat/start", language="vi")
    assert (status, began["state"]["state"], began["state"]["code"]) == (200, "greeted", None)

    async def talk():
        async with Visitor(served, began["key"]) as visitor:
            await visitor.send("say", client_id="first-0001", body="Tôi nạp tiền chưa vào")
            await visitor.until_said("first-0001")
            return visitor, await visitor.until("state")

    visitor, frame = asyncio.run(talk())
    case = Case.objects.get()
    assert frame["state"]["code"] == case.code
    assert frame["state"]["state"] == "waiting"
    assert (case.channel, case.chat.state) == ("chat", Chat.State.WAITING)
    mine = [line for line in visitor.lines if line["from"] == "visitor"]
    assert [(line["body"], line["client_id"]) for line in mine] == [("Tôi nạp tiền chưa vào", "first-0001")]
    assert any(case.code in line["body"] for line in visitor.lines if line["from"] == "automatic")


def test_a_message_sent_again_is_the_same_message(served):
    key = served.post("/chat/start")[1]["key"]
    for _again in range(3):
        status, answer = served.post("/chat/say", key, client_id="same-0001", body="Xin chào", after=0)
        assert status == 200
    assert Message.objects.filter(direction="in").count() == 1
    assert [line["body"] for line in answer["lines"] if line["from"] == "visitor"] == ["Xin chào"]
