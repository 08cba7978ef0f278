"""Nothing is decided while what is at the heart of a dispute is open (R-48, I3), for every type that is shipped; and each such
gate can be ended fairly."""

import pytest

from accounts.actors import Actor
from accounts.models import ApiClient, Role, Scope
from cases.evidence import queries
from cases.evidence.wanted import Wanted
from cases.models import Case, Category
from cases.states import Status, Step
from cases.workflow import answer, checks, ending, evidence, facts, resolution, routing
from cases.workflow.steps import allowed_steps
from cskh.core.errors import NotPermitted, StepNotAllowed
from cskh.defaults.checklists import CHECKLISTS
from tests.cases.building import customer_of, note_amount, open_case, settle_facts, snapshot

pytestmark = pytest.mark.django_db
OF_FACTS = sorted(slug for slug, entries in CHECKLISTS.items() if any(entry.must_be_verified for entry in entries))
OF_CHECKS = sorted(set(CHECKLISTS) - set(OF_FACTS))


@pytest.fixture
def boss(make_staff):
    return Actor.staff(make_staff("son", Role.MANAGER))


@pytest.fixture
def works():
    client, _ = ApiClient.objects.create_with_key("app", list(Scope))
    return Actor.integration(client)


@pytest.fixture
def of_department(make_staff):
    """of_department(slug): somebody of the department that cases of that type go to; some are restricted to it."""

    def make(slug):
        return Actor.staff(make_staff("hoa", Role.SPECIALIST, Category.objects.get(slug=slug).department.slug))

    return make


def handled(slug, lan):
    """A case of that type that somebody works on, about little money."""
    case = open_case(slug)
    routing.assign_case(case, actor=lan, assignee=lan.subject)
    resolution.start_resolving(case, actor=lan)
    note_amount(case, lan)
    return case


def decide(case, actor):
    """The step that decides: an answer, or where outcomes are approved a proposal."""
    if case.category.needs_approval:
        resolution.propose(case, actor=actor, body="Đã xem xét xong.")
    else:
        answer.send_answer(case, actor=actor, body="Đã xem xét xong.")
    return Case.objects.get(pk=case.pk).status


def gate_of(case):
    file = queries.file_of(case)
    return [*(line.name for line in file.undecided), *(check.entry.name for check in file.unmade)]


def gate_fact(case):
    return next(line.slug for line in queries.file_of(case).facts if line.must_be_verified)


def test_money_is_decided_on_facts_and_the_rest_on_a_look_into_what_is_ours():
    assert OF_FACTS == ["account-takeover", "deposit-not-credited", "settlement", "withdrawal-delayed"]
    assert {
        slug: [entry.slug for entry in CHECKLISTS[slug] if entry.part == "check" and entry.mandatory]
        for slug in OF_CHECKS
    } == {
        "account-closed": ["self-exclusion-first"],
        "account-locked": ["self-exclusion-first"],
        "impersonation": ["ours-or-not"],
        "login-failure": ["takeover-signs"],
        "privacy-request": ["duty-to-keep"],
        "promotion": ["terms-then"],
        "self-exclusion": ["at-once"],
        "staff-conduct": ["recording"],
        "technical-error": ["money-affected"],
    }


@pytest.mark.parametrize("slug", sorted(CHECKLISTS))
def test_no_decision_while_it_is_open(slug, of_department, works):
    lan = of_department(slug)
    case = handled(slug, lan)
    [gate] = gate_of(case)
    before = snapshot(case)
    for actor in (lan, works):
        with pytest.raises(StepNotAllowed, match=gate):
            decide(case, actor)
        assert not {Step.ANSWER, Step.PROPOSE} & set(allowed_steps(actor, case))
    assert snapshot(case) == before
    settle_facts(case, lan)
    assert gate_of(case) == []
    assert decide(case, lan) in (Status.ANSWERED, Status.AWAITING_APPROVAL)


