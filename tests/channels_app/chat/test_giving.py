"""Who talks with whom: by presence and capacity, fairly, one at a time, and never lost."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connections
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role, User
from cases.models import Case, Category, Clock
from cases.sla.clock import ClockKind
from cases.workflow import routing
from cases.workflow.handover import set_presence
from channels_app import outbox, tasks
from channels_app.chat import conversations, giving, leaving, talking, waiting
from channels_app.models import Chat, ChatDuty, Message
from cskh.core.errors import Conflict, Invalid, NotPermitted, NotVisible, StepNotAllowed

from .chatting import begun, new_id, replies, says

pytestmark = pytest.mark.django_db

TOO_LONG = settings.CHAT_ANSWERED_WITHIN + timedelta(seconds=1)


@pytest.fixture
def hoa(make_staff):
    return make_staff("hoa", Role.INTAKE, "intake")


@pytest.fixture
def minh(make_staff):
    return make_staff("minh", Role.SPECIALIST, "payments")


def takes_chats(user, capacity=3):
    giving.set_duty(user, takes_chats=True, capacity=capacity)


def fresh(chat):
    return Chat.objects.select_related("case", "agent").get(pk=chat.pk)


def agent_of(chat):
    held = fresh(chat)
    return held.agent if held.state == Chat.State.TALKING else None


def still_here(*users, chats=()):
    """Consoles and visitors' browsers that stay open while time passes."""
    for user in users:
        giving.note_console(user)
    Chat.objects.filter(pk__in=[chat.pk for chat in chats]).update(seen_at=timezone.now())


def in_department(chat, slug, by):
    routing.classify_case(fresh(chat).case, actor=Actor.staff(by), category=Category.objects.get(slug=slug))


def test_who_waits_longest_is_given_first_and_who_has_fewest_gets_them(lan, hoa):
    chats = [says(begun()) for _ in range(5)]
    giving.set_duty(lan, takes_chats=True, capacity=2)
    giving.set_duty(hoa, takes_chats=True, capacity=2)
    assert giving.give_out() == 4
    assert [agent_of(chat) for chat in chats] == [lan, hoa, lan, hoa, None]
    assert fresh(chats[0]).case.assignee == lan
    giving.end(chats[1], actor=Actor.staff(hoa))
    assert giving.give_out() == 1
    assert agent_of(chats[4]) == hoa
    assert giving.give_out() == 0


