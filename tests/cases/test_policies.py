"""Role × step × relation on the domain itself, held against the table; a refusal changes nothing."""

from contextlib import contextmanager
from functools import partial

import pytest

from accounts.actors import Actor
from accounts.models import ApiClient, Role, Scope
from cases import policies
from cases.models import Case
from cases.states import ClosedAs, Status, Step
from cases.workflow import answer, evidence, facts, resolution, routing
from channels_app import outbox
from cskh.core.errors import Invalid, NotPermitted, NotVisible
from tests.cases.building import case_at, customer_of, open_case, settle_facts, snapshot, take_as
from tests.cases.permission_table import CASES, SYSTEM, TABLE, allowed, letters, make_actor, make_case

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("case_name", CASES)
def test_the_table(case_name, make_staff):
    case = make_case(case_name, make_staff)
    for name in TABLE:
        actor, held, where = make_actor(name, case, make_staff), letters(name, case_name), f"{name}, {case_name}"
        assert policies.can_see(actor, case) == ("s" in held), where
        assert {step for step in Step if policies.may(actor, step, case)} == allowed(name, case_name), where
        assert policies.may_converse(actor, case) == ("t" in held), where
        assert policies.may_write(actor, case) == ("o" in held), where
        if actor.is_staff:
            listed = {step for step in Step if policies.who_may(step, case).filter(pk=actor.subject.pk).exists()}
            assert listed == allowed(name, case_name), f"{where}: who_may and may disagree"


@pytest.mark.parametrize("case_name", CASES)
def test_a_refusal_changes_nothing(case_name, make_staff):
    case = make_case(case_name, make_staff)
    somebody = make_staff("thu", Role.SPECIALIST, "payments")
    actors = {name: make_actor(name, case, make_staff) for name in TABLE}
    before = snapshot(case)
    for name, actor in actors.items():
        held = letters(name, case_name)
        refusal = NotPermitted if "s" in held else NotVisible
        # For staff nobody takes the two steps of the clock.
        for step in set(Step) - allowed(name, case_name):
            with refused(refusal, name, case_name, step):
                take_as(actor, step, Case.objects.get(pk=case.pk), assignee=somebody)
        for write in (outbox.write_message, outbox.write_note) if "o" not in held else ():
            with refused(refusal, name, case_name, write.__name__):
                write(case, actor=actor, body="Xin chào")
        assert snapshot(case) == before, f"{name}, {case_name}: a refused step changed the case"


@contextmanager
def refused(error, *where):
    try:
        yield
    except error:
        return
    pytest.fail(f"not refused: {where}")


def test_the_system_takes_its_own_steps_only(make_staff):
    case = make_case("payments", make_staff)
    assert {step for step in Step if policies.may(Actor.system("sla"), step, case)} == SYSTEM


def test_nobody_decides_on_what_they_proposed(make_staff):
    boss, other = make_staff("son", Role.MANAGER), make_staff("yen", Role.MANAGER)
    case = case_at(Status.AWAITING_APPROVAL, boss, category="settlement")
    before = snapshot(case)
    for judge in (
        resolution.approve,
        lambda case, actor: resolution.return_for_rework(case, actor=actor, reason="Sai"),
    ):
        with pytest.raises(NotPermitted):
            judge(case, actor=Actor.staff(boss))
    assert snapshot(case) == before
    assert boss not in policies.who_may(Step.APPROVE, case)
    assert other in policies.who_may(Step.APPROVE, case)
    resolution.approve(case, actor=Actor.staff(other))


def test_who_approved_is_a_decider_too(make_staff):
    lan, boss = make_staff("lan", Role.SPECIALIST, "technical"), make_staff("son", Role.MANAGER)
    case = case_at(Status.AWAITING_APPROVAL, lan, category="settlement")
    resolution.approve(case, actor=Actor.staff(boss))
    answer.send_answer(case, actor=Actor.staff(lan))
    answer.reject(case, actor=customer_of(case))
    assert policies.earlier_deciders(case) == {lan.pk, boss.pk}
    for step in policies.DECIDING_STEPS:
        assert not policies.may(Actor.staff(lan), step, case)
        assert not policies.may(Actor.staff(boss), step, case)


def test_where_nobody_else_is_left_whoever_reviewed_gives_the_last_word(make_staff):
    first, boss = make_staff("lan", Role.SPECIALIST, "payments"), make_staff("son", Role.MANAGER)
    case = open_case("deposit-not-credited")
    settle_facts(case, Actor.staff(first))
    answer.send_answer(case, actor=Actor.staff(first), body="Không thấy khoản tiền.")
    answer.reject(case, actor=customer_of(case))
    routing.assign_case(case, actor=Actor.staff(boss), assignee=boss)
    answer.send_answer(case, actor=Actor.staff(boss), body="Vẫn không thấy.")
    answer.reject(case, actor=customer_of(case))
    assert (case.round, case.assignee, case.needs_manager) == (3, None, True), "it comes back to nobody by itself"
    assert policies.earlier_deciders(case) == {first.pk, boss.pk}
    for step in policies.DECIDING_STEPS:
        assert not policies.may(Actor.staff(first), step, case)
        assert policies.may(Actor.staff(boss), step, case)
        assert first not in policies.who_may(step, case)
        assert boss in policies.who_may(step, case)
    other = make_staff("yen", Role.MANAGER)
    for step in policies.DECIDING_STEPS:
        assert (policies.may(Actor.staff(boss), step, case), policies.may(Actor.staff(other), step, case)) == (
            False,
            True,
        )
        assert boss not in policies.who_may(step, case)
    other.is_active = False
    other.save()
    routing.assign_case(case, actor=Actor.staff(boss), assignee=boss)
    resolution.start_resolving(case, actor=Actor.staff(boss))
    before = snapshot(case)
    with pytest.raises(NotPermitted):
        answer.give_final_response(case, actor=Actor.staff(first), body="Đây là trả lời cuối cùng.")
    assert snapshot(case) == before
    answer.give_final_response(case, actor=Actor.staff(boss), body="Đây là trả lời cuối cùng.")
    assert case.closed_as == ClosedAs.FINAL_RESPONSE


