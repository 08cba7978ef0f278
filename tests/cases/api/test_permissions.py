"""Everybody at every address of a case, held against the table; a refusal changes nothing in the whole database."""

from functools import partial

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.actors import Actor
from accounts.customers.directory import Person, recognise
from cases.api.steps import STEPS
from cases.models import Answer
from cases.states import TRANSITIONS, Step
from cases.workflow import complaint, responding
from cases.workflow._take_step import change_case
from tests.api import bearer, token
from tests.cases.building import settle_facts
from tests.cases.complaints.problem_records import with_a_link
from tests.cases.complaints.remedying import in_days, remedies_at_every_stage
from tests.cases.fingerprint import fingerprint, tried
from tests.cases.matters import make_matter
from tests.cases.permission_table import CASES, CLIENTS, TABLE, get_user, letter_of, letters, make_client

pytestmark = pytest.mark.django_db

# What is no step: the letter, the method, the address, what is sent.
CALLS = {
    "read": ("s", "get", "/api/v1/cases/{code}/", {}),
    "timeline": ("s", "get", "/api/v1/cases/{code}/timeline/", {}),
    "messages": ("s", "get", "/api/v1/cases/{code}/messages/", {}),
    "say": ("t", "post", "/api/v1/cases/{code}/messages/", {"body": "Xin chào"}),
    "note": ("o", "post", "/api/v1/cases/{code}/messages/", {"body": "Đã gọi lại", "internal": True}),
    "hand-in": ("t", "post", "/api/v1/cases/{code}/evidence/", {"text": "FT26326009999"}),
    "verify": ("w", "post", "/api/v1/evidence/{item}/verify/", {"result": "accepted"}),
}


def test_every_step_people_take_has_its_address():
    assert set(STEPS) == set(TRANSITIONS) - {Step.EVIDENCE_OVERDUE, Step.CLOSE_NO_REPLY}


def body_of(step, at_hand):
    """Everything the step asks for, right: whoever may is not stopped by it."""
    words = "Khách gọi lại"
    kind = {"category": at_hand.other_category.slug, "summary": words}
    return {
        Step.CLASSIFY: kind,
        Step.RECLASSIFY: kind,
        Step.ASSIGN: {"assignee": at_hand.head.username},
        Step.REQUEST_EVIDENCE: {"items": [{"name": "Thời điểm xảy ra"}]},
        Step.START_RESOLVING: {},
        Step.APPROVE: {},
        Step.PROPOSE: {"body": words},
        Step.ANSWER: {"body": words},
        Step.FINAL_RESPONSE: {"body": words},
        Step.ACCEPT: {"message": at_hand.said.pk},
        Step.MARK_DUPLICATE: {"of": at_hand.twin.code},
    }.get(step, {"reason": words})


def calls_on(at_hand):
    """Every call on the case by its name: the letter, whether it is possible now, method, address, body."""
    at = {"code": at_hand.case.code, "item": at_hand.item.pk}
    calls = {name: (letter, True, how, path.format(**at), body) for name, (letter, how, path, body) in CALLS.items()}
    for step in STEPS:
        # One function takes both; which of them it is follows from the status.
        now = at_hand.can(Step.RECLASSIFY if step == Step.CLASSIFY else step)
        path = f"/api/v1/cases/{at_hand.case.code}/{step.value}/"
        calls[step.value] = (letter_of(step), now, "post", path, body_of(step, at_hand))
    return calls


@pytest.mark.parametrize("case_name", CASES)
def test_the_table_over_rest(case_name, make_staff, token_keys):
    at_hand = make_matter(case_name, make_staff)
    callers = {name: caller(name, at_hand, make_staff) for name in TABLE}
    calls = calls_on(at_hand)
    before, wrong, taken = fingerprint(), [], set()
    for name, client in callers.items():
        for call, (letter, now, how, path, body) in calls.items():
            held = letters(name, case_name)
            if letter in held and letter != "s" and (held, call) in taken:
                continue  # what several may do who hold the same letters is done by the first of them
            taken.add((held, call))
            answer, changed = tried(partial(getattr(client, how), path, body), before)
            expected = outcome(name, case_name, letter, now)
            if answer.status_code not in expected[0] or bool(changed) != expected[1]:
                wrong.append(f"{name}, {case_name}, {call}: {answer.status_code} {changed or ''}, expected {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case_name", CASES)
