"""Who is given whom: by presence and capacity, fairly, one at a time, and never lost."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role, User
from cases.workflow import routing
from cases.workflow.handover import set_presence
from channels_app.chat import agents, conversations, giving, leaving, letting_go
from channels_app.models import Chat, ChatDuty
from cskh.core.errors import Invalid, NotPermitted

from .chatting import agent_of, begun, fresh, in_department, says, still_here, takes_chats, together

pytestmark = pytest.mark.django_db


def test_who_waits_longest_is_given_first_and_who_has_fewest_gets_them(lan, hoa):
    chats = [says(begun()) for _ in range(5)]
    giving.set_duty(lan, takes_chats=True, capacity=2)
    giving.set_duty(hoa, takes_chats=True, capacity=2)
    assert giving.give_out() == 4
    assert [agent_of(chat) for chat in chats] == [lan, hoa, lan, hoa, None]
    assert fresh(chats[0]).case.assignee == lan
    agents.end(chats[1], actor=Actor.staff(hoa))
    assert giving.give_out() == 1
    assert agent_of(chats[4]) == hoa
    assert giving.give_out() == 0


def test_room_that_frees_is_filled_without_waiting_for_the_sweep(lan, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        takes_chats(lan, capacity=1)
        first, second = says(begun()), says(begun())
    assert (agent_of(first), agent_of(second)) == (lan, None)
    with django_capture_on_commit_callbacks(execute=True):
        agents.end(first, actor=Actor.staff(lan))
    assert agent_of(second) == lan


@pytest.mark.parametrize("missing", ["switched off", "off duty", "console closed", "inactive", "no duty at all"])
def test_only_who_is_there_is_given_anything(lan, missing):
    if missing != "no duty at all":
        takes_chats(lan)
    if missing == "switched off":
        giving.set_duty(lan, takes_chats=False)
    if missing == "off duty":
        set_presence(lan, User.Presence.OFF_DUTY, actor=Actor.staff(lan))
    if missing == "inactive":
        User.objects.filter(pk=lan.pk).update(is_active=False)
    chat = says(begun())
    now = timezone.now()
    if missing == "console closed":
        now += settings.CHAT_SEEN_FOR + timedelta(seconds=1)
    with time_machine.travel(now):
        still_here(chats=[chat])
        assert giving.give_out() == 0
    assert fresh(chat).state == Chat.State.WAITING


def test_a_visitor_whose_browser_is_gone_is_given_to_nobody(lan):
    takes_chats(lan)
    chat = says(begun())
    Chat.objects.filter(pk=chat.pk).update(seen_at=timezone.now() - settings.CHAT_SEEN_FOR - timedelta(seconds=1))
    assert giving.give_out() == 0
    assert fresh(chat).state == Chat.State.WAITING


def test_a_visitor_who_left_takes_up_no_room(lan):
    takes_chats(lan, capacity=1)
    first = says(begun())
    giving.give_out()
    with time_machine.travel(timezone.now() + settings.CHAT_LEFT_AFTER + timedelta(seconds=1)):
        still_here(lan)
        assert leaving.note_those_who_left() == 1
        second = says(begun())
        giving.give_out()
        assert (agent_of(first), agent_of(second)) == (lan, lan)


def test_the_owner_comes_first_then_the_department_then_intake(lan, hoa, minh, make_staff):
    duc = make_staff("duc", Role.SPECIALIST, "payments")
    chat = says(begun())
    in_department(chat, "deposit-not-credited", lan)
    routing.assign_case(fresh(chat).case, actor=Actor.staff(minh), assignee=minh)
    for user in (lan, hoa, duc, minh):
        takes_chats(user, capacity=1)
    giving.give_out()
    assert agent_of(chat) == minh
    other = says(begun())
    in_department(other, "deposit-not-credited", lan)
    giving.give_out()
    assert agent_of(other) == duc
    third = says(begun())
    in_department(third, "deposit-not-credited", lan)
    giving.give_out()
    assert agent_of(third) in (lan, hoa)
    assert fresh(third).case.assignee is None  # a specialist's matter: intake talks, and does not own it


def test_what_is_not_classified_goes_to_intake_and_never_to_a_specialist(lan, minh):
    takes_chats(minh)
    chat = says(begun())
    assert giving.give_out() == 0
    takes_chats(lan)
    giving.give_out()
    assert agent_of(chat) == lan


def test_those_whom_nobody_here_may_talk_with_keep_nobody_else_waiting(lan, minh):
    for _one in range(52):
        says(begun())
    last = says(begun())
    in_department(last, "deposit-not-credited", lan)
    takes_chats(minh, capacity=1)
    assert giving.give_out() == 1
    assert agent_of(last) == minh


def test_one_conversation_that_fails_holds_up_no_other(lan, monkeypatch):
    takes_chats(lan, capacity=5)
    broken, good = says(begun()), says(begun())
    locked = giving.locked
    with monkeypatch.context() as patched:
        patched.setattr(giving, "locked", lambda pk: 1 / 0 if pk == broken.pk else locked(pk))
        assert giving.give_out() == 1
    assert (agent_of(broken), agent_of(good)) == (None, lan)
    giving.give_out()
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        with monkeypatch.context() as patched:
            patched.setattr(giving, "locked", lambda pk: 1 / 0 if pk == broken.pk else locked(pk))
            assert leaving.note_those_who_left() == 1
            assert letting_go.take_back_unanswered() == 1
        assert (fresh(broken).state, fresh(good).state) == (Chat.State.TALKING, Chat.State.ENDED)


def test_auditors_take_no_chats(make_staff):
    with pytest.raises(NotPermitted):
        giving.set_duty(make_staff("kiem", Role.AUDITOR), takes_chats=True)
    assert not ChatDuty.objects.exists()


@pytest.mark.parametrize("capacity", [0, -1, 21])
def test_a_capacity_beyond_reason_is_refused(lan, capacity):
    takes_chats(lan, capacity=2)
    with pytest.raises(Invalid):
        giving.set_duty(lan, takes_chats=False, capacity=capacity)
    duty = ChatDuty.objects.get(user=lan)
    assert (duty.takes_chats, duty.capacity) == (True, 2)


@pytest.mark.django_db(transaction=True)
def test_given_out_by_many_at_once_nobody_gets_more_than_they_can_talk_with(lan, hoa):
    for user in (lan, hoa):
        ChatDuty.objects.create(user=user, takes_chats=True, capacity=2, seen_at=timezone.now())
    chats = [conversations.begin()[0] for _ in range(6)]
    together(*(lambda chat=chat: says(chat) for chat in chats), giving.give_out, giving.give_out)
    given = [agent_of(chat) for chat in chats]
    assert (given.count(lan), given.count(hoa), given.count(None)) == (2, 2, 2)
