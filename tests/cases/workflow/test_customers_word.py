"""The customer's word, as staff may write it down."""

import pytest

from accounts.actors import Actor
from accounts.models import ApiClient, Role, Scope
from cases import policies
from cases.states import Channel, Status, Step
from cases.workflow import answer
from cases.workflow.call_back import CallOutcome
from channels_app import bounces, calls, intake
from channels_app.calls import CallNotes
from channels_app.models import Delivery
from cskh.core.errors import Invalid, NotPermitted, StepNotAllowed
from tests.cases.building import case_at, customer_of, deliver_answer, open_case, said_last, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan(make_staff):
    return make_staff("lan", Role.SPECIALIST)


@pytest.fixture
def hoa(make_staff):
    return make_staff("hoa", Role.INTAKE, "intake")


def say_yes(case):
    return intake.add_message(case, actor=customer_of(case), channel=case.channel, body="Tôi đồng ý.").pk


def test_acceptance_written_down_by_staff_cites_what_the_customer_said_after_the_answer(lan, hoa):
    case, other = case_at(Status.ANSWERED, lan), case_at(Status.ANSWERED, lan)
    deliver_answer(case)
    asked = case.messages.get(direction="in").pk
    ours = case.messages.filter(direction="out").latest("id").pk
    elsewhere, said = say_yes(other), say_yes(case)
    before = snapshot(case)
    for cited in (None, asked, ours, elsewhere, 999_999):
        with pytest.raises(Invalid) as refused:
            answer.accept(case, actor=Actor.staff(hoa), message=cited, proof="Ghi âm 2026-11-18/77")
        assert list(refused.value.errors) == ["message"]
    assert snapshot(case) == before
    answer.accept(case, actor=Actor.staff(hoa), message=said, proof="Ghi âm 2026-11-18/77")
    assert (case.status, case.closed_as) == (Status.CLOSED, "accepted")
    accepted = case.events.get(kind="outcome_accepted")
    assert (accepted.facts["message"], accepted.words.text) == (said, "Ghi âm 2026-11-18/77")


def test_nobody_accepts_what_has_not_arrived(lan, hoa):
    case = case_at(Status.ANSWERED, lan)
    said = say_yes(case)
    before = snapshot(case)
    with pytest.raises(StepNotAllowed):
        answer.accept(case, actor=Actor.staff(hoa), message=said)
    assert snapshot(case) == before
    deliver_answer(case)
    mail = Delivery.objects.get(message__case=case, message__answer__isnull=False)
    bounces.note_lost(mail, came_back=True)
    before = snapshot(case)
    with pytest.raises(StepNotAllowed):
        answer.accept(case, actor=Actor.staff(hoa), message=said)
    assert snapshot(case) == before


def test_nobody_says_of_their_own_answer_that_the_customer_accepts_it(lan, hoa):
    case = case_at(Status.ANSWERED, lan)
    deliver_answer(case)
    said = say_yes(case)
    before = snapshot(case)
    with pytest.raises(NotPermitted):
        answer.accept(case, actor=Actor.staff(lan), message=said)
    assert snapshot(case) == before
    assert lan not in policies.who_may(Step.ACCEPT, case)
    assert hoa in policies.who_may(Step.ACCEPT, case)
    answer.reject(case, actor=Actor.staff(lan), message=said)  # against themselves they may
    assert case.round == 2


def test_a_call_that_reached_the_customer_is_their_word(lan, hoa):
    """The same call tells them the answer and hears that they agree."""
    case = open_case("other", channel=Channel.HOTLINE, email="", phone="0912345678")
    answer.send_answer(case, actor=Actor.staff(lan), body="Đã ghi có.")
    notes = CallNotes(number="0912345678", said="", outcome=CallOutcome.NOT_REACHED)
    calls.log_call(case, actor=Actor.staff(hoa), notes=notes)
    before = snapshot(case)
    with pytest.raises(StepNotAllowed):  # it still waits to be told
        answer.accept(case, actor=Actor.staff(hoa), message=said_last(case))
    assert snapshot(case) == before
    calls.log_call(case, actor=Actor.staff(hoa), notes=CallNotes(number="0912345678", said="Khách đồng ý."))
    answer.accept(case, actor=Actor.staff(hoa), message=said_last(case))
    assert case.closed_as == "accepted"


def test_who_stands_in_for_customers_and_customers_themselves_need_no_proof(lan):
    spokesman = ApiClient.objects.create(
        name="app", key_prefix="app", scopes=[Scope.CASES_READ, Scope.CASES_ANSWER_FOR_CUSTOMER]
    )
    for actor_of in (customer_of, lambda case: Actor.integration(spokesman)):
        case = case_at(Status.ANSWERED, lan)
        answer.accept(case, actor=actor_of(case))
        assert case.closed_as == "accepted"


def test_a_rejection_cites_what_the_customer_said_after_the_answer(lan):
    case = case_at(Status.ANSWERED, lan)
    first = case.messages.filter(direction="in").get()
    before = snapshot(case)
    for cited in ({}, {"message": first.pk}, {"message": 999_999}):
        with pytest.raises(Invalid):
            answer.reject(case, actor=Actor.staff(lan), **cited)
    assert snapshot(case) == before
    said = intake.add_message(case, actor=customer_of(case), channel=case.channel, body="Vẫn chưa có tiền.")
    answer.reject(case, actor=Actor.staff(lan), message=said.pk)
    assert (case.status, case.round) == (Status.REOPENED, 2)
    assert case.events.get(kind="outcome_rejected").facts["message"] == said.pk
