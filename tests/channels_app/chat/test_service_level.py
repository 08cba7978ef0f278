"""The arithmetic of the chat's service report, on conversations as they happen."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Department, Role
from cases.models import Case, Category
from cases.workflow import call_back, ending, routing
from cases.workflow.call_back import CallOutcome
from channels_app import outbox
from channels_app.chat import agents, conversations, leaving, letting_go, service_level
from channels_app.chat.service_level import Figures, Period, Shown
from channels_app.models import Chat

from .chatting import NOON, begun, replies, says

pytestmark = pytest.mark.django_db


def seconds(number):
    return timedelta(seconds=number)


@pytest.fixture
def manager(make_staff):
    return Actor.staff(make_staff("son", Role.MANAGER))


@pytest.fixture
def left(clock):
    """left("0901234567"): who gave a number, and left before anybody replied."""

    def leave(phone=""):
        chat = says(begun())
        if phone:
            leaving.leave_contact(chat, phone=phone)
        clock.shift(timedelta(minutes=3))
        assert leaving.note_those_who_left() == 1
        return chat

    return leave


def figures(actor, period=Period.TODAY):
    return service_level.report(actor, period, timezone.now()).periods[period]


def listed(actor, shown, period=Period.TODAY, **part):
    return [case.pk for case in service_level.conversations(actor, shown, period, timezone.now(), **part)]


def test_shares_and_percentiles(answered, manager):
    for after in (5, 10, 15, 20, 20, 20, 20, 21, 100, 200):
        answered(after)
    found = figures(manager)
    assert (found.begun, found.replied, found.decided, found.in_time, found.late) == (10, 10, 10, 7, 3)
    assert (found.half, found.most, found.longest) == (seconds(20), seconds(155), seconds(200))
    assert (found.percent, found.is_share_met, found.is_most_met, found.is_enough) == (70, False, False, True)


def test_a_target_is_met_when_it_is_reached_exactly_and_never_by_rounding(settings):
    settings.CHAT_REPLY_PERCENT = 80
    assert Figures(decided=10, in_time=8, most=seconds(60)).is_share_met
    assert Figures(decided=10, in_time=8, most=seconds(60)).is_most_met
    almost = Figures(decided=1000, in_time=799, most=timedelta(seconds=60, milliseconds=1))
    assert (almost.percent, almost.is_share_met, almost.is_most_met) == (79, False, False)


def test_too_few_say_nothing(answered, manager, settings):
    settings.CHAT_FIGURES_MINIMUM = 3
    for _number in range(2):
        answered(5)
    assert not figures(manager).is_enough
    answered(5)
    assert figures(manager).is_enough


def test_who_waits_counts_by_the_wait_so_far(clock, manager):
    chat = says(begun())
    clock.shift(seconds(20))
    still_in_time = figures(manager)
    assert (still_in_time.begun, still_in_time.waiting, still_in_time.decided) == (1, 1, 0)
    assert still_in_time.half is None
    clock.shift(seconds(70))
    found = figures(manager)
    assert (found.waiting, found.decided, found.in_time, found.most) == (1, 1, 0, seconds(90))
    assert listed(manager, Shown.WAITING) == listed(manager, Shown.LATE) == [chat.case.pk]


def test_an_automatic_greeting_stops_nothing(clock, manager):
    chat = says(begun())
    clock.shift(seconds(30))
    assert chat.case.messages.filter(is_automatic=True).exists()
    assert (figures(manager).replied, figures(manager).waiting) == (0, 1)


def test_several_people_are_one_conversation_and_the_first_reply_counts(answered, clock, hoa, manager):
    chat = answered(12)
    letting_go.release(Chat.objects.get(pk=chat.pk).agent)
    agents.take(chat, actor=Actor.staff(hoa))
    clock.shift(timedelta(minutes=5))
    replies(chat, hoa)
    found = figures(manager)
    assert (found.begun, found.replied, found.longest) == (1, 1, seconds(12))


def test_a_transfer_before_the_first_word_is_part_of_the_wait(clock, lan, hoa, manager):
    chat = says(begun())
    agents.take(chat, actor=Actor.staff(lan))
    clock.shift(seconds(70))
    letting_go.release(lan)
    agents.take(chat, actor=Actor.staff(hoa))
    clock.shift(seconds(5))
    replies(chat, hoa)
    assert figures(manager).longest == seconds(75)


def test_a_reply_on_the_case_page_counts(clock, lan, manager):
    chat = says(begun())
    clock.shift(seconds(15))
    outbox.write_message(chat.case, actor=Actor.staff(lan), body="Em đang xem ạ")
    assert (figures(manager).replied, figures(manager).in_time) == (1, 1)


def test_who_left_is_lost_and_was_called_or_not(left, lan, manager):
    silent, owed, called = left(), left("0901234567"), left("0912345678")
    call_back.call_logged(called.case, actor=Actor.staff(lan), call=1, outcome=CallOutcome.REACHED, direction="out")
    found = figures(manager)
    assert (found.begun, found.lost, found.to_call, found.called) == (3, 3, 2, 1)
    assert (found.decided, found.in_time, found.most) == (3, 0, seconds(180))
    assert listed(manager, Shown.LOST) == [silent.case.pk, owed.case.pk, called.case.pk]
    assert listed(manager, Shown.TO_CALL) == [owed.case.pk, called.case.pk]
    assert listed(manager, Shown.CALLED) == [called.case.pk]


def test_a_mail_to_who_had_left_does_not_make_them_answered(left, clock, lan, manager):
    chat = left()
    clock.shift(timedelta(hours=1))
    outbox.write_message(chat.case, actor=Actor.staff(lan), body="Tiền đã vào ạ")
    found = figures(manager)
    assert (found.lost, found.replied, found.longest) == (1, 0, seconds(180))


def test_who_returns_before_a_reply_waits_on_from_the_first_message(left, clock, lan, manager):
    chat = left()
    conversations.note_seen(Chat.objects.get(pk=chat.pk))
    assert (figures(manager).lost, figures(manager).waiting) == (0, 1)
    agents.take(chat, actor=Actor.staff(lan))
    clock.shift(seconds(20))
    replies(chat, lan)
    found = figures(manager)
    assert (found.begun, found.lost, found.replied, found.longest) == (1, 0, 1, seconds(200))


def test_who_returns_after_an_answer_waits_now_and_was_answered_all_the_same(answered, clock, lan, manager):
    chat = answered(10)
    agents.end(chat, actor=Actor.staff(lan))
    clock.shift(timedelta(hours=3))
    says(chat, "Vẫn chưa được")
    clock.shift(seconds(45))
    report = service_level.report(manager, Period.TODAY, timezone.now())
    assert (report.waiting_now, timezone.now() - report.waiting_since) == (1, seconds(45))
    found = report.periods[Period.TODAY]
    assert (found.begun, found.replied, found.waiting, found.longest) == (1, 1, 0, seconds(10))
    assert listed(manager, Shown.WAITING_NOW) == [chat.case.pk]


def test_who_was_taken_waits_until_the_first_word(clock, lan, manager):
    chat = says(begun())
    clock.shift(seconds(5))
    agents.take(chat, actor=Actor.staff(lan))
    clock.shift(seconds(5))
    report = service_level.report(manager, Period.TODAY, timezone.now())
    assert (report.waiting_now, timezone.now() - report.waiting_since) == (1, seconds(10))
    replies(chat, lan)
    assert service_level.report(manager, Period.TODAY, timezone.now()).waiting_now == 0


def test_spam_and_open_widgets_count_nowhere(clock, lan, manager):
    begun()
    chat = says(begun())
    ending.mark_spam(chat.case, actor=Actor.staff(lan), reason="Quảng cáo")
    clock.shift(seconds(30))
    report = service_level.report(manager, Period.TODAY, timezone.now())
    assert (report.periods[Period.TODAY], report.waiting_now) == (Figures(), 0)
    assert listed(manager, Shown.WAITING_NOW) == listed(manager, Shown.BEGUN) == []


def test_days_begin_at_midnight_here(answered, clock, manager):
    midnight = NOON.replace(hour=0)
    for began in (
        midnight - timedelta(days=29, seconds=1),  # thirty-one days ago: nowhere
        midnight - timedelta(days=29),
        midnight - timedelta(days=6, seconds=1),
        midnight - timedelta(days=6),
        midnight - timedelta(seconds=1),  # 16:59:59 UTC: yesterday
        midnight,
    ):
        clock.move_to(began)
        answered(5)
    clock.move_to(NOON)
    assert [figures(manager, period).begun for period in Period] == [1, 3, 5]
    hours = service_level.report(manager, Period.MONTH, timezone.now()).hours
    assert {hour: of.begun for hour, of in enumerate(hours) if of.begun} == {0: 3, 23: 2}
    assert len(listed(manager, Shown.BEGUN, Period.MONTH, hour=23)) == 2


def test_departments_are_told_apart(answered, lan, manager):
    unknown, sorted_in = answered(5), answered(30)
    routing.classify_case(
        sorted_in.case, actor=Actor.staff(lan), category=Category.objects.get(slug="deposit-not-credited")
    )
    found = service_level.report(manager, Period.TODAY, timezone.now()).departments
    payments = Department.objects.get(slug="payments")
    assert {department: (of.begun, of.in_time) for department, of in found} == {None: (1, 1), payments: (1, 0)}
    assert listed(manager, Shown.BEGUN, department="payments") == [sorted_in.case.pk]
    assert listed(manager, Shown.BEGUN, department="") == [unknown.case.pk]


def test_one_sees_figures_of_what_one_may_see(answered, lan, make_staff, manager):
    answered(5)
    theirs = answered(5)
    routing.classify_case(
        theirs.case, actor=Actor.staff(lan), category=Category.objects.get(slug="deposit-not-credited")
    )
    lead = Actor.staff(make_staff("minh", Role.SPECIALIST, "payments", lead=True))
    assert (figures(lead).begun, figures(manager).begun) == (1, 2)
    assert listed(lead, Shown.BEGUN) == [theirs.case.pk]


def test_cases_of_other_channels_are_no_conversations(manager, clock):
    Case.objects.create(code="CS-1", customer=says(begun()).case.customer, channel="email", opened_at=NOON)
    assert figures(manager).begun == 1
