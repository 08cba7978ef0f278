"""Checks to make: by a named person, once, taken back with a trace; and what is not decided before."""

import pytest
from django.db import DatabaseError, transaction

from accounts.actors import Actor
from accounts.models import ApiClient, Role, Scope
from cases.events import flaws_of
from cases.evidence import queries
from cases.evidence.models import ChecklistItem, FactEntry
from cases.states import Status, Step
from cases.workflow import answer, checks, ending, facts, resolution, routing
from cases.workflow.steps import allowed_steps, what_is_missing
from cskh.core.errors import Conflict, Invalid, NotPermitted, NotVisible, StepNotAllowed
from tests.cases.building import customer_of, open_case, settle_facts, snapshot

pytestmark = pytest.mark.django_db
CHECK = "code-unused"


@pytest.fixture
def mandatory(case, lan):
    """Nothing is decided before this check is made, and of what else has to be seen to nothing is open."""
    settle_facts(case, lan)
    ChecklistItem.objects.filter(slug=CHECK).update(is_mandatory=True)
    return ChecklistItem.objects.get(slug=CHECK, checklist__category__slug="deposit-not-credited").name


def check(case, slug=CHECK):
    return next(one for one in queries.file_of(case).checks if one.entry.slug == slug)


def test_a_person_makes_it_and_it_stands_in_the_record(case, lan):
    assert check(case).made is None
    entry = checks.make_check(case, actor=lan, check=CHECK, note=" Sổ lệnh\nhôm nay ")
    made = check(case).made
    assert (made, made.by_id, made.statement) == (entry, lan.id, "Sổ lệnh hôm nay")
    event = case.events.get(kind="check_made")
    assert (event.actor_id, event.facts["made_check"], event.words.text) == (lan.id, CHECK, "Sổ lệnh hôm nay")
    assert "Sổ lệnh" not in str(event.facts)
    assert list(flaws_of(case)) == []
    assert check(case, "time-window").made is None


def test_it_is_taken_back_with_a_trace_and_made_again(case, lan, minh):
    checks.make_check(case, actor=lan, check=CHECK)
    checks.take_back_check(case, actor=minh, check=CHECK, note="Nhầm mã")
    assert check(case).made is None
    assert case.events.get(kind="check_taken_back").words.text == "Nhầm mã"
    checks.make_check(case, actor=minh, check=CHECK)
    assert [(one.kind, one.by_id) for one in check(case).said] == [
        ("made", lan.id),
        ("taken_back", minh.id),
        ("made", minh.id),
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        FactEntry.objects.filter(kind="made").update(by_id="0")


def test_nothing_happens_twice(case, lan, minh):
    with pytest.raises(Conflict):
        checks.take_back_check(case, actor=lan, check=CHECK)
    checks.make_check(case, actor=lan, check=CHECK)
    before = snapshot(case)
    with pytest.raises(Conflict):
        checks.make_check(case, actor=minh, check=CHECK)
    assert snapshot(case) == before


def test_only_people_who_work_on_the_open_case_and_only_what_is_on_its_checklist(case, lan, make_staff):
    works, _ = ApiClient.objects.create_with_key("app", [Scope.CASES_WORK])
    before = snapshot(case)
    for actor, error in (
        (Actor.integration(works), NotPermitted),
        (customer_of(case), NotPermitted),
        (Actor.staff(make_staff("kiem", Role.AUDITOR)), NotPermitted),
        (Actor.staff(make_staff("tuan", Role.SPECIALIST, "technical")), NotVisible),
    ):
        with pytest.raises(error):
            checks.make_check(case, actor=actor, check=CHECK)
    for other in ("no-such-check", "transaction-code", "deposit-order"):
        with pytest.raises(Invalid):
            checks.make_check(case, actor=lan, check=other)
    assert snapshot(case) == before
    ending.withdraw(case, actor=lan, reason="Khách rút")
    with pytest.raises(StepNotAllowed):
        checks.make_check(case, actor=lan, check=CHECK)


def test_what_is_not_mandatory_stops_nothing(case, lan):
    settle_facts(case, lan)
    assert queries.file_of(case).unmade == []
    answer.send_answer(case, actor=lan, body="Đã ghi có.")
    assert case.status == Status.ANSWERED


def test_nothing_is_decided_before_a_mandatory_one_is_made(case, lan, mandatory):
    assert mandatory in queries.file_of(case).missing_names
    assert mandatory not in [line.name for line in queries.file_of(case).missing]  # the customer is not asked for it
    assert Step.ANSWER not in allowed_steps(lan, case)
    assert mandatory in what_is_missing(Step.ANSWER, case)
    with pytest.raises(StepNotAllowed, match=mandatory):
        answer.send_answer(case, actor=lan, body="Đã ghi có.")
    checks.make_check(case, actor=lan, check=CHECK)
    assert mandatory not in queries.file_of(case).missing_names
    answer.send_answer(case, actor=lan, body="Đã ghi có.")
    assert case.status == Status.ANSWERED


def test_what_was_approved_falls_with_a_check_that_is_taken_back(case, lan, make_staff):
    settle_facts(case, lan)
    checks.make_check(case, actor=lan, check=CHECK)
    resolution.start_resolving(case, actor=lan)
    resolution.propose(case, actor=lan, body="Ghi có.")
    resolution.approve(case, actor=Actor.staff(make_staff("son", Role.MANAGER)))
    checks.take_back_check(case, actor=lan, check=CHECK)
    assert case.answers.get().state == "returned"


def test_it_stays_made_in_another_category_and_is_no_fact_there(case, lan, make_staff):
    checks.make_check(case, actor=lan, check=CHECK)
    other = open_case("settlement").category
    ChecklistItem.objects.filter(slug="transaction-code", checklist__category=other).update(slug=CHECK)
    routing.classify_case(case, actor=lan, category=other, summary="Kết quả bị tranh cãi")
    line = next(one for one in queries.file_of(case).facts if one.slug == CHECK)
    assert (line.said, line.fact_state) == ([], "claimed")
    facts.verify_fact(case, actor=lan, fact=CHECK, result="unable", sources=facts.Sources(statement="Sổ lệnh"))
    back = open_case("deposit-not-credited").category
    manager = Actor.staff(make_staff("son", Role.MANAGER))
    routing.classify_case(case, actor=manager, category=back, reason="Nạp tiền", summary="Nạp tiền")
    assert check(case).made.by_id == lan.id
