"""Everybody at every button of the desk, held against the table; a refusal changes nothing in the whole database."""

from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from cases.admin.actions import ACTIONS
from cases.admin.bulk_forms import BULK
from cases.evidence.queries import needed_by
from cases.states import TRANSITIONS, Status, Step
from cases.workflow import complaint
from cases.workflow._take_step import change_case
from tests.cases.admin.conftest import DeskClient
from tests.cases.building import settle_facts
from tests.cases.complaints.building import FOUND, clause
from tests.cases.complaints.problem_records import with_a_link
from tests.cases.complaints.remedying import remedies_at_every_stage
from tests.cases.fingerprint import fingerprint, tried
from tests.cases.matters import make_matter
from tests.cases.permission_table import CASES, DESK, SYSTEM, get_user, letter_of, letters

pytestmark = pytest.mark.django_db

# The doors that are not just a step of their own name: the step behind them, or the letter where none is.
DOORS = {
    "take-it": Step.ASSIGN,
    "transfer": Step.ASSIGN,
    "change-priority": Step.RECLASSIFY,
    "decline-reopening": Step.REOPEN,
    "clear-flag": "o",
    "check-evidence": "w",
    "verify-fact": "w",
    "confirm-fact": "w",
    "set-aside": "w",
    "make-check": "w",
    "take-back-check": "w",
    "add-evidence": "t",
    "retry-delivery": "o",
    "change-contact": "o",
    "add-code": "o",
    "look-up-records": "o",
    "pull-records": "o",
    "message": "o",
    "note": "o",
}
# On the page of a complaint: they ask for a case in the register, and have a table of their own below.
ON_COMPLAINTS = {
    "describe-complaint": "w",
    "add-issue": "w",
    "note-account": "w",
    "say-recourse": "w",
    "find-issue": "d",
    "link-problem": "d",
    "unlink-problem": "d",
    "decide-issue": "d",
    "propose-remedy": "d",
    "cancel-remedy": "w",
    "record-remedy": "w",
    "confirm-remedy": "w",
    "approve-deviation": "j",
    "approve-remedy": "j",
    "decline-remedy": "j",
    "accept-remedy": "c",
    "execute-remedy": "w",
    "ask-again-remedy": "w",
    "correct-response": "j",
}
# Whether who may can do them now is tested with the complaints, the remedies and the responses.
WITH_MORE_TO_IT = {
    "approve-deviation",
    "approve-remedy",
    "decline-remedy",
    "accept-remedy",
    "execute-remedy",
    "ask-again-remedy",
    "correct-response",
}
EVERYWHERE = set(ACTIONS) - set(ON_COMPLAINTS)
CLASSIFIED_ONLY = {"take-it", "assign", "transfer", "reclassify"}  # offered when the case has a department
ON_FACTS = {"verify-fact", "set-aside", "confirm-fact"}  # on the page where they are verified
ON_CHECKS = {"make-check": 0, "take-back-check": 1}  # there too; each with its check (`matters.make_matter`)
# Beside evidence, message, customer and records.
AT_THEIR_THING = {
    "check-evidence",
    "retry-delivery",
    "change-contact",
    "add-code",
    "look-up-records",
    "pull-records",
    *ON_FACTS,
    *ON_CHECKS,
}


def step_of(door):
    return DOORS.get(door) or Step(door)


def letter_at(door):
    found = step_of(door)
    return letter_of(found) if isinstance(found, Step) else found


def test_every_step_people_take_has_its_door():
    clocks = {Step.EVIDENCE_OVERDUE, Step.CLOSE_NO_REPLY}
    assert {str(step_of(name)) for name in EVERYWHERE} - set("wto") == set(TRANSITIONS) - clocks
    assert clocks < SYSTEM


