"""Every step from every status: the legal ones lead where the table says, all others change nothing."""

import re
from pathlib import Path

import pytest

from accounts.actors import Actor
from accounts.models import ApiClient, Department, Role, Scope
from cases.evidence.wanted import Wanted
from cases.models import Answer, Category
from cases.states import TRANSITIONS, Status, Step
from cases.workflow import answer, ending, evidence, resolution, routing
from cases.workflow._conditions import ANSWERED_BEFORE
from cases.workflow.steps import allowed_steps
from cskh.core.errors import NotPermitted, StepNotAllowed
from tests.cases.building import INTAKE, case_at, customer_of, open_case, snapshot, take_as

# Written out on purpose: the table of the design, not the table of the code.
TABLE = {
    Step.CLASSIFY: ({"received"}, "routed"),
    Step.RECLASSIFY: ("open", None),
    Step.ASSIGN: ("open", None),
    Step.REQUEST_EVIDENCE: ({"routed", "verifying", "resolving", "reopened"}, "awaiting_customer"),
    Step.EVIDENCE_COMPLETED: ({"awaiting_customer"}, "verifying"),
    Step.EVIDENCE_OVERDUE: ({"awaiting_customer"}, "resolving"),
    Step.START_RESOLVING: ({"routed", "verifying", "reopened"}, "resolving"),
    Step.PROPOSE: ({"resolving", "reopened"}, "awaiting_approval"),
    Step.APPROVE: ({"awaiting_approval"}, "resolving"),
    Step.RETURN: ({"awaiting_approval"}, "resolving"),
    Step.ANSWER: ({"routed", "resolving", "reopened"}, "answered"),
    Step.ACCEPT: ({"answered"}, "closed"),
    Step.REJECT: ({"answered"}, "reopened"),
    Step.CLOSE_NO_REPLY: ({"answered"}, "closed"),
    Step.FINAL_RESPONSE: (set(), "closed"),  # never in the first round; its own tests are below
    Step.REOPEN: ({"closed"}, "reopened"),
    Step.WITHDRAW: ("open", "closed"),
    Step.MARK_DUPLICATE: ("unanswered", "closed"),
    Step.MARK_SPAM: ("unanswered", "closed"),
}
CLOSED_AS = {
    Step.ACCEPT: "accepted",
    Step.CLOSE_NO_REPLY: "no_reply",
    Step.FINAL_RESPONSE: "final_response",
    Step.WITHDRAW: "withdrawn",
    Step.MARK_DUPLICATE: "duplicate",
    Step.MARK_SPAM: "spam",
}

BY_TIME_ALONE = {Step.EVIDENCE_OVERDUE, Step.CLOSE_NO_REPLY}


@pytest.fixture
def people(make_staff):
    """The worker who brings cases to their status, the head who takes the step, and a colleague for reviews."""
    worker = make_staff("lan", Role.SPECIALIST)
    make_staff("minh", Role.SPECIALIST)
    return {"worker": worker, "head": make_staff("son", Role.MANAGER)}


def take(step, case, people):
    """Takes the step as whoever may: the head, the customer or the clock."""
    if step in (Step.ACCEPT, Step.REJECT, Step.WITHDRAW):
        actor = customer_of(case)
    elif step in BY_TIME_ALONE:
        actor = Actor.system("sla")
    else:
        actor = Actor.staff(people["head"])
    take_as(actor, step, case, assignee=people["head"])


def sources_of(step):
    sources, is_open = TABLE[step][0], {status.value for status in Status if status != Status.CLOSED}
    if sources == "unanswered":  # what is reopened here was rejected; its own tests are below
        return is_open - {"reopened"}
    return is_open if sources == "open" else sources


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("step", "status"),
    [
        (step, status)
        for step in Step
        for status in Status
        # One function takes both: which of them it is follows from the status.
        if (step, status == Status.RECEIVED) not in {(Step.CLASSIFY, False), (Step.RECLASSIFY, True)}
    ],
)
def test_step_from_status(step, status, people):
    case = case_at(status, people["worker"])
    before = snapshot(case)
    if status in sources_of(step):
        take(step, case, people)
        target = TABLE[step][1] or status
        case.refresh_from_db()
        assert (case.status, case.closed_as) == (target, CLOSED_AS.get(step, "") if target == "closed" else "")
        assert len(snapshot(case)["events"]) > len(before["events"])
    else:
        with pytest.raises(StepNotAllowed):
            take(step, case, people)
        assert snapshot(case) == before


