"""What is pushed to open pages once a change is certain: each group once, and how far things went on."""

import pytest

from channels_app import push
from channels_app.chat import talking

from .chat.chatting import begun, new_id, says

pytestmark = pytest.mark.django_db


@pytest.fixture
def pushed(monkeypatch):
    """[(group, event)] of what went to the layer, in the order of sending."""
    found = []
    monkeypatch.setattr(push, "_send", lambda events: found.extend(events.items()))
    return found


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks(execute=True)


def test_each_group_is_told_once_of_the_last_event(pushed, committed):
    with committed:
        push.changed("case.1", number=3)
        push.changed("case.1", "desk", number=5)
        push.changed("case.1", number=4)
    assert [(group, event["number"]) for group, event in pushed] == [("case.1", 5), ("desk", 5)]


@pytest.mark.parametrize("numbers", [(0, 7), (7, 0), (7, 0, 9)])
def test_whatever_else_happened_makes_everybody_look(numbers, pushed, committed):
    with committed:
        for number in numbers:
            push.changed("case.1", number=number)
    assert [event["number"] for _group, event in pushed] == [0]


@pytest.mark.django_db(transaction=True)
def test_a_line_says_which_event_it_is(pushed, defaults):
    chat = says(begun())
    pushed.clear()
    talking.visitor_says(chat, client_id=new_id(), body="Vẫn chưa thấy")
    chat.case.refresh_from_db()
    assert pushed == [
        (
            push.case_group(chat.case_id),
            {"type": "changed", "group": push.case_group(chat.case_id), "number": chat.case.last_event_number},
        ),
        (push.WAITING, {"type": "changed", "group": push.WAITING, "number": 0}),
    ]


def test_a_read_mark_says_how_far_and_nothing_else_is_pushed(pushed, committed):
    chat = says(begun())
    last = chat.case.messages.latest("id").pk
    pushed.clear()
    with committed:
        talking.agent_read(chat, last + 1000)
    group = push.chat_group(chat.public_id)
    assert pushed == [(group, {"type": "read_mark", "group": group, "by": "agent", "up_to": last})]