def test_room_that_frees_is_filled_without_waiting_for_the_sweep(lan, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        takes_chats(lan, capacity=1)
        first, second = says(begun()), says(begun())
    assert (agent_of(first), agent_of(second)) == (lan, None)
    with django_capture_on_commit_callbacks(execute=True):
        giving.end(first, actor=Actor.staff(lan))
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
            assert giving.take_back_unanswered() == 1
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


def test_who_says_nothing_loses_the_visitor_to_somebody_else_who_then_owns_the_case(lan, hoa):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    waited_since = fresh(chat).waiting_since
    with time_machine.travel(timezone.now() + TOO_LONG):
        takes_chats(hoa)
        still_here(lan, hoa, chats=[chat])
        assert giving.take_back_unanswered() == 1
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
        giving.take_back_unanswered()
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
        assert giving.take_back_unanswered() == 0
    assert agent_of(chat) == lan


def test_a_note_is_no_reply_and_an_automatic_greeting_neither(lan):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    talking.staff_notes(chat, actor=Actor.staff(lan), client_id=new_id(), body="Khách quen")
    assert Message.objects.filter(case=chat.case, is_automatic=True).exists()
    with time_machine.travel(timezone.now() + TOO_LONG):
        still_here(lan, chats=[chat])
        assert giving.take_back_unanswered() == 1


def test_a_closed_console_gives_its_visitors_back(lan):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    replies(chat, lan)
    with time_machine.travel(timezone.now() + settings.CHAT_SEEN_FOR + timedelta(seconds=1)):
        still_here(chats=[chat])
        assert giving.take_back_unanswered() == 1
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


def test_take_next_takes_who_waited_longest_of_those_one_may_talk_with(lan, minh):
    with pytest.raises(Conflict):
        giving.take_next(actor=Actor.staff(minh))
    first, second = says(begun()), says(begun())
    in_department(second, "deposit-not-credited", lan)
    assert giving.take_next(actor=Actor.staff(minh)) == second
    assert giving.take_next(actor=Actor.staff(lan)) == first
    with pytest.raises(Conflict):
        giving.take_next(actor=Actor.staff(lan))


def test_what_one_may_not_see_one_cannot_take_end_or_hand_over(lan, make_staff):
    elsewhere = Actor.staff(make_staff("tuan", Role.SPECIALIST, "technical"))
    chat = says(begun())
    in_department(chat, "deposit-not-credited", lan)
    before = Chat.objects.filter(pk=chat.pk).values().get()
    for act in (
        lambda: giving.take(chat, actor=elsewhere),
        lambda: giving.end(chat, actor=elsewhere),
        lambda: giving.hand_over(chat, actor=elsewhere, to=lan, summary="x", client_id=new_id()),
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
    giving.note_console(hoa)  # there, without taking chats by itself
    once = new_id()
    for _again in range(2):
        giving.hand_over(chat, actor=Actor.staff(lan), to=hoa, summary="Đã hỏi mã giao dịch", client_id=once)
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
    giving.note_console(hoa)
    giving.hand_over(chat, actor=Actor.staff(lan), to=hoa, summary="Chờ khách gửi ảnh", client_id=new_id())
    with time_machine.travel(timezone.now() + TOO_LONG):
        still_here(hoa, chats=[chat])
        assert giving.take_back_unanswered() == 0


def test_intake_hands_a_classified_matter_to_the_department_which_then_owns_it(lan, minh):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    in_department(chat, "deposit-not-credited", lan)
    giving.note_console(minh)
    giving.hand_over(chat, actor=Actor.staff(lan), to=minh, summary="Nạp tiền chưa vào", client_id=new_id())
    assert (agent_of(chat), fresh(chat).case.assignee) == (minh, minh)


def test_handed_back_it_waits_for_somebody_else(lan, hoa):
    takes_chats(lan)
    chat = says(begun())
    giving.give_out()
    giving.hand_over(chat, actor=Actor.staff(lan), to=None, summary="Hết ca", client_id=new_id())
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
    giving.note_console(minh)
    if wrong != "to who is not there":
        giving.note_console(hoa)
    to = {"to oneself": lan, "to who may not": minh}.get(wrong, hoa)
    summary = " " if wrong == "no summary" else "Tóm tắt"
    before = Chat.objects.filter(pk=chat.pk).values().get(), Message.objects.count()
    by = hoa if wrong == "not mine" else lan
    with pytest.raises(Conflict if wrong == "not mine" else Invalid):
        once = "" if wrong == "no id" else new_id()
        giving.hand_over(chat, actor=Actor.staff(by), to=to, summary=summary, client_id=once)
    assert (Chat.objects.filter(pk=chat.pk).values().get(), Message.objects.count()) == before


def test_nobody_ends_a_colleagues_conversation(lan, hoa):
    chat = says(begun())
    giving.take(chat, actor=Actor.staff(lan))
    with pytest.raises(Conflict):
        giving.end(chat, actor=Actor.staff(hoa))
    assert agent_of(chat) == lan


def test_the_official_answer_ends_the_conversation_once(lan):
    chat = says(begun())
    giving.take(chat, actor=Actor.staff(lan))
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
        giving.take(chat, actor=Actor.staff(lan))
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
            giving.take(chat, actor=Actor.staff(lan))
            clock.shift(timedelta(seconds=25))
            replies(chat, lan)
            clock.shift(timedelta(seconds=60))
            giving.hand_over(chat, actor=Actor.staff(lan), to=None, summary="Hết ca", client_id=new_id())
            giving.take(chat, actor=Actor.staff(hoa))
            replies(chat, hoa)
        assert waiting.usual_wait() == 30


def together(*works):
    """Each in a thread of its own with its own connection, all at once; gives what each returned or raised."""
    results, start = {}, threading.Barrier(len(works))

    def run(index, work):
        start.wait(10)
        try:
            results[index] = work()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [results[index] for index in range(len(works))]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_at_once_one_gets_the_visitor_and_one_hears_who_did(lan, hoa):
    for _ in range(5):
        chat = says(begun())
        results = together(
            *(lambda chat=chat, user=user: giving.take(chat, actor=Actor.staff(user)) for user in (lan, hoa))
        )
        assert sorted(type(result).__name__ for result in results) == ["Conflict", "NoneType"]
        winner = (lan, hoa)[results.index(None)]
        assert (agent_of(chat), fresh(chat).case.assignee) == (winner, winner)


@pytest.mark.django_db(transaction=True)
def test_given_out_by_many_at_once_nobody_gets_more_than_they_can_talk_with(lan, hoa):
    for user in (lan, hoa):
        ChatDuty.objects.create(user=user, takes_chats=True, capacity=2, seen_at=timezone.now())
    chats = [conversations.begin()[0] for _ in range(6)]
    together(*(lambda chat=chat: says(chat) for chat in chats), giving.give_out, giving.give_out)
    given = [agent_of(chat) for chat in chats]
    assert (given.count(lan), given.count(hoa), given.count(None)) == (2, 2, 2)


@pytest.mark.django_db(transaction=True)
def test_a_visitor_who_writes_while_taken_back_and_taken_again_stays_whole(lan, hoa):
    giving.note_console(lan)
    for _ in range(5):
        chat = says(begun())
        giving.take(chat, actor=Actor.staff(lan))
        results = together(
            lambda chat=chat: says(chat, "Alo?"),
            lambda chat=chat: giving.hand_over(
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
