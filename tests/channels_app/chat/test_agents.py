"""Taking a conversation, handing it over and ending it."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role
from channels_app.chat import agents, duties, giving, letting_go, talking
from channels_app.models import Chat, Message
from cskh.core.errors import Conflict, Invalid, NotVisible, StepNotAllowed

from .chatting import agent_of, begun, fresh, in_department, new_id, replies, says, still_here, takes_chats, together

pytestmark = pytest.mark.django_db

TOO_LONG = settings.CHAT_ANSWERED_WITHIN + timedelta(seconds=1)


def test_take_next_takes_who_waited_longest_of_those_one_may_talk_with(lan, minh):
    with pytest.raises(Conflict):
        agents.take_next(actor=Actor.staff(minh))
    first, second = says(begun()), says(begun())
    in_department(second, "deposit-not-credited", lan)
    assert agents.take_next(actor=Actor.staff(minh)) == second
    assert agents.take_next(actor=Actor.staff(lan)) == first
    with pytest.raises(Conflict):
        agents.take_next(actor=Actor.staff(lan))


def test_what_one_may_not_see_one_cannot_take_end_or_hand_over(lan, make_staff):
    elsewhere = Actor.staff(make_staff("tuan", Role.SPECIALIST, "technical"))
    chat = says(begun())
    in_department(chat, "deposit-not-credited", lan)
    before = Chat.objects.filter(pk=chat.pk).values().get()
    for act in (
        lambda: agents.take(chat, actor=elsewhere),
        lambda: agents.end(chat, actor=elsewhere),
        lambda: agents.hand_over(chat, actor=elsewhere, to=lan, summary="x", client_id=new_id()),
        lambda: talking.staff_answers(chat, actor=elsewhere, client_id=new_id(), body="Xong"),
    ):
        with pytest.raises(NotVisible):
            act()
    assert Chat.objects.filter(pk=chat.pk).values().get() == before


def test_a_conversation_is_handed_to_a_colleague_once_with_a_summary_they_can_read(lan, hoa):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    replies(chat, lan)
    duties.note_console(hoa)  # there, without taking chats by itself
    once = new_id()
    for _again in range(2):
        agents.hand_over(chat, actor=Actor.staff(lan), to=hoa, summary="Đã hỏi mã giao dịch", client_id=once)
    assert agent_of(chat) == hoa
    assert fresh(chat).case.assignee == hoa
    lines = talking.lines_after(fresh(chat), 0, for_staff=True)
    assert [line["body"] for line in lines if line["from"] == "note"] == ["Đã hỏi mã giao dịch"]
    assert "Đã hỏi mã giao dịch" not in [line["body"] for line in talking.lines_after(fresh(chat), 0)]


def test_whoever_was_handed_what_is_answered_need_not_say_anything(lan, hoa):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    replies(chat, lan)
    duties.note_console(hoa)
    agents.hand_over(chat, actor=Actor.staff(lan), to=hoa, summary="Chờ khách gửi ảnh", client_id=new_id())
    with time_machine.travel(timezone.now() + TOO_LONG):
        still_here(hoa, chats=[chat])
        assert letting_go.take_back_unanswered() == 0


def test_intake_hands_a_classified_matter_to_the_department_which_then_owns_it(lan, minh):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    in_department(chat, "deposit-not-credited", lan)
    duties.note_console(minh)
    agents.hand_over(chat, actor=Actor.staff(lan), to=minh, summary="Nạp tiền chưa vào", client_id=new_id())
    assert (agent_of(chat), fresh(chat).case.assignee) == (minh, minh)


def test_handed_back_it_waits_for_somebody_else(lan, hoa):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    agents.hand_over(chat, actor=Actor.staff(lan), to=None, summary="Hết ca", client_id=new_id())
    assert giving.give_out() == 0  # not back to who just gave it away
    takes_chats(hoa)
    giving.give_out()
    assert agent_of(chat) == hoa


@pytest.mark.parametrize(
    "wrong", ["no summary", "no id", "to oneself", "to who is not there", "to who may not", "not mine"]
)
def test_a_hand_over_that_cannot_be_changes_nothing(lan, hoa, minh, wrong):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    duties.note_console(minh)
    if wrong != "to who is not there":
        duties.note_console(hoa)
    to = {"to oneself": lan, "to who may not": minh}.get(wrong, hoa)
    summary = " " if wrong == "no summary" else "Tóm tắt"
    before = Chat.objects.filter(pk=chat.pk).values().get(), Message.objects.count()
    by = hoa if wrong == "not mine" else lan
    with pytest.raises(Conflict if wrong == "not mine" else Invalid):
        once = "" if wrong == "no id" else new_id()
        agents.hand_over(chat, actor=Actor.staff(by), to=to, summary=summary, client_id=once)
    assert (Chat.objects.filter(pk=chat.pk).values().get(), Message.objects.count()) == before


def test_nobody_ends_a_colleagues_conversation(lan, hoa):
    chat = says(begun())
    agents.take(chat, actor=Actor.staff(lan))
    with pytest.raises(Conflict):
        agents.end(chat, actor=Actor.staff(hoa))
    assert agent_of(chat) == lan


def test_the_official_answer_ends_the_conversation_once(lan):
    chat = says(begun())
    agents.take(chat, actor=Actor.staff(lan))
    once = new_id()
    with pytest.raises(StepNotAllowed):
        talking.staff_answers(chat, actor=Actor.staff(lan), client_id=once, body="Đã xong")
    assert (agent_of(chat), fresh(chat).case.status) == (lan, "received")
    in_department(chat, "other", lan)
    for _again in range(2):
        talking.staff_answers(chat, actor=Actor.staff(lan), client_id=once, body="Đã xong")
    assert (fresh(chat).state, fresh(chat).case.status) == (Chat.State.ENDED, "answered")
    official = [line for line in talking.lines_after(fresh(chat), 0) if line["answer"]]
    assert [(line["body"], line["client_id"]) for line in official] == [("Đã xong", once)]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_at_once_one_gets_the_visitor_and_one_hears_who_did(lan, hoa):
    for _ in range(5):
        chat = says(begun())
        results = together(
            *(lambda chat=chat, user=user: agents.take(chat, actor=Actor.staff(user)) for user in (lan, hoa))
        )
        assert sorted(type(result).__name__ for result in results) == ["Conflict", "NoneType"]
        winner = (lan, hoa)[results.index(None)]
        assert (agent_of(chat), fresh(chat).case.assignee) == (winner, winner)


@pytest.mark.django_db(transaction=True)
def test_a_visitor_who_writes_while_taken_back_and_taken_again_stays_whole(lan, hoa):
    duties.note_console(lan)
    for _ in range(5):
        chat = says(begun())
        agents.take(chat, actor=Actor.staff(lan))
        results = together(
            lambda chat=chat: says(chat, "Alo?"),
            lambda chat=chat: agents.hand_over(
                chat, actor=Actor.staff(lan), to=None, summary="Hết ca", client_id=new_id()
            ),
            lambda: giving.give_out(),
            lambda chat=chat: replies(chat, hoa),
        )
        assert [one for one in results if isinstance(one, Exception) and not isinstance(one, Conflict)] == []
        held = fresh(chat)
        assert held.state in (Chat.State.WAITING, Chat.State.TALKING)
        assert (held.agent is None) == (held.state == Chat.State.WAITING)
        ids = [line["id"] for line in talking.lines_after(held, 0, for_staff=True)]
        assert ids == sorted(ids)
        assert len(ids) == 5  # first message, greeting, "Alo?", the summary, the reply
