"""What the visitor saw, and what becomes of what they did not."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.directory import Person
from accounts.customers.models import Contact
from cases.models import Category
from cases.states import Channel
from cases.workflow import answer, call_back, routing
from channels_app import one_time_codes
from channels_app.admin import hotline
from channels_app.chat import agents, conversations, leaving, place, talking, waiting
from channels_app.models import Chat, Delivery, OneTimeCode
from cskh.core.errors import Invalid
from tests.channels_app.mail import headers_of

from .chatting import begun, bodies, replies, says

pytestmark = pytest.mark.django_db
AN = "an@khach.example"


@pytest.fixture
def answered(lan):
    """A conversation whose case got its official answer."""
    chat, actor = says(begun()), Actor.staff(lan)
    agents.take(chat, actor=actor)
    routing.classify_case(chat.case, actor=actor, category=Category.objects.get(slug="other"))
    routing.assign_case(chat.case, actor=actor, assignee=lan)
    answer.send_answer(chat.case, actor=actor, body="Đã ghi có 2.000.000đ.")
    return Chat.objects.select_related("case__customer").get(pk=chat.pk)


def official(chat):
    return Delivery.objects.get(message__case=chat.case, message__answer__isnull=False)


def read(chat, last_id):
    talking.visitor_read(Chat.objects.select_related("case").get(pk=chat.pk), last_id)
    return Chat.objects.get(pk=chat.pk).visitor_read


def verified(chat, address=AN):
    return Contact.objects.create(
        customer=chat.case.customer, kind="email", address=address, verified_at=timezone.now()
    )


def mails(servers, subject=b""):
    return [headers_of(raw).get_body().get_content() for raw in servers.mails(AN)]


def test_what_was_shown_is_delivered(answered):
    delivery = official(answered)
    assert (delivery.channel, delivery.state) == (Channel.CHAT, Delivery.State.QUEUED)
    assert read(answered, delivery.message_id) == delivery.message_id
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.DELIVERED
    assert answered.case.events.filter(kind="answer_delivered").count() == 1
    read(answered, delivery.message_id)
    assert answered.case.events.filter(kind="answer_delivered").count() == 1


def test_marks_go_forward_and_no_further_than_the_last_message(answered):
    last = answered.case.messages.latest("id").pk
    assert read(answered, last + 1000) == last
    assert read(answered, 1) == last


def test_what_was_said_later_is_not_delivered_by_an_earlier_mark(answered, lan):
    before = answered.case.messages.latest("id").pk
    later = replies(answered, lan)
    read(answered, before)
    assert later.deliveries.get().state == Delivery.State.QUEUED


def test_an_unseen_answer_is_mailed_to_the_verified_address(post, answered, work_off):
    verified(answered)
    work_off()
    assert not any("2.000.000" in text for text in mails(post))
    with time_machine.travel(timezone.now() + settings.CHAT_UNREAD_MAILED_AFTER + timedelta(seconds=1)):
        work_off()
    assert sum("2.000.000" in text for text in mails(post)) == 1
    assert (official(answered).state, official(answered).address) == (Delivery.State.DELIVERED, AN)
    assert answered.case.events.filter(kind="answer_delivered").count() == 1


def test_what_was_seen_is_not_mailed(post, answered, work_off):
    verified(answered)
    read(answered, official(answered).message_id)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        work_off()
    assert not any("2.000.000" in text for text in mails(post))


def test_an_address_nobody_proved_gets_nothing_and_the_answer_waits_for_the_visitor(post, answered, work_off):
    Contact.objects.create(customer=answered.case.customer, kind="email", address=AN)
    for hours in (1, 2, 4, 8, 23, 47, 80, 100):
        with time_machine.travel(timezone.now() + timedelta(hours=hours)):
            work_off()
    assert mails(post) == []
    assert "Đã ghi có 2.000.000đ." in bodies(answered, "agent")
    assert read(answered, official(answered).message_id)
    assert official(answered).state == Delivery.State.DELIVERED


def test_a_code_proves_the_address_and_no_other_code_does(post, answered, work_off):
    other = says(begun())
    for chat in (answered, other):
        leaving.leave_contact(chat, email=AN if chat is answered else "binh@khach.example")
    work_off()
    contact = Contact.objects.get(address=AN)
    assert contact.verified_at is None
    mine, theirs = (one_time_codes.digits(OneTimeCode.objects.get(case=chat.case)) for chat in (answered, other))
    wrong = "000000" if mine != "000000" else "111111"
    for code in (wrong, "", "12345", *([theirs] if theirs != mine else [])):
        with pytest.raises(Invalid):
            leaving.prove_contact(answered, code)
        contact.refresh_from_db()
        assert contact.verified_at is None
    leaving.prove_contact(answered, mine)
    contact.refresh_from_db()
    assert contact.verified_at is not None


@pytest.mark.parametrize(
    ("kind", "address", "typed"), [("email", AN, AN.upper()), ("phone", "+84901234567", "090 123 4567")]
)
def test_a_typed_address_leads_nobody_elses_mails_and_calls_here(lan, kind, address, typed):
    owner, _contacts = directory.recognise(Person(**{kind: address}))
    chat = says(begun())
    left = leaving.leave_contact(chat, **{kind: typed})
    assert Chat.objects.get(pk=chat.pk).case.contact == left
    assert directory.by_address(kind, address) == owner != chat.case.customer


def test_a_proved_address_is_theirs(lan):
    owner, _contacts = directory.recognise(Person(email=AN))
    chat = says(begun())
    left = leaving.leave_contact(chat, email=AN)
    leaving.prove_contact(chat, one_time_codes.digits(OneTimeCode.objects.get(case=chat.case)))
    left.refresh_from_db()
    assert (left.verified_at is None, left.is_claimed) == (False, False)
    assert directory.by_address("email", AN) == chat.case.customer != owner


def test_who_left_a_number_and_waited_in_vain_is_called_back(lan):
    chat = says(begun())
    leaving.leave_contact(chat, name="An", phone="0901234567")
    with time_machine.travel(timezone.now() + settings.CHAT_LEFT_AFTER + timedelta(seconds=1)):
        assert leaving.note_those_who_left() == 1
        assert leaving.note_those_who_left() == 0
        call = chat.case.follow_ups.get(kind="call_back")
        assert call.due_at > timezone.now()
    chat.refresh_from_db()
    assert (chat.state, chat.left_at is not None) == (Chat.State.ENDED, True)
    assert (chat.case.customer.name or Chat.objects.get(pk=chat.pk).case.customer.name) == "An"


@pytest.mark.parametrize(("comes_back", "owed"), [(True, False), (False, True)])
def test_who_comes_back_and_is_answered_is_not_called(lan, comes_back, owed, django_capture_on_commit_callbacks):
    chat = says(begun())
    leaving.leave_contact(chat, phone="0901234567")
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        leaving.note_those_who_left()
        assert call_back.owed(chat.case).exists()
        if comes_back:
            conversations.note_seen(chat)
            assert call_back.owed(chat.case).exists()  # until somebody answers
        with django_capture_on_commit_callbacks(execute=True):
            replies(chat, lan)
        assert call_back.owed(chat.case).exists() is owed


def test_a_number_left_beside_a_mail_address_is_called(lan):
    chat = says(begun())
    leaving.leave_contact(chat, email=AN, phone="0901234567")
    with time_machine.travel(timezone.now() + settings.CHAT_LEFT_AFTER + timedelta(seconds=1)):
        leaving.note_those_who_left()
        call = chat.case.follow_ups.get(kind="call_back")
        assert Contact.objects.get(pk=call.facts["contact"]).address == "+84901234567"
        assert [owed.number for owed in hotline._owed(Actor.staff(lan))] == ["+84901234567"]


def test_one_address_gets_no_more_codes_however_many_visitors_type_it(lan, settings):
    settings.ONE_TIME_CODES_PER_HOUR = 3
    for address in (AN, AN.upper(), AN, AN, AN):
        leaving.leave_contact(says(begun()), email=address)
    assert OneTimeCode.objects.count() == 3
    leaving.leave_contact(says(begun()), email="binh@khach.example")
    assert OneTimeCode.objects.count() == 4


@pytest.fixture
def slept(lan):
    """A conversation whose visitor waited, and was gone for ten minutes."""
    chat = says(begun())
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        leaving.note_those_who_left()
        assert Chat.objects.get(pk=chat.pk).state == Chat.State.ENDED
        assert not place.waiting_for(Actor.staff(lan)).exists()
        yield chat


def test_who_comes_back_waits_at_the_place_they_had(slept):
    later = says(begun())
    stale = Chat.objects.get(pk=slept.pk)
    conversations.note_seen(stale)
    chat = Chat.objects.get(pk=slept.pk)
    for one in (stale, chat):
        assert (one.state, one.waiting_since, one.left_at) == (Chat.State.WAITING, slept.waiting_since, None)
    assert [waiting.state_of(one)["place"] for one in (chat, later)] == [1, 2]


def test_who_comes_back_with_words_keeps_their_place_too(slept):
    chat = says(slept, "Có ai không?")
    assert (chat.state, chat.waiting_since) == (Chat.State.WAITING, slept.waiting_since)


@pytest.mark.parametrize("how", ["answered meanwhile", "ended by an agent"])
def test_who_comes_back_to_what_is_done_does_not_wait(slept, lan, how):
    if how == "answered meanwhile":
        replies(slept, lan)
    else:
        conversations.note_seen(slept)
        agents.take(slept, actor=Actor.staff(lan))
        agents.end(slept, actor=Actor.staff(lan))
    conversations.note_seen(slept)
    assert Chat.objects.get(pk=slept.pk).state == Chat.State.ENDED


def test_who_is_there_is_not_called_back(lan):
    chat = says(begun())
    leaving.leave_contact(chat, phone="0901234567")
    assert leaving.note_those_who_left() == 0
    assert not chat.case.follow_ups.filter(kind="call_back").exists()