def test_the_code_has_the_table_of_the_design():
    for step, move in TRANSITIONS.items():
        expected = {"resolving"} if step == Step.FINAL_RESPONSE else sources_of(step)
        expected = expected | {"reopened"} if TABLE[step][0] == "unanswered" else expected
        assert {str(source) for source in move.sources} == expected, step
        assert move.target == TABLE[step][1], step
        assert (move.closed_as or None) == CLOSED_AS.get(step), step
    assert set(TRANSITIONS) == set(Step)


@pytest.mark.django_db
@pytest.mark.parametrize("status", list(Status))
def test_allowed_steps_are_those_the_gate_lets_through(status, people):
    allowed = allowed_steps(Actor.staff(people["head"]), case_at(status, people["worker"]))
    assert set(allowed) == {step for step in Step if status in sources_of(step)} - BY_TIME_ALONE
    for step in allowed:
        take(step, case_at(status, people["worker"]), people)


@pytest.mark.django_db
def test_what_needs_approval_is_answered_only_with_the_approved_text(people):
    lan, head = Actor.staff(people["worker"]), Actor.staff(people["head"])
    case = case_at(Status.RESOLVING, people["worker"], category="settlement")
    before = snapshot(case)
    with pytest.raises(StepNotAllowed):
        answer.send_answer(case, actor=lan, body="Không duyệt.")
    assert snapshot(case) == before
    resolution.propose(case, actor=lan, body="Hoàn tiền.")
    resolution.approve(case, actor=head)
    approved = case.answers.get()
    resolution.propose(case, actor=lan, body="Hoàn tiền và xin lỗi.")  # the approved text may be replaced, not edited
    told = case.events.filter(kind__in=["outcome_returned", "outcome_proposed"]).order_by("-number")[:2]
    assert [(event.kind, event.actor_id) for event in told] == [
        ("outcome_proposed", lan.id),
        ("outcome_returned", lan.id),
    ]
    assert told[1].facts == {"answer": approved.pk, "why": "new_proposal"}
    with pytest.raises(StepNotAllowed):
        answer.send_answer(case, actor=lan)
    resolution.approve(case, actor=head)
    assert answer.send_answer(case, actor=lan).body == "Hoàn tiền và xin lỗi."
    assert Answer.objects.filter(case=case, state=Answer.State.SENT).count() == 1


@pytest.mark.django_db
def test_another_category_is_no_way_around_approval(people):
    lan, head = Actor.staff(people["worker"]), Actor.staff(people["head"])
    case = case_at(Status.RESOLVING, people["worker"], category="settlement")
    free = Category.objects.get(slug="other")
    before = snapshot(case)
    for actor in (lan, INTAKE):
        with pytest.raises(NotPermitted):
            routing.classify_case(case, actor=actor, category=free)
    assert snapshot(case) == before
    routing.classify_case(case, actor=head, category=free, summary="Không phải tranh chấp kết quả")
    routing.assign_case(case, actor=head, assignee=people["worker"])
    assert answer.send_answer(case, actor=lan, body="Không cần duyệt.").body == "Không cần duyệt."


@pytest.mark.django_db
def test_what_was_approved_is_proposed_anew_once_more_evidence_is_asked_for(people):
    lan, head = Actor.staff(people["worker"]), Actor.staff(people["head"])
    case = case_at(Status.AWAITING_APPROVAL, people["worker"], category="settlement")
    approved = resolution.approve(case, actor=head)
    evidence.request_evidence(case, actor=lan, items=[Wanted(name="Thời điểm xảy ra")])
    evidence.waive_rest(case, actor=lan, reason="Có trong hệ thống")
    resolution.start_resolving(case, actor=lan)
    approved.refresh_from_db()
    returned = case.events.get(kind="outcome_returned")
    assert (approved.state, returned.actor_kind) == (Answer.State.RETURNED, "system")
    assert returned.facts == {"answer": approved.pk, "why": "new_evidence"}
    before = snapshot(case)
    with pytest.raises(StepNotAllowed):
        answer.send_answer(case, actor=lan, body=approved.body)
    assert snapshot(case) == before
    resolution.propose(case, actor=lan, body=approved.body)
    resolution.approve(case, actor=head)
    answer.send_answer(case, actor=lan)
    assert case.status == Status.ANSWERED