@pytest.mark.parametrize("slug", sorted(CHECKLISTS))
def test_nor_approved_once_it_is_open_again(slug, of_department, boss):
    lan = of_department(slug)
    case = handled(slug, lan)
    settle_facts(case, lan)
    resolution.propose(case, actor=lan, body="Đã xem xét xong.")
    if slug in OF_FACTS:
        facts.note_claim(case, actor=lan, fact=gate_fact(case), value="Khách nói khác")
    else:
        [made] = [check for check in queries.file_of(case).checks if check.made]
        checks.take_back_check(case, actor=lan, check=made.entry.slug)
    [gate] = gate_of(case)
    before = snapshot(case)
    with pytest.raises(StepNotAllowed, match=gate):
        resolution.approve(case, actor=boss)
    assert snapshot(case) == before


@pytest.mark.parametrize("slug", ["deposit-not-credited", "login-failure"])
def test_nor_is_the_last_word_given(slug, lan, boss, minh):
    case = handled(slug, lan)
    settle_facts(case, lan)
    if slug == "login-failure":
        [check] = [one.entry.slug for one in queries.file_of(case).checks if one.made]
    decide(case, lan)
    answer.reject(case, actor=customer_of(case), reason="Chưa được")
    case.refresh_from_db()
    resolution.start_resolving(case, actor=minh)
    if slug == "login-failure":
        checks.take_back_check(case, actor=minh, check=check)
    else:
        facts.note_claim(case, actor=minh, fact=gate_fact(case), value="FT26326009999")
    [gate] = gate_of(case)
    before = snapshot(case)
    with pytest.raises(StepNotAllowed, match=gate):
        answer.give_final_response(case, actor=boss, body="Trả lời cuối cùng.")
    assert snapshot(case) == before


@pytest.mark.parametrize("slug", OF_FACTS)
class TestItEndsFairly:
    def test_where_it_cannot_be_verified(self, slug, lan):
        case = handled(slug, lan)
        facts.verify_fact(
            case,
            actor=lan,
            fact=gate_fact(case),
            result="unable",
            value="Khách không nhớ",
            sources=facts.Sources(statement="Sổ lệnh không giữ lâu như vậy"),
        )
        assert decide(case, lan) in (Status.ANSWERED, Status.AWAITING_APPROVAL)

    def test_where_the_customer_stays_silent_to_the_end_of_the_longest_wait(self, slug, lan):
        case = handled(slug, lan)
        evidence.request_evidence(case, actor=lan, items=[Wanted(name=gate_fact(case))], late_why="Mới thấy thiếu")
        evidence.stop_waiting(case, actor=Actor.system("sla"))
        assert decide(case, lan) in (Status.ANSWERED, Status.AWAITING_APPROVAL)

    def test_by_whoever_answers_for_the_case_with_a_reason(self, slug, lan, boss):
        case = handled(slug, lan)
        before = snapshot(case)
        with pytest.raises(NotPermitted):
            facts.set_aside(case, actor=lan, thing=gate_fact(case), reason="Tra theo giờ")
        assert snapshot(case) == before
        facts.set_aside(case, actor=boss, thing=gate_fact(case), reason="Tra theo giờ")
        assert decide(case, lan) in (Status.ANSWERED, Status.AWAITING_APPROVAL)

    def test_not_by_waiving_what_was_asked(self, slug, lan):
        case = handled(slug, lan)
        evidence.request_evidence(case, actor=lan, items=[Wanted(name=gate_fact(case))], late_why="Mới thấy thiếu")
        evidence.waive_rest(case, actor=lan, reason="Không chờ nữa")
        assert len(gate_of(case)) == 1
        assert not {Step.ANSWER, Step.PROPOSE} & set(allowed_steps(lan, Case.objects.get(pk=case.pk)))

    @pytest.mark.parametrize("end", ["withdrawn", "duplicate", "spam"])
    def test_an_end_while_it_was_asked_for_is_no_silence(self, slug, lan, minh, end):
        case = handled(slug, lan)
        evidence.request_evidence(case, actor=lan, items=[Wanted(name=gate_fact(case))], late_why="Mới thấy thiếu")
        if end == "withdrawn":
            ending.withdraw(case, actor=customer_of(case))
        elif end == "duplicate":
            ending.mark_duplicate(case, actor=lan, of=open_case(slug))
        else:
            ending.mark_spam(case, actor=lan, reason="Nhầm")
        ending.reopen(case, actor=minh, reason="Khách gọi lại")
        case.refresh_from_db()
        resolution.start_resolving(case, actor=minh)
        [gate] = gate_of(case)
        with pytest.raises(StepNotAllowed, match=gate):
            decide(case, minh)
