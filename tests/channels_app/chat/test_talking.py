"""What visitors say: one case, each message once, in one order, nothing lost."""

import threading
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.conf import settings
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers.models import Customer, Notice
from accounts.models import Role
from cases.events import flaws_of
from cases.models import Case, Category
from cases.states import Channel
from cases.workflow import answer, routing
from channels_app import intake, outbox
from channels_app.chat import agents, conversations, talking
from channels_app.models import Chat, Delivery, InboundItem, Message, StaffNotice
from cskh.core.errors import Invalid, NotVisible
from tests.cases.building import case_at, open_case

from .chatting import begun, bodies, new_id, replies, says, shown

pytestmark = pytest.mark.django_db


def together(*works):
    """Each in a thread of its own with its own connection, all at once; raises what any of them raised."""
    errors, start = [], threading.Barrier(len(works))

    def run(work):
        try:
            start.wait(10)
            work()
        except Exception as error:  # noqa: BLE001 - shown by the test
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []


def test_nothing_is_opened_before_something_is_said(defaults):
    chat = begun()
    assert (Case.objects.count(), Message.objects.count(), chat.state) == (0, 0, Chat.State.GREETED)
    assert shown(chat) == []


def test_the_first_message_opens_one_case_and_the_visitor_reads_its_code(defaults):
    chat = says(begun(language="en"), "My deposit has not arrived\nReference 0901")
    case = Case.objects.get()
    assert (chat.case, case.channel, case.customer.language) == (case, Channel.CHAT, "en")
    assert (chat.state, case.subject) == (Chat.State.WAITING, "My deposit has not arrived Reference 0901")
    assert [side for _id, side, _body in shown(chat)] == ["visitor", "automatic"]
    assert case.code in bodies(chat, "automatic")[0]
    assert list(flaws_of(case)) == []


def test_a_greeting_is_no_human_reply(defaults, lan):
    chat = says(begun())
    first_response = chat.case.clocks.get(kind="first_response")
    assert first_response.stopped_at is None
    replies(chat, lan)
    first_response.refresh_from_db()
    assert first_response.stopped_at is not None


def test_the_same_client_id_again_changes_nothing(defaults):
    chat = says(begun(), "Xin chào", "the-same-id")
    before = shown(chat), chat.case.events.count()
    for body in ("Xin chào", "Something else under the same id"):
        says(chat, body, "the-same-id")
    assert (shown(chat), chat.case.events.count()) == before


def test_one_visitors_client_id_is_nothing_to_another(defaults):
    for _visitor in range(2):
        chat = says(begun(), "Xin chào", "the-same-id")
        assert bodies(chat, "visitor") == ["Xin chào"]
    assert Case.objects.count() == 2


def test_a_conversation_is_one_case_for_as_long_as_it_may_rest(defaults):
    chat, key = conversations.begin()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        says(chat)
        clock.shift(settings.CHAT_RESUMES_FOR - timedelta(minutes=1))
        says(conversations.resume(key), "Tôi vẫn chờ")
        assert Case.objects.count() == 1
        clock.shift(settings.CHAT_RESUMES_FOR + timedelta(minutes=1))
        with pytest.raises(NotVisible):
            conversations.resume(key)
    assert bodies(chat, "visitor") == ["Tôi nạp tiền chưa vào", "Tôi vẫn chờ"]


REFUSED = [
    ("", "good-id-1"),
    ("   \n", "good-id-1"),
    ("\x00", "good-id-1"),
    (None, "good-id-1"),
    (7, "good-id-1"),
    (["x"], "good-id-1"),
    ({"body": "x"}, "good-id-1"),
    ("x" * 5000, "good-id-1"),
    ("x", ""),
    ("x", None),
    ("x", 12345678),
    ("x", "short"),
    ("x", "x" * 65),
    ("x", "with blank"),
    ("x", "chữ-việt-8"),
    ("x", "new\nline-1"),
    ("x", "good-id-1\n"),
]


@pytest.mark.parametrize(("body", "client_id"), REFUSED)
def test_what_cannot_be_taken_is_refused_and_leaves_nothing(defaults, body, client_id):
    chat = begun()
    with pytest.raises(Invalid):
        talking.visitor_says(chat, client_id=client_id, body=body)
    assert (Case.objects.count(), Message.objects.count(), InboundItem.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("a\x00b", "ab"),
        ("<script>alert(1)</script> & <b>", "<script>alert(1)</script> & <b>"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("hai\r\ndòng", "hai\ndòng"),
        ("x" * 4000, "x" * 4000),
    ],
)
def test_words_are_kept_as_plain_text(defaults, body, kept):
    assert bodies(says(begun(), body), "visitor") == [kept]


