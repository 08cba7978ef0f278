"""What customers read of the history: nothing that stays inside, whatever kind of event it is."""

import pytest

from accounts.actors import Actor
from accounts.customers.directory import Person
from accounts.models import ApiClient, Role
from cases import timeline
from cases.events import ANSWER_TEXTS, EventKind, record
from cases.states import Channel, ClosedAs
from cases.workflow._take_step import change_case
from cases.workflow.opening import Matter
from channels_app import intake

INTERNAL = {
    EventKind.NOTE_ADDED,
    EventKind.CASE_ASSIGNED,
    EventKind.PRIORITY_CHANGED,
    EventKind.OUTCOME_PROPOSED,
    EventKind.OUTCOME_APPROVED,
    EventKind.OUTCOME_RETURNED,
    EventKind.REVIEWER_MISSING,
    EventKind.TRANSFERRED_OFTEN,
    EventKind.CLOCK_WARNED,
    EventKind.CLOCK_BREACHED,
    EventKind.CASE_HANDED_OVER,
    EventKind.CUSTOMER_CHANGED,
    EventKind.DELIVERY_FAILED,
}


def told(case, actor):
    return timeline.entries(list(timeline.events_for(actor, case)), actor)


@pytest.fixture
def case(defaults, settings):
    settings.CASE_EVENT_LISTENERS = ()
    return intake.open_request(
        Matter(subject="Hỏi"),
        actor=Actor.system("intake"),
        channel=Channel.WEB,
        body="Xin hỏi",
        person=Person(name="An", email="an@k.example"),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("kind", EventKind)
def test_customers_see_only_what_is_public_of_every_kind(case, make_staff, kind):
    lan = Actor.staff(make_staff("lan", Role.SPECIALIST, "payments"))
    with change_case(case) as held:
        record(held, kind, actor=lan, words="lời nội bộ", secret="bí mật", assignee=7, sha256="0" * 64)
    entry = next((e for e in told(case, Actor.customer(case.customer)) if e.number == 2), None)
    assert (entry is not None) == (kind.value in timeline.public_kinds())
    if entry is not None:
        assert entry.actor_name == ""
        assert entry.facts == {}
        for_customers = {EventKind.EVIDENCE_REJECTED, EventKind.RESPONSE_CORRECTED, EventKind.PROMISE_TAKEN_BACK}
        assert entry.words == ("lời nội bộ" if kind in for_customers else "")
        assert "bí mật" not in entry.text
    staff = told(case, lan)[-1]
    words = "" if kind in ANSWER_TEXTS else "lời nội bộ"  # an answer is read where it stands
    assert (staff.words, staff.actor_name, staff.facts["secret"]) == (words, "Lan", "bí mật")


@pytest.mark.django_db
@pytest.mark.parametrize("scope", ["cases:open", "cases:customer", "cases:read", "cases:work"])
def test_programs_that_only_open_cases_read_what_customers_do(case, make_staff, scope):
    lan = Actor.staff(make_staff("lan", Role.SPECIALIST, "payments"))
    app = Actor.integration(ApiClient.objects.create_with_key("app", [scope])[0])
    with change_case(case) as held:
        record(held, EventKind.PRIORITY_CHANGED, actor=lan, words="khách hay phàn nàn")
        record(held, EventKind.CASE_TRANSFERRED, actor=lan, words="tóm tắt", department="payments")
        record(held, EventKind.OUTCOME_REJECTED, actor=app, words="chưa nhận được tiền")
    said = [(entry.kind, entry.actor_name, entry.words) for entry in told(case, app)[1:]]
    if scope in ("cases:read", "cases:work"):
        assert said[:2] == [("priority_changed", "Lan", "khách hay phàn nàn"), ("case_transferred", "Lan", "tóm tắt")]
    else:
        assert said == [("case_transferred", "", ""), ("outcome_rejected", "", "chưa nhận được tiền")]


def test_internal_kinds_are_not_public():
    assert not INTERNAL & set(timeline.PUBLIC_FACTS)


@pytest.mark.django_db
@pytest.mark.parametrize("closed_as", ClosedAs)
def test_spam_is_just_closed_to_customers(case, closed_as):
    """Every other end is told."""
    with change_case(case) as held:
        record(held, EventKind.CASE_CLOSED, actor=Actor.system("intake"), closed_as=closed_as.value, round=1)
    entry = told(case, Actor.customer(case.customer))[-1]
    is_told = closed_as != ClosedAs.SPAM
    assert entry.facts == ({"closed_as": closed_as.value} if is_told else {}) | {"round": 1}
    assert (str(closed_as.label) in entry.text) == is_told
    assert str(closed_as.label) in told(case, Actor.system("desk"))[-1].text
