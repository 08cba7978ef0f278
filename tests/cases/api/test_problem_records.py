"""Problem records over REST: read by the operator's own, linked by whoever decides."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role, Scope
from cases.complaints.models import ProblemLink
from cases.models import Case, Category
from cases.workflow import deciding, problems
from tests.cases.building import open_case
from tests.cases.complaints.building import found
from tests.cases.complaints.problem_records import SAID, make_problem, same
from tests.cases.complaints.remedying import decided_complaint

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan(make_staff):
    return Actor.staff(make_staff("lan", Role.SPECIALIST))


@pytest.fixture
def problem(lan):
    return make_problem(lan, "other", code_prefixes=[])


def address_of(case, number=1):
    return f"/api/v1/complaints/{case.code}/issues/{number}/problem/"


def test_records_are_listed_and_read(integration, lan, problem):
    resolved = {"status": "resolved", "cause": "Hàng đợi đầy", "ended_from": timezone.now()}
    make_problem(lan, "other", **resolved)
    listed = integration.get("/api/v1/problems/?status=open").json()["results"]
    assert [(one["id"], one["status"], one["linked"]) for one in listed] == [(problem.pk, "open", 0)]
    one = integration.get(f"/api/v1/problems/{problem.pk}/").json()
    assert (one["said_vi"], one["owner"], one["categories"]) == (SAID, "lan", ["other"])
    assert integration.get("/api/v1/problems/999999/").status_code == 404


def test_links_in_cases_one_may_not_see_are_not_counted(lan, problem, client, make_staff):
    seen, unseen = decided_complaint(lan), decided_complaint(lan)
    for case in (seen, unseen):
        problems.link(case, actor=lan, number=1, problem=problem)
    restricted = Category.objects.get(slug="staff-conduct")
    Case.objects.filter(pk=unseen.pk).update(category=restricted, department=restricted.department, assignee=None)

    def counted(name, role):
        client.force_login(make_staff(name, role), backend="django.contrib.auth.backends.ModelBackend")
        rows = client.get("/api/v1/problems/").json()["results"]
        one = client.get(f"/api/v1/problems/{problem.pk}/").json()
        return rows[0]["linked"], one["linked"]

    assert counted("hoa", Role.INTAKE) == (1, 1)
    assert counted("quan", Role.MANAGER) == (2, 2)


def test_an_issue_is_linked_and_the_link_taken_back(integration, lan, problem):
    case = decided_complaint(lan)
    linked = integration.post(address_of(case), {"problem": problem.pk})
    assert (linked.status_code, linked.json()["issues"][0]["problem"]) == (201, problem.pk)
    assert integration.post(address_of(case), {"problem": problem.pk}).status_code == 409
    back = integration.post(address_of(case) + "take-back/", {"reason": "Nhầm"})
    assert (back.status_code, back.json()["issues"][0]["problem"]) == (200, None)
    assert integration.post(address_of(case) + "take-back/", {"reason": "Nhầm"}).status_code == 404


def test_what_is_wrong_is_said(integration, lan, problem):
    case = decided_complaint(lan)
    assert "problem" in integration.post(address_of(case), {"problem": 999_999}).json()["errors"]
    deciding.note_finding(case, actor=lan, number=1, found=found(fault="bank"))
    refused = integration.post(address_of(case), {"problem": problem.pk})
    assert (refused.status_code, refused.json()["code"]) == (409, "step_not_allowed")
    stale = integration.post(address_of(case), {"problem": problem.pk}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert not ProblemLink.objects.exists()


def test_the_cases_it_touched(integration, lan, problem):
    first, other = decided_complaint(lan), open_case("other")
    problems.offer(first, actor=lan, problem=problem, same=same())
    linked = integration.get(f"/api/v1/problems/{problem.pk}/cases/?linked=true").json()["results"]
    assert [(one["code"], one["remedy"]["status"], one["remedy"]["amount"]) for one in linked] == [
        (first.code, "proposed", 340_000)
    ]
    with CaptureQueriesContext(connection) as queries:
        others = integration.get(f"/api/v1/problems/{problem.pk}/cases/").json()["results"]
    assert [(one["code"], one["remedy"]) for one in others] == [(other.code, None)]
    assert len(queries) == 6


def test_only_the_operators_own_read_and_link(lan, problem, customer, make_client):
    case = decided_complaint(lan)
    at = customer
    for path in ("problems/", f"problems/{problem.pk}/", f"problems/{problem.pk}/cases/"):
        assert at.get(f"/api/v1/{path}").status_code == 403, path
    assert at.post(address_of(case), {"problem": problem.pk}).status_code == 404  # somebody else's case
    opener, reader = make_client(Scope.CASES_OPEN), make_client(Scope.CASES_READ)
    assert opener.get("/api/v1/problems/").status_code == 403
    assert opener.post(address_of(case), {"problem": problem.pk}).status_code == 404
    assert reader.get("/api/v1/problems/").status_code == 200
    assert reader.post(address_of(case), {"problem": problem.pk}).status_code == 403
    assert not ProblemLink.objects.exists()