def test_what_could_not_be_taken_is_kept_and_appears_in_its_place_later(defaults, monkeypatch):
    chat = says(begun(), "một")
    taker = talking.intake.add_message

    def broken(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(talking.intake, "add_message", broken)
    says(chat, "hai")
    kept = InboundItem.objects.get(state=InboundItem.State.WAITING)
    assert (bodies(chat, "visitor"), kept.attempts, "disk is full" in kept.why) == (["một"], 1, True)
    seen = shown(chat)[-1][0]

    monkeypatch.setattr(talking.intake, "add_message", taker)
    with time_machine.travel(kept.next_try_at + timedelta(seconds=1)):
        for item_id in intake.due(10):
            intake.process(item_id)
    kept.refresh_from_db()
    assert (kept.state, kept.case) == (InboundItem.State.DONE, chat.case)
    # Whoever asks from the last id they saw gets it: its id is later, though it was said before.
    assert [body for _id, _side, body in shown(chat, seen)] == ["hai"]


def test_the_browsers_repetition_takes_what_could_not_be_taken_at_once(defaults, monkeypatch):
    chat = says(begun(), "một")
    with monkeypatch.context() as broken:
        broken.setattr(talking.intake, "add_message", lambda *_args, **_kwargs: 1 / 0)
        says(chat, "hai", "again-0001")
    says(chat, "hai", "again-0001")
    assert bodies(chat, "visitor") == ["một", "hai"]


@pytest.mark.parametrize("every", [timedelta(seconds=10), timedelta(hours=2)])
def test_repetitions_while_nothing_can_be_taken_never_lose_the_message(defaults, monkeypatch, every):
    chat = says(begun(), "một")
    with time_machine.travel(timezone.now()) as clock:
        with monkeypatch.context() as broken:
            broken.setattr(talking.intake, "add_message", lambda *_args, **_kwargs: 1 / 0)
            for _time in range(7):
                says(chat, "hai", "again-0001")
                clock.shift(every)
        assert bodies(chat, "visitor") == ["một"]
        for _time in range(2):
            says(chat, "hai", "again-0001")
    assert bodies(chat, "visitor") == ["một", "hai"]


def test_a_failed_message_is_taken_when_the_browser_repeats_it(defaults, monkeypatch):
    chat = says(begun(), "một")
    with monkeypatch.context() as broken:
        broken.setattr(talking.intake, "add_message", lambda *_args, **_kwargs: 1 / 0)
        says(chat, "hai", "again-0001")
    InboundItem.objects.filter(state=InboundItem.State.WAITING).update(state=InboundItem.State.FAILED, next_try_at=None)
    says(chat, "hai", "again-0001")
    assert bodies(chat, "visitor") == ["một", "hai"]


def test_who_was_merged_meanwhile_opens_the_case_of_the_kept_record(defaults):
    chat = begun()
    kept, merged = Customer.objects.create(name="An"), Customer.objects.create(name="An cũ")
    Chat.objects.filter(pk=chat.pk).update(customer=merged)
    Customer.objects.filter(pk=merged.pk).update(merged_into=kept)
    assert says(chat).case.customer == kept


@pytest.mark.django_db(transaction=True)
def test_two_first_messages_at_once_are_one_case(defaults):
    for _round in range(5):
        chat = begun()
        together(*(partial(talking.visitor_says, chat, client_id=new_id(), body=body) for body in "abc"))
        chat.refresh_from_db()
        assert Case.objects.filter(chat=chat).count() == 1
        assert sorted(bodies(chat, "visitor")) == ["a", "b", "c"]
    assert Case.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_the_same_message_twice_at_once_is_one(defaults):
    chat = says(begun())
    together(*(lambda: talking.visitor_says(chat, client_id="twice-0001", body="hai lần") for _time in range(3)))
    assert bodies(chat, "visitor").count("hai lần") == 1


@pytest.mark.django_db(transaction=True)
def test_ids_appear_in_the_order_in_which_they_can_be_seen(defaults, lan):
    """A reader that looks all the time, from the last id it saw, misses nothing while both sides write at once."""
    chat = says(begun())
    case, seen, done = chat.case, [], threading.Event()

    def read():
        while True:
            is_last = done.is_set()
            seen.extend(one[0] for one in shown(chat, seen[-1] if seen else 0))
            if is_last:
                return

    def visitor():
        for _time in range(8):
            says(chat)

    def agent():
        for _time in range(8):
            replies(chat, lan)

    def notes():
        for _time in range(8):
            outbox.write_message(Case.objects.get(pk=case.pk), actor=Actor.staff(lan), body="từ trang hồ sơ")

    reader = threading.Thread(target=lambda: (read(), connections.close_all()))
    reader.start()
    try:
        together(visitor, agent, notes)
    finally:
        done.set()
        reader.join(30)
    everything = list(Message.objects.filter(case=case).exclude(direction="internal").order_by("id"))
    assert len(everything) == 2 + 24
    assert seen == [message.pk for message in everything]


@pytest.mark.django_db(transaction=True)
def test_who_adds_to_a_case_waits_for_whoever_holds_it(defaults):
    chat = says(begun())
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM cases_case WHERE id = %s FOR UPDATE", [chat.case.pk])
        waiting = threading.Thread(target=lambda: (says(chat, "sau"), connections.close_all()))
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
        assert "sau" not in bodies(chat, "visitor")
    finally:
        other.rollback()
        other.close()
    waiting.join(20)
    assert "sau" in bodies(chat, "visitor")


def test_a_message_after_the_end_asks_whether_to_reopen(defaults, lan):
    chat = says(begun())
    actor = Actor.staff(lan)
    routing.classify_case(chat.case, actor=actor, category=Category.objects.get(slug="other"))
    routing.assign_case(chat.case, actor=actor, assignee=lan)
    answer.send_answer(chat.case, actor=actor, body="Đã ghi có.")
    answer.accept(chat.case, actor=conversations.visitor_of(chat))
    chat = says(chat, "Vẫn chưa thấy tiền")
    assert (chat.case.status, chat.case.reopen_asked_at is not None) == ("closed", True)
    assert chat.state == Chat.State.WAITING
    assert bodies(chat, "visitor")[-1] == "Vẫn chưa thấy tiền"


def test_a_chat_case_that_an_integration_opened_is_answered_by_mail(defaults, lan, smtp_server, work_off):
    case = open_case(channel=Channel.CHAT, email="an@khach.example")
    outbox.write_message(case, actor=Actor.staff(lan), body="Em đã kiểm tra.")
    work_off()
    assert Delivery.objects.get(message__case=case, message__body="Em đã kiểm tra.").channel == Channel.EMAIL
    assert any(
        "Em đã kiểm tra" in raw.decode("utf-8", "replace") or b"RW0g" in raw
        for raw in smtp_server.mails("an@khach.example")
    )


def test_whoever_is_talking_gets_no_mail_about_every_line(defaults, lan):
    lan.email = "lan@benxanh.example"
    lan.save()
    chat = says(begun())
    agents.take(chat, actor=Actor.staff(lan))
    StaffNotice.objects.all().delete()
    says(chat, "thêm một dòng")
    assert StaffNotice.objects.count() == 0
    agents.end(Chat.objects.get(pk=chat.pk), actor=Actor.staff(lan))
    Chat.objects.filter(pk=chat.pk).update(state=Chat.State.ENDED)
    says(chat, "còn ai đó không")
    assert [notice.recipient for notice in StaffNotice.objects.all()] == [lan]


def test_staff_who_may_not_see_the_case_cannot_talk(defaults, make_staff):
    chat = says(begun())
    stranger = make_staff("minh", Role.SPECIALIST, "payments")
    before = shown(chat)
    with pytest.raises(NotVisible):
        replies(chat, stranger)
    assert shown(chat) == before


def test_lines_of_notes_are_for_staff(defaults, lan):
    chat = says(begun())
    talking.staff_notes(chat, actor=Actor.staff(lan), client_id=new_id(), body="Khách VIP")
    assert "Khách VIP" not in str(shown(chat))
    assert [line["body"] for line in talking.lines_after(chat, 0, for_staff=True) if line["from"] == "note"] == [
        "Khách VIP"
    ]


def test_cases_of_other_channels_have_no_conversation(defaults, make_staff):
    case = case_at("received", make_staff("hoa", Role.MANAGER))
    with transaction.atomic():
        assert not Chat.objects.filter(case=case).exists()


def test_the_notice_of_when_they_came_is_kept(defaults):
    shown, chat = Notice.in_force(), begun()
    Notice.objects.create(version="newer", body_vi="mới", body_en="new")
    assert says(chat).case.notice == shown
    assert says(begun()).case.notice.version == "newer"