@pytest.mark.django_db
def test_a_final_response_only_after_a_rejection(people):
    case = case_at(Status.RESOLVING, people["worker"])
    head = Actor.staff(people["head"])
    before = snapshot(case)
    with pytest.raises(StepNotAllowed):
        answer.give_final_response(case, actor=head, body="Trả lời cuối cùng.")
    assert snapshot(case) == before
    reopened = case_at(Status.REOPENED, people["worker"])
    resolution.start_resolving(reopened, actor=head)
    answer.give_final_response(reopened, actor=head, body="Trả lời cuối cùng.")
    assert (reopened.status, reopened.closed_as) == (Status.CLOSED, "final_response")


@pytest.mark.django_db
def test_what_was_spam_by_mistake_is_intakes_again(people):
    case = open_case()
    ending.mark_spam(case, actor=INTAKE)
    ending.reopen(case, actor=Actor.staff(people["head"]), reason="Không phải thư rác")
    assert (case.status, case.department, case.assignee, case.needs_manager) == (Status.REOPENED, None, None, False)
    routing.classify_case(case, actor=Actor.staff(people["head"]), category=Category.objects.get(slug="other"))
    assert (case.status, case.department) == (Status.REOPENED, Department.objects.get(slug="intake"))


SORTINGS = {
    Step.MARK_SPAM: lambda case, actor: ending.mark_spam(case, actor=actor, reason="Quảng cáo"),
    Step.MARK_DUPLICATE: lambda case, actor: ending.mark_duplicate(case, actor=actor, of=open_case()),
}


@pytest.mark.django_db
@pytest.mark.parametrize("step", SORTINGS)
def test_what_was_rejected_is_not_sorted_out(people, step):
    head, case = Actor.staff(people["head"]), case_at(Status.REOPENED, people["worker"])
    program = Actor.integration(ApiClient.objects.create_with_key("crm", [Scope.CASES_WORK])[0])
    before = snapshot(case)
    for actor in (head, program):
        assert step not in allowed_steps(actor, case)
        with pytest.raises(StepNotAllowed, match=re.escape(str(ANSWERED_BEFORE))):
            SORTINGS[step](case, actor)
    assert snapshot(case) == before
    other = open_case()
    ending.mark_duplicate(other, actor=head, of=case)  # as the sentence advises
    assert other.duplicate_of == case


@pytest.mark.django_db
@pytest.mark.parametrize("step", SORTINGS)
def test_what_was_sorted_out_by_mistake_may_be_sorted_out_again(people, step):
    head, case = Actor.staff(people["head"]), open_case()
    ending.mark_spam(case, actor=head, reason="Quảng cáo")
    ending.reopen(case, actor=head, reason="Không phải thư rác")
    assert (case.round, step in allowed_steps(head, case)) == (2, True)
    SORTINGS[step](case, head)
    assert case.status == Status.CLOSED


@pytest.mark.django_db
@pytest.mark.parametrize("step", SORTINGS)
def test_what_was_answered_and_is_no_complaint_may_still_be_sorted_out(people, step):
    head, case = Actor.staff(people["head"]), case_at(Status.ANSWERED, people["worker"])
    assert step in allowed_steps(head, case)
    SORTINGS[step](case, head)
    assert case.status == Status.CLOSED


def test_only_the_gate_writes_the_status():
    root = Path(__file__).resolve().parents[3]
    writes = re.compile(r"\bstatus\s*=(?!=)|[\"']status[\"']\s*:\s*Status|setattr\(.*status")
    case_status = re.compile(r"\b(case|held)\w*\.status\s*=(?!=)|update\([^)]*\bstatus=Status|Case\([^)]*\bstatus=")
    found = [
        f"{path.relative_to(root)}:{number}"
        for app in ("cases", "channels_app", "accounts", "cskh")
        for path in (root / app).rglob("*.py")
        if "migrations" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if case_status.search(line) and writes.search(line)
    ]
    assert [one for one in found if not one.startswith("cases/workflow/_take_step.py")] == []
    assert found, "the gate itself must be found, or this test finds nothing"
