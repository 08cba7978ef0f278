"""The complaint register over REST: narrowed, read as a whole, worked on by programs with a fitting scope."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, Scope
from cases.complaints.models import Issue
from tests.api import CASE
from tests.cases.complaints.building import FOUND, NEXT, clause

pytestmark = pytest.mark.django_db
OPENED = {**CASE, "category": "other", "nature": "complaint"}


@pytest.fixture
def code(integration):
    return integration.post("/api/v1/cases/", OPENED).json()["code"]


@pytest.fixture
def at(code):
    return f"/api/v1/complaints/{code}/"


def decision(**changed):
    cited = clause(7)
    said = {
        "outcome": "upheld",
        "reason": "Sổ lệnh khớp",
        "clause": {"number": cited.number, "version": cited.version},
        "no_remedy_because": "Đã ghi có trước khi trả lời",
    }
    return {**said, **changed}


def complete(client, at):
    day = (timezone.localdate() + timedelta(days=7)).isoformat()
    for path, body in (
        ("issues/1/accounts/", {"side": "operator", "text": "Sổ lệnh"}),
        ("issues/1/finding/", FOUND),
        ("issues/1/decision/", decision()),
        ("recourse/", {"next_level": NEXT, "respond_by": day}),
    ):
        answer = client.post(f"{at}{path}", body)
        assert answer.status_code == 201, (path, answer.content)
    return answer.json()


def test_it_begins_with_the_customers_words_and_is_worked_on_until_it_can_be_answered(integration, code, at):
    case = f"/api/v1/cases/{code}/"
    begun = integration.get(at).json()
    assert [one["customers_account"] for one in begun["issues"]] == [CASE["body"]]
    assert [one["code"] for one in begun["missing"]] == ["operators_account", "finding", "decision", "recourse"]
    assert "answer" not in integration.get(case).json()["allowed_steps"]
    refused = integration.post(f"{case}answer/", {"body": "Đã ghi có."})
    assert (refused.status_code, refused.json()["code"]) == (409, "step_not_allowed")
    assert refused.json()["missing"] == begun["missing"]
    whole = complete(integration, at)
    assert whole["missing"] == []
    (issue,) = whole["issues"]
    assert (issue["finding"]["cause"], issue["decision"]["outcome"]) == ("data_error", "upheld")
    assert issue["decision"]["clause"]["number"] == 7
    assert "answer" in integration.get(case).json()["allowed_steps"]
    assert integration.post(f"{case}answer/", {"body": "Đã ghi có."}).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=9)):  # the time to respond is over
        assert integration.get(at).json()["missing"] == []
    late = integration.post(f"{at}issues/", {"account": "Thêm"})
    assert (late.status_code, late.json()["code"]) == (409, "step_not_allowed")


def test_words_that_name_another_customer_or_sell_are_refused_at_their_field(integration, code, at):
    binh = {"external_id": "BX200462", "name": "Lê Thị Bình", "email": "binh@khach.example"}
    other = integration.post("/api/v1/cases/", {**OPENED, "customer": binh}).json()["code"]
    day = (timezone.localdate() + timedelta(days=7)).isoformat()
    for words in (f"Như ở {other}.", "Mời Quý khách chơi lại."):
        for path, body, field in (
            ("issues/1/finding/", {**FOUND, "plain": words}, "plain"),
            ("recourse/", {"next_level": words, "respond_by": day}, "next_level"),
        ):
            refused = integration.post(f"{at}{path}", body)
            assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    before = complete(integration, at)
    for words in (f"Như ở {other}.", "Mời Quý khách chơi lại."):
        for path, body, field in (
            (f"{at}issues/1/decision/", decision(reason=words), "reason"),
            (f"/api/v1/cases/{code}/answer/", {"body": words}, "body"),
        ):
            refused = integration.post(path, body)
            assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert integration.get(at).json() == before


def test_it_is_described_and_more_issues_are_added(integration, at):
    said = {"happened_from": "2026-01-05T10:00:00+07:00", "amount": 340_000, "severity": "serious"}
    described = integration.post(f"{at}describe/", said).json()
    assert (described["amount"], described["severity"]) == (340_000, "serious")
    assert described["happened_from"] == described["happened_until"]
    for wrong, field in (
        ({"amount": -1}, "amount"),
        ({"happened_from": "2999-01-01T00:00:00Z"}, "happened_from"),
        ({"happened_from": "0001-01-01T00:00:00Z"}, "happened_from"),
        ({"happened_until": "0001-01-01T00:00:00+14:00"}, "happened_until"),
    ):
        refused = integration.post(f"{at}describe/", wrong)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert integration.post(f"{at}issues/", {"account": "Nhân viên cúp máy"}).json()["issues"][1]["number"] == 2


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("finding", {**FOUND, "evidence": [999]}, "evidence"),
        ("finding", {**FOUND, "facts": [999]}, "facts"),
        ("finding", {**FOUND, "snapshots": [999]}, "snapshots"),
        ("finding", {**FOUND, "cause": "fate"}, "cause"),
        ("decision", {"outcome": "upheld", "reason": "x", "clause": {"number": 7, "version": 99}}, "clause"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(integration, at, path, body, field):
    refused = integration.post(f"{at}issues/1/{path}/", body)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field]), refused.content


def test_if_match_and_what_is_no_complaint(integration, at):
    etag = integration.get(at)["ETag"]
    assert integration.post(f"{at}issues/", {"account": "Một"}, headers={"If-Match": etag}).status_code == 201
    assert integration.post(f"{at}issues/", {"account": "Hai"}, headers={"If-Match": etag}).status_code == 412
    other = integration.post("/api/v1/cases/", {**CASE, "category": "other"}).json()["code"]
    assert integration.get(f"/api/v1/complaints/{other}/").status_code == 404
    assert integration.post(f"/api/v1/complaints/{other}/issues/", {"account": "x"}).status_code == 404


def test_who_reads_and_who_writes(at, customer, make_client, staff_client):
    reader, opener = make_client(Scope.CASES_READ), make_client(Scope.CASES_OPEN)
    auditor = staff_client("kiem", Role.AUDITOR)
    before = Issue.objects.count()
    for client, reads, writes in ((reader, 200, 403), (opener, 404, 404), (customer, 403, 403), (auditor, 200, 403)):
        assert (client.get(at).status_code, client.post(f"{at}issues/", {"account": "x"}).status_code) == (
            reads,
            writes,
        )
    assert Issue.objects.count() == before


def test_the_register_is_narrowed_and_customers_read_no_more_than_before(integration, customer, at, code):
    other = integration.post("/api/v1/cases/", {**OPENED, "customer": {"external_id": "BX9"}}).json()["code"]
    integration.post(f"{at}describe/", {"severity": "critical"})
    complete(integration, at)

    def listed(client, asked):
        answer = client.get(f"/api/v1/complaints/?{asked}")
        assert answer.status_code == 200, asked
        return [one["code"] for one in answer.json()["results"]]

    assert listed(integration, "") == [other, code]
    for asked in ("outcome=upheld", "cause=data_error", "severity=critical"):
        assert (listed(integration, asked), listed(customer, asked)) == ([code], [])
    assert (
        listed(integration, "outcome=withdrawn") == listed(integration, "registered_after=2999-01-01T00:00:00Z") == []
    )
    department = integration.get(f"/api/v1/cases/{code}/").json()["department"]
    assert listed(integration, f"department={department}&nature=complaint") == [other, code]
    assert integration.get("/api/v1/complaints/?outcome=nonsense").status_code == 400
    (row,) = customer.get("/api/v1/complaints/").json()["results"]
    assert (row["severity"], row["amount"], row["outcomes"], row["causes"]) == (None, None, [], [])
    (_other, row) = integration.get("/api/v1/complaints/").json()["results"]
    assert (row["severity"], row["outcomes"], row["causes"]) == ("critical", ["upheld"], ["data_error"])


def test_the_whole_complaint_costs_the_same_however_many_issues(integration, at):
    complete(integration, at)

    def cost():
        integration.get(at)
        with CaptureQueriesContext(connection) as queries:
            assert integration.get(at).status_code == 200
        return len(queries)

    few = cost()
    for number in range(3):
        integration.post(f"{at}issues/", {"account": f"Thêm {number}"})
    assert cost() == few
