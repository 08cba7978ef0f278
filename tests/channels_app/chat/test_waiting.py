"""How long visitors wait, as it is measured and said."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.actors import Actor
from cases.models import Case, Clock, SlaTarget
from cases.sla.clock import ClockKind
from cases.states import Channel
from channels_app.chat import agents, place, talking, waiting
from channels_app.models import Message

from .chatting import begun, fresh, new_id, replies, says

pytestmark = pytest.mark.django_db


def test_the_first_human_reply_is_measured_from_the_customers_first_message(lan):
    began = timezone.now()
    with time_machine.travel(began, tick=False) as clock:
        chat = begun()
        clock.shift(timedelta(minutes=5))  # looking at an open widget is no waiting
        chat = says(chat)
        first_message = timezone.now()
        running = Clock.objects.get(case=chat.case, kind=ClockKind.FIRST_RESPONSE)
        assert Message.objects.filter(case=chat.case, is_automatic=True).count() == 1
        assert (running.started_at, running.stopped_at) == (first_message, None)
        clock.shift(timedelta(seconds=20))
        agents.take(chat, actor=Actor.staff(lan))
        talking.staff_notes(chat, actor=Actor.staff(lan), client_id=new_id(), body="Khách quen")
        says(chat, "Có ai không?")
        running.refresh_from_db()
        assert running.stopped_at is None
        clock.shift(timedelta(seconds=20))
        replies(chat, lan)
        running.refresh_from_db()
        assert running.stopped_at - running.started_at == timedelta(seconds=40)
        assert Case.objects.get().unanswered_since is None


def test_the_usual_wait_ends_with_the_first_reply_even_where_the_visitor_was_taken_back(lan, hoa):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _number in range(5):
            assert waiting.usual_wait() is None
            chat = says(begun())
            clock.shift(timedelta(seconds=5))
            agents.take(chat, actor=Actor.staff(lan))
            clock.shift(timedelta(seconds=25))
            replies(chat, lan)
            clock.shift(timedelta(seconds=60))
            agents.hand_over(chat, actor=Actor.staff(lan), to=None, summary="Hết ca", client_id=new_id())
            agents.take(chat, actor=Actor.staff(hoa))
            replies(chat, hoa)
        assert waiting.usual_wait() == 30


def test_with_nobody_here_the_promise_for_all_channels_stands_in_for_that_of_the_web_form(lan):
    SlaTarget.objects.filter(kind=ClockKind.FIRST_RESPONSE, channel=Channel.WEB).delete()
    everywhere = SlaTarget.objects.get(kind=ClockKind.FIRST_RESPONSE, category=None, priority="", channel="")
    with time_machine.travel(timezone.now(), tick=False):
        chat = says(begun())
        promised = chat.waiting_since + timedelta(seconds=everywhere.seconds)
        assert datetime.fromisoformat(str(waiting.state_of(chat)["answer_by"])) == promised


class TestTheRoomAsItWas:
    """Within `CHAT_ROOM_KEPT` seconds those who wait are told what was seen once."""

    @pytest.fixture(autouse=True)
    def kept(self, settings, monkeypatch):
        settings.CHAT_ROOM_KEPT = 60
        monkeypatch.setattr(waiting, "_last", None)

    def test_it_is_looked_up_once_for_all(self, django_assert_num_queries):
        chats = [says(begun()) for _number in range(3)]
        with django_assert_num_queries(3):
            rooms = {id(waiting.room(chat)) for chat in chats}
        assert len(rooms) == 1

    def test_who_came_since_or_came_back_has_the_right_place(self):
        first, second = says(begun()), says(begun())
        place.leave(fresh(first))
        assert waiting.state_of(fresh(second))["place"] == 1
        third = says(begun())
        assert waiting.state_of(third)["place"] == 2
        place.come_back(fresh(first))
        assert [waiting.state_of(fresh(chat))["place"] for chat in (first, second, third)] == [1, 2, 3]