def form_of(door, at_hand):
    """Everything the form asks for, right: whoever may is not stopped by it."""
    words, other = "Khách gọi lại", at_hand.other_category
    kind = {"category": other.pk, "nature": "complaint", "reason": words, "summary": words}
    return {
        "classify": kind,
        "reclassify": kind,
        "assign": {"assignee": at_hand.head.pk},
        "transfer": {"department": other.department_id, "summary": words},
        "change-priority": {"priority": "low", "reason": words},
        "request-evidence": {
            "items": "Thời điểm xảy ra: để tìm trong nhật ký",
            "due_at": timezone.localtime() + timedelta(days=1),
        },
        "check-evidence": {"item": at_hand.item.pk, "result": "accepted", "thing": "-"},
        "pull-records": {"kind": next(iter(kinds_to_pull(at_hand.case)), "")},
        **{name: {"check": check_for(name, at_hand), "note": words} for name in ON_CHECKS},
        "add-code": {"code": "FT26325118820"},
        "verify-fact": {"fact": "incident-time", "value": "9 giờ", "result": "unable", "statement": "Nhật ký"},
        "set-aside": {"thing": "incident-time", "reason": words},
        "add-evidence": {"text": "FT26326009999"},
        "reject": {"reason": words},
        "accept": {"message": at_hand.said.pk},
        "mark-duplicate": {"of": at_hand.twin.code},
        "retry-delivery": {"delivery": at_hand.lost.pk},
        "change-contact": {"contact": at_hand.elsewhere.pk, "is_agreed": "on", "reason": words},
    }.get(door, {"reason": words, "body": words})


def kinds_to_pull(case):
    """Of records that some system can be asked for; others are looked up by hand."""
    return [entry.record for entry in needed_by(case).records if entry.record]


def check_for(door, at_hand):
    """The slug of a check that can be made, or taken back; "" where the case has none."""
    return next((one.entry.slug for one in needed_by(at_hand.case).checks[ON_CHECKS[door] :]), "")


@pytest.mark.parametrize("case_name", CASES)
def test_the_table_at_the_desk(case_name, make_staff):
    at_hand = make_matter(case_name, make_staff)
    desks = {name: sign_in(get_user(name, make_staff)) for name in DESK}
    addresses = {door: reverse("admin:cases_case_step", args=[at_hand.case.pk, door]) for door in EVERYWHERE}
    forms = {door: {"version": at_hand.case.last_event_number} | form_of(door, at_hand) for door in EVERYWHERE}
    before, wrong, taken = fingerprint(), [], set()
    for name, desk in desks.items():
        held = letters(name, case_name)
        may = {door for door in EVERYWHERE if letter_at(door) in held}
        now = {door for door in may if is_possible(door, at_hand, name, held)}
        if shown(desk, at_hand.case) != (expected := shown_of(now)):
            wrong.append(f"{name}, {case_name}: shown or not shown: {shown(desk, at_hand.case) ^ expected}")
        # What several may do who hold the same letters is done by the first of them; the page above was asked for each.
        for door in {door for door in now if (held, door) not in taken} | (EVERYWHERE - may):
            taken.add((held, door))
            answer, changed = tried(partial(desk.client.post, addresses[door], forms[door]), before)
            expected = (302, True) if door in now else (refusal_of(name, held), False)
            if (answer.status_code, bool(changed)) != expected:
                wrong.append(f"{name}, {case_name}, {door}: {answer.status_code} {changed or ''}, expected {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case_name", CASES)
def test_the_table_of_complaints(case_name, make_staff):
    at_hand = make_matter(case_name, make_staff)
    case, day = at_hand.case, timezone.localdate() + timedelta(days=3)
    with change_case(case) as held_case:
        complaint.enter(held_case, actor=Actor.system("intake"))
    settle_facts(case, Actor.staff(at_hand.head))
    remedy = remedies_at_every_stage(case, Actor.staff(at_hand.head))
    linkable = with_a_link(case, Actor.staff(at_hand.head))
    forms = {
        "describe-complaint": {"severity": "minor"},
        "add-issue": {"account": "Thêm"},
        "note-account": {"issue": 1, "side": "operator", "text": "Sổ lệnh"},
        "say-recourse": {"next_level": "Người khác xem lại", "respond_by": day},
        "find-issue": {"issue": 1, **FOUND},
        "link-problem": {"issue": 1, "problem": linkable.pk},
        "unlink-problem": {"issue": 2, "reason": "Nhầm"},
        "decide-issue": {"issue": 1, "outcome": "upheld", "reason": "Sổ lệnh khớp", "clause": clause(case=case).pk},
        "approve-deviation": {"decision": 1},
        "propose-remedy": {"issue": 1, "kind": "apology", "due_on": day, "reason": "Xin lỗi"},
        "cancel-remedy": {"remedy": remedy.proposed, "reason": "Nhầm"},
        "approve-remedy": {"remedy": remedy.proposed},
        "decline-remedy": {"remedy": remedy.proposed, "reason": "Nhầm"},
        "accept-remedy": {"remedy": remedy.proposed, "message": at_hand.said.pk},
        "record-remedy": {"remedy": remedy.accepted, "reference": "GD-9"},
        "execute-remedy": {"remedy": remedy.accepted},
        "ask-again-remedy": {"remedy": remedy.accepted},
        "confirm-remedy": {"remedy": remedy.executed},
        "correct-response": {"response": 1, "reason": "Sửa"},
    }
    case.refresh_from_db()
    desks = {name: sign_in(get_user(name, make_staff)) for name in DESK}
    before, wrong, tested = fingerprint(), [], set()
    for name, desk in desks.items():
        held = letters(name, case_name)
        for door, letter in ON_COMPLAINTS.items():
            if letter in held and door in WITH_MORE_TO_IT:
                continue
            if (alike := (held, refusal_of(name, held), door)) in tested:
                continue
            tested.add(alike)
            form = {"version": case.last_event_number} | forms[door]
            address = reverse("admin:cases_case_step", args=[case.pk, door])
            answer, changed = tried(partial(desk.client.post, address, form), before)
            expected = (302, True) if letter in held else (refusal_of(name, held), False)
            if (answer.status_code, bool(changed)) != expected:
                wrong.append(f"{name}, {case_name}, {door}: {answer.status_code} {changed or ''}, expected {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case_name", CASES)
