"""The visitor's word on the answer: on the one they read, and on no other."""

import pytest

from accounts.actors import Actor
from accounts.models import Role
from cases.workflow import answer
from channels_app.chat import conversations, talking
from tests.cases.building import settle_facts

from .chatting import fresh, in_department, says

pytestmark = pytest.mark.django_db


@pytest.fixture
def say(client):
    """say(key, "accept", answer=3): as the visitor's browser asks it."""

    def ask(key, word, **content):
        return client.post(f"/chat/{word}", content, "application/json", headers={"authorization": f"Chat {key}"})

    return ask


@pytest.fixture
def opened(lan, make_staff):
    """A conversation with a case of payments, and its key."""
    chat, key = conversations.begin()
    chat = says(chat)
    in_department(chat, "deposit-not-credited", lan)
    settle_facts(fresh(chat).case, Actor.staff(make_staff("son", Role.MANAGER)))
    return fresh(chat), key


@pytest.fixture
def reviewers(make_staff):
    return [Actor.staff(make_staff(name, Role.SPECIALIST, "payments")) for name in ("minh", "mai")]


def answer_shown(chat):
    """The id that the line of the newest answer carries."""
    return [line["answer"] for line in talking.lines_after(chat, 0) if line["answer"]][-1]


@pytest.mark.parametrize(("word", "status"), [("accept", "closed"), ("reject", "reopened")])
def test_an_answer_that_is_no_longer_in_force_is_neither_accepted_nor_rejected(opened, say, reviewers, word, status):
    chat, key = opened
    answer.send_answer(chat.case, actor=reviewers[0], body="Ngân hàng chưa chuyển.")
    read = answer_shown(chat)
    assert say(key, "reject", answer=read).status_code == 200
    answer.send_answer(fresh(chat).case, actor=reviewers[1], body="Tiền đã vào.")
    refused = say(key, word, answer=read)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert fresh(chat).case.status == "answered"
    given = say(key, word, answer=answer_shown(chat))
    assert (given.status_code, given.json()["state"]["case_status"]) == (200, status)


@pytest.mark.parametrize("named", [{}, {"answer": True}, {"answer": "1"}])
@pytest.mark.parametrize("word", ["accept", "reject"])
def test_who_names_no_answer_has_said_nothing(opened, say, reviewers, word, named):
    chat, key = opened
    answer.send_answer(chat.case, actor=reviewers[0], body="Ngân hàng chưa chuyển.")
    refused = say(key, word, **named)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["answer"])
    assert fresh(chat).case.status == "answered"


def test_before_anything_was_said_there_is_nothing_to_agree_to(say, db):
    assert say(conversations.begin()[1], "accept", answer=1).status_code == 404
