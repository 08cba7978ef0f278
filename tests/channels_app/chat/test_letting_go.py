"""Whoever says nothing, is gone or stops working loses their visitors to somebody else."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from cases.workflow.handover import set_presence
from channels_app import outbox, tasks
from channels_app.chat import giving, letting_go, talking
from channels_app.models import Chat, Message

from .chatting import agent_of, begun, fresh, new_id, replies, says, still_here, takes_chats

pytestmark = pytest.mark.django_db

TOO_LONG = settings.CHAT_ANSWERED_WITHIN + timedelta(seconds=1)


def test_who_says_nothing_loses_the_visitor_to_somebody_else_who_then_owns_the_case(lan, hoa):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    waited_since = fresh(chat).waiting_since
    with time_machine.travel(timezone.now() + TOO_LONG):
        takes_chats(hoa)
        still_here(lan, hoa, chats=[chat])
        assert letting_go.take_back_unanswered() == 1
        assert (fresh(chat).state, fresh(chat).waiting_since) == (Chat.State.WAITING, waited_since)
        giving.give_out()
    assert agent_of(chat) == hoa
    assert fresh(chat).case.assignee == hoa


def test_it_does_not_go_straight_back_to_who_said_nothing(lan):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    with time_machine.travel(timezone.now() + TOO_LONG) as clock:
        still_here(lan, chats=[chat])
        letting_go.take_back_unanswered()
        assert giving.give_out() == 0
        clock.shift(TOO_LONG)
        still_here(lan, chats=[chat])
        assert giving.give_out() == 1  # nobody else came meanwhile


@pytest.mark.parametrize("where", ["console", "case page"])
def test_who_answered_keeps_the_visitor_wherever_they_wrote(lan, where):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    if where == "console":
        replies(chat, lan)
    else:
        outbox.write_message(fresh(chat).case, actor=Actor.staff(lan), body="Em xem ngay ạ")
    says(chat, "Còn bao lâu nữa?")
    with time_machine.travel(timezone.now() + TOO_LONG):
        still_here(lan, chats=[chat])
        assert letting_go.take_back_unanswered() == 0
    assert agent_of(chat) == lan


def test_a_note_is_no_reply_and_an_automatic_greeting_neither(lan):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    talking.staff_notes(chat, actor=Actor.staff(lan), client_id=new_id(), body="Khách quen")
    assert Message.objects.filter(case=chat.case, is_automatic=True).exists()
    with time_machine.travel(timezone.now() + TOO_LONG):
        still_here(lan, chats=[chat])
        assert letting_go.take_back_unanswered() == 1


def test_a_closed_console_gives_its_visitors_back(lan):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    replies(chat, lan)
    with time_machine.travel(timezone.now() + settings.CHAT_SEEN_FOR + timedelta(seconds=1)):
        still_here(chats=[chat])
        assert letting_go.take_back_unanswered() == 1
    assert fresh(chat).state == Chat.State.WAITING


def test_a_visitor_who_left_and_an_agent_who_left_end_the_conversation(lan):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    with time_machine.travel(timezone.now() + settings.CHAT_LEFT_AFTER + timedelta(seconds=1)):
        tasks.note_left_chats()
        tasks.take_back_chats()
    assert fresh(chat).state == Chat.State.ENDED


def test_going_off_duty_gives_visitors_to_those_who_stay(lan, hoa, client, django_capture_on_commit_callbacks):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    replies(chat, lan)
    takes_chats(hoa)
    client.force_login(lan)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/admin/presence/", {"presence": "off_duty"})
    assert agent_of(chat) == hoa
    assert fresh(chat).case.assignee == hoa


def test_who_is_off_duty_without_saying_so_here_loses_their_visitors_at_the_next_sweep(lan):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    set_presence(lan, User.Presence.OFF_DUTY, actor=Actor.staff(lan))
    tasks.take_back_chats()
    assert fresh(chat).state == Chat.State.WAITING