def test_a_program_does_not_review_what_it_answered(make_staff):
    one, other = (
        Actor.integration(ApiClient.objects.create_with_key(name, [Scope.CASES_WORK])[0]) for name in ("one", "other")
    )
    case = open_case("deposit-not-credited")
    settle_facts(case, Actor.staff(make_staff("lan", Role.SPECIALIST, "payments")))
    answer.send_answer(case, actor=one, body="Đã ghi có.")
    answer.reject(case, actor=customer_of(case))
    before = snapshot(case)
    for step in (
        lambda: answer.send_answer(case, actor=one, body="Vẫn thế."),
        lambda: resolution.propose(case, actor=one, body="Vẫn thế."),
    ):
        with pytest.raises(NotPermitted):
            step()
    assert snapshot(case) == before
    answer.send_answer(case, actor=other, body="Đã xem lại.")


def test_a_reopened_case_is_never_given_back(make_staff):
    lan, boss = make_staff("lan", Role.SPECIALIST, "payments"), make_staff("son", Role.MANAGER)
    case = open_case("deposit-not-credited")
    routing.assign_case(case, actor=Actor.staff(lan), assignee=lan)
    settle_facts(case, Actor.staff(lan))
    answer.send_answer(case, actor=Actor.staff(lan), body="Đã ghi có.")
    answer.reject(case, actor=customer_of(case))
    assert (case.assignee, case.needs_manager) == (None, True)
    assert case.events.filter(kind="reviewer_missing").count() == 1
    before = snapshot(case)
    with pytest.raises(Invalid):
        routing.assign_case(case, actor=Actor.staff(boss), assignee=lan)
    assert snapshot(case) == before
    routing.assign_case(case, actor=Actor.staff(boss), assignee=boss)
    assert (case.assignee, case.needs_manager) == (boss, False)


def test_who_found_against_the_customer_is_a_decider_of_that_round(make_staff, django_assert_num_queries):
    people = {name: make_staff(name, Role.SPECIALIST, "payments") for name in ("lan", "minh", "nga", "thu", "hung")}
    lan, minh, nga, thu, hung = (Actor.staff(user) for user in people.values())
    case = open_case("deposit-not-credited", transaction_ref="FT26326004511")
    verify = partial(facts.verify_fact, case, fact="transaction-code", sources=facts.Sources(statement="Sổ lệnh nạp"))
    facts.confirm_finding(verify(actor=lan, result="contradicted"), actor=minh)
    facts.verify_fact(
        case, actor=thu, fact="amount", result="unable", value="2 triệu", sources=facts.Sources(statement="Sổ lệnh")
    )
    answer.send_answer(case, actor=nga, body="Không thấy khoản tiền.")
    answer.reject(case, actor=customer_of(case))
    assert case.assignee in (people["thu"], people["hung"])
    verify(actor=hung, result="contradicted")  # in the present round: it is hung's to decide on
    with django_assert_num_queries(2):
        assert policies.earlier_deciders(case) == {people[name].pk for name in ("lan", "minh", "nga")}
    assert set(policies.handlers_of(case)) == {people["thu"], people["hung"]}
    assert not policies.may(minh, Step.START_RESOLVING, case)
    assert policies.may(hung, Step.START_RESOLVING, case)


@pytest.mark.parametrize("name", ["auditor", "technician"])
def test_whoever_may_not_hears_nothing_of_what_is_wrong_with_their_words(name, make_staff):
    case = make_case("payments", make_staff)
    item = evidence.submit_evidence(case, actor=customer_of(case), channel=case.channel, text="FT123")
    actor, before = make_actor(name, case, make_staff), snapshot(case)
    for wrong in (
        lambda: resolution.propose(case, actor=actor, body=" "),
        lambda: answer.send_answer(case, actor=actor, body=" "),
        lambda: evidence.request_evidence(case, actor=actor, items=[], due_at=case.opened_at),
        lambda: evidence.waive_rest(case, actor=actor, reason=""),
        lambda: routing.assign_case(case, actor=actor, assignee=actor.subject),
        lambda: evidence.verify_evidence(item, actor=actor, result="rejected", reason=""),
        lambda: evidence.verify_evidence(item, actor=actor, result="perhaps"),
    ):
        with pytest.raises(NotPermitted if "s" in letters(name, "payments") else NotVisible):
            wrong()
    assert snapshot(case) == before