def test_the_table_in_bulk(case_name, make_staff):
    at_hand = make_matter(case_name, make_staff)
    desks = {name: sign_in(get_user(name, make_staff)) for name in DESK}
    chosen = {"case": f"{at_hand.case.pk}.{at_hand.case.last_event_number}", "run": "1"}
    before, wrong = fingerprint(), []
    for name, desk in desks.items():
        held = letters(name, case_name)
        now = {door for door in BULK if letter_at(door) in held and is_possible_in_bulk(door, at_hand, name, held)}
        for door in BULK:
            address = reverse("admin:cases_case_bulk", args=[door])
            answer, changed = tried(partial(desk.client.post, address, chosen | form_of(door, at_hand)), before)
            got = (answer.status_code, bool(changed), is_done(answer))
            if got != (expected := (bulk_status(door, name, held), door in now, door in now)):
                wrong.append(f"{name}, {case_name}, {door}: {got} {changed or ''}, expected {expected}")
    assert not wrong, "\n".join(wrong)


def is_possible_in_bulk(door, at_hand, name, held):
    """As on the case's page; whichever of classifying and reclassifying is possible, one form does it."""
    other = "reclassify" if door == "classify" and at_hand.case.status != Status.RECEIVED else door
    return is_possible(other, at_hand, name, held)


def bulk_status(door, name, held):
    """What is refused on a case is said in its row; whoever only reads, or names a case they may not see, is told at once."""
    if name in ("left", "nobody"):
        return 302
    if name in ("auditor", "auditing_lead"):
        return 403
    return 422 if door == "mark-duplicate" and "s" not in held else 200


def is_done(answer):
    return answer.status_code == 200 and [outcome.is_done for outcome in answer.context["outcomes"]] == [True]


def sign_in(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return DeskClient(client)


def is_possible(door, at_hand, name, held):
    """Whether somebody who may can do it on the case as it is now."""
    case, step = at_hand.case, step_of(door)
    if door in CLASSIFIED_ONLY and case.status == Status.RECEIVED:
        return False
    if door in ON_FACTS:  # a case that is not classified has no facts; who confirms is tested with the facts
        return case.status != Status.RECEIVED and door != "confirm-fact"
    if door in ON_CHECKS:
        return bool(check_for(door, at_hand))
    if door == "pull-records":  # what the checklist names
        return bool(kinds_to_pull(case))
    if door == "clear-flag":  # none of these is flagged; who clears one is tested with the flag
        return False
    if door == "take-it":
        return "d" in held and case.assignee is None
    return at_hand.can(step) if isinstance(step, Step) else True


def shown(desk, case):
    """The doors on the case's page, where it is shown at all."""
    page = desk.page(case)
    if page.status_code != 200:
        return set()
    buttons = {action.name for action in page.context["buttons"] + page.context["endings"]}
    return buttons | {tab.action.name for tab in page.context["tabs"]}


def shown_of(now):
    """Of the ways to answer the composer shows one: who may answer is not asked to propose."""
    return now - AT_THEIR_THING - ({"propose"} if "answer" in now else set())


def refusal_of(name, held):
    if name in ("left", "nobody"):
        return 302  # to the sign-in page
    return 403 if "s" in held else 404
