"""When a visitor first heard from a person: wherever it was written, whoever has the conversation, and once."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import ApiClient, Role, Scope
from cases.models import Case, Category
from cases.workflow import answer, evidence, routing
from cases.workflow.evidence import Wanted
from channels_app import outbox
from channels_app.chat import agents, conversations, leaving, letting_go, waiting
from channels_app.models import Chat

from .chatting import begun, replies, says

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as travelling:
        yield travelling


@pytest.fixture
def hoa(make_staff):
    return make_staff("hoa", Role.INTAKE, "intake")


def waited(chat):
    """Seconds from the first message to the first reply of a person, or None."""
    case = Case.objects.get(chat=chat)
    return case.first_replied_at and (case.first_replied_at - case.opened_at).total_seconds()


def lost_after(chat):
    fresh = Chat.objects.select_related("case").get(pk=chat.pk)
    return fresh.lost_at and (fresh.lost_at - fresh.case.opened_at).total_seconds()


def on_the_case_page(case, lan):
    outbox.write_message(case, actor=Actor.staff(lan), body="Em đang xem ạ")


def by_asking_for_evidence(case, lan):
    evidence.request_evidence(case, actor=Actor.staff(lan), items=[Wanted(name="Biên lai", why="")])


def by_the_official_answer(case, lan):
    answer.send_answer(case, actor=Actor.staff(lan), body="Đã cộng tiền ạ")


@pytest.mark.parametrize("way", [on_the_case_page, by_asking_for_evidence, by_the_official_answer])
def test_a_reply_that_is_not_written_in_the_console_counts_as_well(clock, lan, way):
    chats = [says(begun()) for _number in range(5)]
    for chat in chats:
        routing.classify_case(chat.case, actor=Actor.staff(lan), category=Category.objects.get(slug="other"))
    assert (waited(chats[0]), waiting.usual_wait()) == (None, None)
    clock.shift(timedelta(seconds=40))
    for chat in chats:
        way(Case.objects.get(chat=chat), lan)
    assert ([waited(chat) for chat in chats], waiting.usual_wait()) == ([40] * 5, 40)


def test_notes_automatic_words_and_programs_are_no_reply_of_a_person(clock, lan):
    chat = says(begun())
    program, _key = ApiClient.objects.create_with_key("Bot", [Scope.CASES_WORK])
    clock.shift(timedelta(seconds=5))
    outbox.write_note(chat.case, actor=Actor.staff(lan), body="Khách quen")
    outbox.write_message(chat.case, actor=Actor.integration(program), body="Xin chào, tôi là trợ lý tự động")
    outbox.tell_refused(chat.case, [])
    assert waited(chat) is None


def test_only_the_first_reply_counts(clock, lan, hoa):
    chat = says(begun())
    clock.shift(timedelta(seconds=10))
    agents.take(chat, actor=Actor.staff(lan))
    replies(chat, lan)
    clock.shift(timedelta(minutes=3))
    letting_go.release(lan)
    agents.take(chat, actor=Actor.staff(hoa))
    replies(chat, hoa)
    outbox.write_message(Case.objects.get(chat=chat), actor=Actor.staff(hoa), body="Còn một việc nữa ạ")
    assert waited(chat) == 10


@pytest.mark.parametrize("answered", [True, False])
def test_who_was_answered_on_the_case_page_does_not_keep_the_old_place(clock, lan, answered):
    chat = says(begun())
    agents.take(chat, actor=Actor.staff(lan))
    clock.shift(timedelta(seconds=30))
    if answered:
        on_the_case_page(chat.case, lan)
    letting_go.release(lan)
    since = Chat.objects.get(pk=chat.pk).waiting_since - chat.case.opened_at
    assert since.total_seconds() == (30 if answered else 0)


def leave(chat, clock):
    clock.shift(timedelta(minutes=3))
    assert leaving.note_those_who_left() == 1


@pytest.mark.parametrize("taken", [True, False])
def test_who_left_before_a_reply_stays_lost_when_it_is_written_later(clock, lan, taken):
    chat = says(begun())
    if taken:
        agents.take(chat, actor=Actor.staff(lan))
    leave(chat, clock)
    clock.shift(timedelta(hours=2))
    on_the_case_page(chat.case, lan)
    conversations.note_seen(Chat.objects.get(pk=chat.pk))
    assert (lost_after(chat), waited(chat)) == (180, 7380)


@pytest.mark.parametrize("taken", [True, False])
def test_who_comes_back_unanswered_waits_on_and_is_not_lost(clock, lan, taken):
    chat = says(begun())
    if taken:
        agents.take(chat, actor=Actor.staff(lan))
    leave(chat, clock)
    conversations.note_seen(Chat.objects.get(pk=chat.pk))
    assert lost_after(chat) is None
    agents.take(chat, actor=Actor.staff(lan))
    replies(chat, lan)
    assert (lost_after(chat), waited(chat)) == (None, 180)


def test_a_conversation_ended_without_a_word_is_lost_until_the_visitor_writes_again(clock, lan):
    chat = says(begun())
    agents.take(chat, actor=Actor.staff(lan))
    clock.shift(timedelta(seconds=50))
    agents.end(chat, actor=Actor.staff(lan))
    assert lost_after(chat) == 50
    clock.shift(timedelta(seconds=50))
    assert lost_after(says(chat, "Alo?")) is None


def test_a_conversation_ended_after_a_reply_was_not_lost(clock, lan):
    chat = says(begun())
    agents.take(chat, actor=Actor.staff(lan))
    on_the_case_page(chat.case, lan)
    leave(chat, clock)
    agents.end(chat, actor=Actor.staff(lan))
    assert lost_after(chat) is None
