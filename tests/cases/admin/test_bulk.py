"""One step on many cases: each by itself, through the workflow, and of each the page says what happened."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Department, Role
from cases.admin import bulk
from cases.admin.bulk_forms import BULK
from cases.models import Case, Category
from cases.states import Status
from cases.workflow import facts, routing
from tests.cases.building import snapshot

pytestmark = pytest.mark.django_db


def choice(case):
    case.refresh_from_db()
    return f"{case.pk}.{case.last_event_number}"


@pytest.fixture
def at(desk):
    """at(user, "assign", cases, **fields): the form of a bulk step; with run=True it is taken."""

    def send(user, name, cases, *, run=False, fragment=False, **data):
        address = reverse("admin:cases_case_bulk", args=[name]) + ("?fragment=1" if fragment else "")
        data |= {"run": "1"} if run else {}
        return desk(user).client.post(address, {"case": [choice(case) for case in cases], **data})

    return send


def outcomes(response):
    """What the page says of each case, by its code: None where it is done, else why not."""
    rows = re.findall(r'<tr class="desk-outcome".*?</tr>', response.content.decode(), re.DOTALL)
    found = {}
    for row in rows:
        code = re.search(r">(CS-[\w-]+)<", row)
        refused = "data-done" not in row
        found[code and code[1]] = re.search(r"</span>\s*([^<]*)</td>", row)[1].strip() if refused else None
    return found


def valid_fields(name, people, customer_case):
    return {
        "take-it": {},
        "assign": {"assignee": people["minh"].pk},
        "change-priority": {"priority": "low", "reason": "Khách bảo không gấp"},
        "classify": {"category": Category.objects.get(slug="settlement").pk, "summary": "Khách hỏi về kết quả"},
        "transfer": {"department": Department.objects.get(slug="technical").pk, "summary": "Đã kiểm tra giao dịch"},
        "note": {"body": "Khách gọi lại hai lần"},
        "mark-duplicate": {"of": customer_case.code.lower()},
        "mark-spam": {"reason": "Quảng cáo"},
    }[name]


EFFECTS = {
    "take-it": lambda case, people: case.assignee == people["lan"],
    "assign": lambda case, people: case.assignee == people["minh"],
    "change-priority": lambda case, people: case.priority == "low",
    "classify": lambda case, people: case.category.slug == "settlement",
    "transfer": lambda case, people: case.department.slug == "technical",
    "note": lambda case, people: case.messages.filter(body="Khách gọi lại hai lần").count() == 1,
    "mark-duplicate": lambda case, people: case.closed_as == "duplicate",
    "mark-spam": lambda case, people: case.closed_as == "spam",
}


@pytest.mark.parametrize("name", BULK)
def test_every_step_is_taken_on_each_case(at, people, open_case, name):
    cases = [open_case("deposit-not-credited", email="an@khach.example") for _number in range(3)]
    response = at(people["lan"], name, cases[1:], run=True, **valid_fields(name, people, cases[0]))
    assert list(outcomes(response).values()) == [None, None]
    for case in cases[1:]:
        fresh = Case.objects.get(pk=case.pk)
        assert EFFECTS[name](fresh, people)
        snapshot(fresh)  # its chain of events is whole
    assert not EFFECTS[name](Case.objects.get(pk=cases[0].pk), people)


def test_what_goes_to_another_department_needs_a_summary_and_what_stays_does_not(at, people, open_case):
    stays, goes = open_case("technical-error"), open_case("deposit-not-credited")
    kind = Category.objects.exclude(slug="technical-error").filter(department=stays.department, parent__isnull=False)[0]
    said = outcomes(at(people["manager"], "classify", [stays, goes], run=True, category=kind.pk, reason="Nhầm"))
    assert said[stays.code] is None
    assert said[goes.code]
    assert Case.objects.get(pk=goes.pk).category.slug == "deposit-not-credited"


def test_what_awaits_a_second_person_is_not_left_behind_in_bulk(at, people, open_case):
    disputed, other = open_case("deposit-not-credited"), open_case("deposit-not-credited", email="binh@khach.example")
    books = facts.Sources(statement="Sổ lệnh")
    finding = {"fact": "transaction-code", "result": "contradicted", "value": "FT26326004511", "sources": books}
    facts.verify_fact(disputed, actor=Actor.staff(people["lan"]), **finding)
    kind = Category.objects.get(slug="withdrawal-delayed")
    said = outcomes(at(people["lan"], "classify", [disputed, other], run=True, category=kind.pk))
    assert (said[other.code], "Mã giao dịch" in said[disputed.code]) == (None, True)
    assert Case.objects.get(pk=disputed.pk).category.slug == "deposit-not-credited"


@pytest.mark.parametrize("name", BULK)
def test_the_same_a_second_time_is_refused_and_changes_nothing(at, people, open_case, name):
    cases = [open_case("deposit-not-credited", email="an@khach.example") for _number in range(2)]
    fields, chosen = valid_fields(name, people, cases[0]), choice(cases[1])
    at(people["lan"], name, [], run=True, case=[chosen], **fields)
    before = snapshot(cases[1])
    response = at(people["lan"], name, [], run=True, case=[chosen], **fields)  # as after a broken connection
    assert None not in outcomes(response).values()
    assert snapshot(cases[1]) == before


def test_what_is_refused_on_one_case_changes_nothing_on_the_others(at, people, open_case):
    mine, closed, hidden = (open_case("deposit-not-credited") for _number in range(3))
    elsewhere = open_case("technical-error")
    routing.assign_case(mine, actor=Actor.staff(people["lan"]), assignee=people["lan"])
    at(people["lan"], "mark-spam", [closed], run=True, reason="Quảng cáo")
    routing.route_case(hidden, actor=Actor.staff(people["manager"]), department=elsewhere.department)
    hidden.save()
    free = open_case("deposit-not-credited")
    before = [snapshot(case) for case in (mine, closed, hidden, elsewhere)]
    response = at(people["lan"], "take-it", [mine, closed, hidden, elsewhere, free], run=True)
    said = outcomes(response)
    assert said[free.code] is None
    assert said[mine.code]
    assert said[closed.code]
    assert said[mine.code] != said[closed.code]
    assert said[None]  # not visible: neither code nor subject
    assert hidden.code not in response.content.decode()
    assert elsewhere.code not in response.content.decode()
    assert [snapshot(case) for case in (mine, closed, hidden, elsewhere)] == before
    assert Case.objects.get(pk=free.pk).assignee == people["lan"]


def test_what_somebody_else_did_meanwhile_is_not_undone_unseen(at, people, open_case):
    case = open_case("deposit-not-credited")
    chosen = choice(case)
    routing.assign_case(case, actor=Actor.staff(people["minh"]), assignee=people["minh"])
    response = at(people["lan"], "take-it", [], run=True, case=[chosen])
    assert str(people["minh"]) in outcomes(response)[case.code]
    assert Case.objects.get(pk=case.pk).assignee == people["minh"]
    again = re.search(r'id="bulk-again".*?</form>', response.content.decode(), re.DOTALL)[0]
    (fresh,) = re.findall(r'name="case" value="([\d.]+)"', again)
    at(people["lan"], "take-it", [], run=True, case=[fresh])
    assert Case.objects.get(pk=case.pk).assignee == people["minh"]
    at(people["lan"], "assign", [], run=True, case=[fresh], assignee=people["lan"].pk)
    assert Case.objects.get(pk=case.pk).assignee == people["lan"]


@pytest.mark.parametrize("name", BULK)
def test_an_auditor_gets_nothing_done_and_no_boxes(at, desk, people, open_case, name):
    case = open_case("deposit-not-credited", email="an@khach.example")
    other = open_case("deposit-not-credited", email="an@khach.example")
    before = snapshot(case)
    assert at(people["auditor"], name, [case], run=True, **valid_fields(name, people, other)).status_code == 403
    assert snapshot(case) == before
    page = desk(people["auditor"]).list(queue="all").content.decode()
    assert "desk-choose" not in page
    assert "data-bulk" not in page


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("assign", {"assignee": "999999"}),
        ("assign", {}),
        ("change-priority", {"priority": "highest"}),
        ("classify", {"category": "x"}),
        ("transfer", {"department": "", "summary": "x"}),
        ("transfer", {"summary": " "}),
        ("note", {"body": "  "}),
        ("mark-duplicate", {"of": "CS-0000-0000-000"}),
        ("mark-spam", {"reason": ""}),
    ],
)
def test_what_is_missing_is_asked_for_before_anything_is_taken(at, people, open_case, name, fields):
    cases = [open_case("deposit-not-credited") for _number in range(2)]
    before = [snapshot(case) for case in cases]
    for fragment in (False, True):
        response = at(people["lan"], name, cases, run=True, fragment=fragment, **fields)
        assert response.status_code == 422
        text = response.content.decode()
        assert "errorlist" in text
        assert ("<html" in text) is not fragment
    assert [snapshot(case) for case in cases] == before


def test_lowering_the_priority_without_a_reason_is_refused_case_by_case(at, people, open_case):
    low, normal = open_case("other"), open_case("other")
    manager = people["manager"]
    routing.change_priority(low, actor=Actor.staff(manager), priority="low", reason="Không gấp")
    said = outcomes(at(manager, "change-priority", [low, normal], run=True, priority="low"))
    assert all(said.values())
    said = outcomes(at(manager, "change-priority", [low, normal], run=True, priority="low", reason="Không gấp"))
    assert said[low.code]
    assert said[normal.code] is None


def test_all_of_the_list_are_those_of_the_filter_up_to_the_limit(at, people, open_case, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 3)
    wanted = [open_case("deposit-not-credited") for _number in range(4)]
    open_case("technical-error")
    query = f"queue=all&category__id__exact={wanted[0].category_id}"
    page = at(people["manager"], "note", [], all="1", query=query).content.decode()
    chosen = re.findall(r'name="case" value="(\d+)\.\d+"', page)
    assert chosen == [str(case.pk) for case in reversed(wanted)][:3]
    assert "3 cases" in page or "3 yêu cầu" in page


def test_all_of_the_list_in_a_portion_answers_with_the_portion(at, people, open_case):
    case = open_case("deposit-not-credited")
    page = at(people["manager"], "note", [], run=True, fragment=True, all="1", query="queue=all", body="Gọi lại")
    assert outcomes(page) == {case.code: None}
    assert "<html" not in page.content.decode()
    page = at(people["manager"], "note", [], run=True, fragment=True, all="1", query="queue=all", body="")
    assert page.status_code == 422
    assert "<html" not in page.content.decode()


def test_a_filter_that_the_list_refuses_is_refused(at, people, open_case):
    open_case("deposit-not-credited")
    response = at(people["manager"], "note", [], all="1", query="queue=all&customer__name=An")
    assert response.status_code in (302, 400)


@pytest.mark.parametrize("value", ["x", "1", "1.x", "1.2.3", "-1.2", "9" * 40 + ".1", "\x00.1"])
def test_choices_that_no_page_offers_are_refused(at, people, open_case, value):
    case = open_case("deposit-not-credited")
    before = snapshot(case)
    assert at(people["lan"], "take-it", [], run=True, case=[choice(case), value]).status_code == 400
    assert snapshot(case) == before


def test_without_a_choice_one_goes_back_to_the_list(at, people):
    response = at(people["lan"], "take-it", [], run=True, query="queue=mine")
    assert response.status_code == 302
    assert response.url.endswith("?queue=mine")


def test_the_form_costs_the_same_for_any_number_of_cases(at, people, open_case):
    cases = [open_case("deposit-not-credited")]
    at(people["lan"], "assign", cases)
    counts = []
    for _more in range(2):
        values = [choice(case) for case in cases]
        with CaptureQueriesContext(connection) as queries:
            page = at(people["lan"], "assign", [], case=values)
        assert page.status_code == 200
        counts.append(len(queries))
        cases += [open_case("deposit-not-credited") for _number in range(3)]
    assert counts == [counts[0]] * 2
    assert all(case.code in page.content.decode() for case in cases[:4])


def test_what_was_typed_is_there_when_the_refused_are_tried_again(at, people, open_case):
    case = open_case("deposit-not-credited")
    page = at(people["lan"], "mark-spam", [case], reason="Thư rác <b>").content.decode()
    assert "Thư rác &lt;b&gt;</textarea>" in page
    assert Case.objects.get(pk=case.pk).status == Status.ROUTED


def test_every_role_that_works_has_boxes(desk, people, make_staff, open_case):
    open_case("deposit-not-credited")
    lead = make_staff("truong", Role.SPECIALIST, "payments", lead=True)
    for user in (people["intake"], people["lan"], people["manager"], people["administrator"], lead):
        assert "desk-choose" in desk(user).list(queue="all").content.decode()
