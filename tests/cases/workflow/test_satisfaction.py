"""Customers are asked once a round how satisfied they are, after the outcome, and nobody who is to be left in peace."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role
from cases.events import EventKind, flaws_of
from cases.models import CaseEvent, EventText
from cases.satisfaction import question_of
from cases.states import Channel, Status
from cases.workflow import answer, ending, resolution, routing, satisfaction
from cases.workflow._clocks import SLA
from channels_app.models import Delivery
from cskh.core.errors import Invalid, NotPermitted, NotVisible, StepNotAllowed
from tests.cases.building import case_at, customer_of, open_case, settle_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan(make_staff):
    return make_staff("lan", Role.SPECIALIST)


@pytest.fixture
def closed(lan):
    return case_at(Status.CLOSED, lan)


def times_asked(case):
    return case.events.filter(kind=EventKind.SATISFACTION_ASKED).count()


def told(case):
    return case.messages.filter(direction="out").latest("id").body


def test_it_is_asked_with_the_end_and_kept_without_words_in_the_record(closed):
    assert "một câu hỏi" in told(closed) or "one question" in told(closed)
    satisfaction.give(closed, actor=customer_of(closed), score=4, ease=2, comment="Cảm ơn bạn Lan")
    opinion = question_of(closed).opinion
    assert (opinion.score, opinion.ease, opinion.comment) == (4, 2, "Cảm ơn bạn Lan")
    event = closed.events.get(kind=EventKind.SATISFACTION_GIVEN)
    assert (event.facts["score"], event.facts["ease"], event.facts["round"]) == (4, 2, 1)
    assert "Lan" not in str(event.facts)
    EventText.objects.filter(event=event).delete()  # what is erased
    assert question_of(closed).opinion.comment == ""
    assert list(flaws_of(closed)) == []


def test_it_can_be_changed_for_a_while_and_then_no_more(closed, settings):
    satisfaction.give(closed, actor=customer_of(closed), score=1)
    satisfaction.give(closed, actor=customer_of(closed), score=5)
    assert question_of(closed).opinion.score == 5
    with time_machine.travel(timezone.now() + settings.SATISFACTION_OPEN_FOR + timedelta(minutes=1)):
        with pytest.raises(StepNotAllowed):
            satisfaction.give(closed, actor=customer_of(closed), score=3)
        assert question_of(closed).opinion.score == 5


def test_once_a_round_also_after_silence_and_the_last_word(lan, make_staff):
    case = case_at(Status.ANSWERED, lan)
    assert times_asked(case) == 0
    answer.close_no_reply(case, actor=SLA)
    assert times_asked(case) == 1
    ending.reopen(case, actor=Actor.staff(make_staff("son", Role.MANAGER)), reason="Khách gọi lại")
    assert question_of(case) is None
    with pytest.raises(StepNotAllowed):
        satisfaction.give(case, actor=customer_of(case), score=3)


def end(case, how, lan, son):
    """The case is answered and ends `how`."""
    routing.assign_case(case, actor=Actor.staff(lan), assignee=lan)
    settle_facts(case, Actor.staff(lan))
    answer.send_answer(case, actor=Actor.staff(lan), body="Đã ghi có.")
    if how == "accepted":
        answer.accept(case, actor=customer_of(case))
    elif how == "no_reply":
        answer.close_no_reply(case, actor=SLA)
    else:
        answer.reject(case, actor=customer_of(case))
        resolution.start_resolving(case, actor=Actor.staff(son))
        answer.give_final_response(case, actor=Actor.staff(son), body="Trả lời cuối cùng.")
    assert case.closed_as == how


@pytest.mark.parametrize("how", ["accepted", "no_reply", "final_response"])
@pytest.mark.parametrize("reached", [{"email": "an@khach.example"}, {"email": "", "phone": "0901234567"}], ids=str)
@pytest.mark.parametrize("channel", Channel)
def test_it_is_asked_where_it_is_delivered_and_nowhere_else(channel, reached, how, lan, make_staff):
    case = open_case("other", channel=channel, **reached)
    end(case, how, lan, make_staff("son", Role.MANAGER))
    delivered = Delivery.objects.filter(message__case=case, message__body__regex="một câu hỏi|one question")
    only_called = channel in (Channel.HOTLINE, Channel.EMAIL) and "phone" in reached
    assert times_asked(case) == delivered.count() == (0 if only_called else 1)
    assert (question_of(case) is None) == only_called


def test_whoever_is_vulnerable_or_flagged_is_left_in_peace(lan):
    case = case_at(Status.ANSWERED, lan)
    case.customer.vulnerable_since = timezone.now()
    case.customer.save()
    answer.accept(case, actor=customer_of(case))
    assert times_asked(case) == 0
    assert question_of(case) is None


def test_nobody_is_asked_of_what_was_withdrawn_or_where_it_is_switched_off(lan, settings):
    withdrawn = open_case("other")
    ending.withdraw(withdrawn, actor=customer_of(withdrawn))
    settings.SATISFACTION_ASKED = False
    case = case_at(Status.CLOSED, lan)
    assert times_asked(withdrawn) == times_asked(case) == 0
    assert not CaseEvent.objects.filter(kind=EventKind.SATISFACTION_ASKED).exists()


def test_customers_say_it_themselves_and_in_numbers_from_one_to_five(closed, lan):
    with pytest.raises(NotPermitted):
        satisfaction.give(closed, actor=Actor.staff(lan), score=5)
    with pytest.raises(NotVisible):
        satisfaction.give(closed, actor=customer_of(open_case(email="binh@khach.example")), score=5)
    for wrong in ({"score": 0}, {"score": 6}, {"score": 3, "ease": 9}):
        with pytest.raises(Invalid):
            satisfaction.give(closed, actor=customer_of(closed), **wrong)


def test_a_cry_for_help_in_it_is_heard(closed):
    satisfaction.give(closed, actor=customer_of(closed), score=1, comment="Tôi không muốn sống nữa, tôi sẽ tự tử")
    closed.refresh_from_db()
    assert closed.is_flagged


def test_nothing_reminds_of_it(closed):
    assert not closed.follow_ups.filter(cancelled_at=None, done_at=None).exists()
