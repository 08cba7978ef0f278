"""The customer's word, as staff may write it down."""

import pytest

from accounts.actors import Actor
from accounts.models import Role
from cases.models import EventText
from cases.states import Status
from cases.workflow import answer
from channels_app import intake
from cskh.core.errors import Invalid
from tests.cases.building import case_at, customer_of, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan(make_staff):
    return make_staff("lan", Role.SPECIALIST)


def test_acceptance_written_down_by_staff_needs_its_proof(lan):
    case = case_at(Status.ANSWERED, lan)
    before = snapshot(case)
    with pytest.raises(Invalid):
        answer.accept(case, actor=Actor.staff(lan), proof="  ")
    assert snapshot(case) == before
    answer.accept(case, actor=Actor.staff(lan), proof="Ghi âm 2026-11-18/77")
    assert EventText.objects.get(event__case=case, event__kind="outcome_accepted").text == "Ghi âm 2026-11-18/77"


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
