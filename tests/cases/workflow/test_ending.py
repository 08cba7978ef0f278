"""Ends without an answer."""

import pytest

from accounts.actors import Actor
from accounts.models import Role
from cases.models import Case, Category
from cases.workflow import answer, ending, resolution, routing
from cases.workflow.ending import mark_duplicate
from cskh.core.errors import Invalid, NotPermitted, NotVisible
from tests.cases.building import open_case, snapshot

pytestmark = pytest.mark.django_db


def missing(call, case, actor):
    """The step without what it asks for."""
    topic = Category.objects.filter(parent=None).first()
    {
        "classify": lambda: routing.classify_case(case, actor=actor, category=topic),
        "transfer": lambda: routing.transfer_case(case, actor=actor, department=case.department, summary=""),
        "return": lambda: resolution.return_for_rework(case, actor=actor, reason=""),
        "accept": lambda: answer.accept(case, actor=actor),
        "reject": lambda: answer.reject(case, actor=actor),
        "withdraw": lambda: ending.withdraw(case, actor=actor),
        "duplicate": lambda: mark_duplicate(case, actor=actor, of=case),
        "spam": lambda: ending.mark_spam(case, actor=actor),
        "reopen": lambda: ending.reopen(case, actor=actor),
        "decline": lambda: ending.decline_reopening(case, actor=actor, reason=""),
    }[call]()


CALLS = ["classify", "transfer", "return", "accept", "reject", "withdraw", "duplicate", "spam", "reopen", "decline"]


@pytest.mark.parametrize("call", CALLS)
def test_who_may_not_learns_nothing_of_what_a_step_asks_for(call, make_staff):
    """First whether somebody may, and only then whether what they typed will do."""
    stranger = Actor.staff(make_staff("tam", Role.SPECIALIST, "technical"))
    auditor = Actor.staff(make_staff("quang", Role.AUDITOR))
    case = open_case("deposit-not-credited")
    before = snapshot(case)
    for actor, refusal in ((stranger, NotVisible), (auditor, NotPermitted)):
        with pytest.raises(refusal):
            missing(call, case, actor)
    with pytest.raises(Invalid):
        missing(call, case, Actor.staff(make_staff("son", Role.MANAGER)))
    assert snapshot(case) == before


def test_duplicates_never_form_a_circle(make_staff):
    """Two people who look at the same pages at once: the second one's page is older than what the first one did."""
    hoa = Actor.staff(make_staff("hoa", Role.INTAKE, "intake"))
    one, other = open_case(), open_case()
    seen_before = Case.objects.get(pk=one.pk)
    mark_duplicate(one, actor=hoa, of=other)
    before = snapshot(other)
    with pytest.raises(Invalid) as refused:
        mark_duplicate(other, actor=hoa, of=seen_before)
    assert list(refused.value.errors) == ["of"]
    assert snapshot(other) == before