def test_the_table_of_remedies(case_name, make_staff, token_keys):
    at_hand = make_matter(case_name, make_staff)
    with change_case(at_hand.case) as held_case:
        complaint.enter(held_case, actor=Actor.system("intake"))
    callers = {name: caller(name, at_hand, make_staff) for name in TABLE}  # one of them is the customer, with a number
    decider = Actor.staff(at_hand.head)
    settle_facts(at_hand.case, decider)
    remedy = remedies_at_every_stage(at_hand.case, decider)
    linkable = with_a_link(at_hand.case, decider)
    issues = f"/api/v1/complaints/{at_hand.case.code}/issues"
    at = f"/api/v1/cases/{at_hand.case.code}/remedies/"
    calls = {
        "list": ("s", "get", at, {}),
        "propose": ("d", "post", at, {"issue": 1, "kind": "apology", "due_on": in_days(2), "reason": "Xin lỗi"}),
        "link": ("d", "post", f"{issues}/1/problem/", {"problem": linkable.pk}),
        "take the link back": ("d", "post", f"{issues}/2/problem/take-back/", {"reason": "Nhầm"}),
        "cancel": ("w", "post", f"{at}{remedy.proposed}/cancel/", {"reason": "Nhầm"}),
        "record": ("w", "post", f"{at}{remedy.accepted}/record/", {"reference": "GD-9"}),
        "confirm": ("w", "post", f"{at}{remedy.executed}/confirm/", {}),
        "approve": ("j", "post", f"{at}{remedy.proposed}/approve/", {}),
        "decline": ("j", "post", f"{at}{remedy.proposed}/decline/", {"reason": "Nhầm"}),
    }
    before, wrong = fingerprint(), []
    for name, client in callers.items():
        for call, (letter, how, path, body) in calls.items():
            held = letters(name, case_name)
            if (letter == "j" and "j" in held) or (call == "confirm" and name == "customer"):
                continue  # who approves what, and what customers confirm, is tested with the remedies
            answer, changed = tried(partial(getattr(client, how), path, body), before)
            expected = outcome(name, case_name, letter, now=True)
            if answer.status_code not in expected[0] or bool(changed) != expected[1]:
                wrong.append(f"{name}, {case_name}, {call}: {answer.status_code} {changed or ''}, expected {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case_name", CASES)
def test_the_table_of_official_responses(case_name, make_staff, token_keys):
    """Whoever sees the case reads what its customer was told."""
    at_hand = make_matter(case_name, make_staff)
    case, head = at_hand.case, Actor.staff(at_hand.head)
    with change_case(case) as held:
        complaint.enter(held, actor=Actor.system("intake"))
        sent = Answer.objects.create(case=held, round=99, body="Đã ghi có.", state="sent", sent_at=timezone.now())
        response = responding.issue(held, sent, actor=head)
    responding.print_once(response)
    at = f"/api/v1/complaints/{case.code}/responses/"
    callers = {name: caller(name, at_hand, make_staff) for name in TABLE}
    before, wrong = fingerprint(), []
    for name, client in callers.items():
        for address in (at, f"{at}{response.public_id}/pdf/"):
            answer, changed = tried(partial(client.get, address), before)
            if answer.status_code not in outcome(name, case_name, "s", True)[0] or changed:
                wrong.append(f"{name}, {case_name}, {address}: {answer.status_code} {changed or ''}")
    assert not wrong, "\n".join(wrong)


def caller(name, at_hand, make_staff):
    if name in ("customer", "another_customer"):
        number, customer = "BX100231", at_hand.case.customer
        if name == "another_customer":
            number, customer = "BX999999", recognise(Person(email="binh@khach.example"))[0]
        customer.external_id = number
        customer.save()
        return bearer(token(number))
    if name in CLIENTS:
        return bearer(make_client(name)[1])
    client = APIClient()
    client.force_login(get_user(name, make_staff), backend="django.contrib.auth.backends.ModelBackend")
    return client


def outcome(name, case_name, letter, now):
    """The statuses it may answer with, and whether anything changed."""
    held = letters(name, case_name)
    if name in ("left", "retired"):
        return {401}, False
    if letter in held:
        return ({200, 201}, letter != "s") if now else ({409}, False)
    return {403 if "s" in held else 404}, False
