"""What lists are narrowed by, and how they are paged."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from cases.models import Case
from tests.api import CASE

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
def three(integration, staff_client):
    """A deposit of yesterday that is late and Lan's, an email question, and one that was withdrawn."""
    lan = staff_client("lan", Role.SPECIALIST, "payments")
    wanted = [
        CASE | {"category": "deposit-not-credited", "transaction_ref": "FT26326004511"},
        CASE
        | {
            "channel": "email",
            "subject": "Hỏi về 100% ưu đãi",
            "body": "Câu hỏi",
            "customer": {"email": "b@k.example"},
        },
        CASE | {"subject": "Thôi", "body": "Không cần nữa"},
    ]
    codes = [integration.post("/api/v1/cases/", case).json()["code"] for case in wanted]
    lan.post(f"/api/v1/cases/{codes[0]}/assign/", {"assignee": "lan"})
    integration.post(f"/api/v1/cases/{codes[2]}/withdraw/", {})
    for n, code in enumerate(codes):
        Case.objects.filter(code=code).update(opened_at=START + timedelta(hours=n))
    Case.objects.filter(code=codes[0]).update(next_due_at=timezone.now() - timedelta(minutes=1))
    return codes


FOUND = {
    "": "012",
    "status=routed": "0",
    "status=closed": "2",
    "closed_as=withdrawn": "2",
    "closed_as=no_reply": "",
    "category=deposit-not-credited": "0",
    "department=payments": "0",
    "assignee=lan": "0",
    "channel=email": "1",
    "overdue=true": "0",
    "overdue=false": "12",
    "opened_after=2026-03-01T09:00:00Z": "12",
    "opened_after=2026-03-01T16:00:00%2B07:00": "12",
    "opened_before=2026-03-01T09:00:00Z": "0",
    "q=FT26326004511": "0",
    "q=%C6%B0u+%C4%91%C3%A3i": "1",
    "q=UU+dai": "1",
    "q=dai+hoi": "1",
    "q=%CC%81": "",
    "q=100%25": "1",
    "q=%25": "1",
    "q=khong-co": "",
    "status=closed&channel=email": "",
}


@pytest.mark.parametrize("query", FOUND)
def test_filters(integration, three, query):
    found = integration.get(f"/api/v1/cases/?{query}").json()["results"]
    assert sorted(str(three.index(row["code"])) for row in found) == list(FOUND[query])


def test_a_code_in_any_form_is_found(integration, three):
    text = three[1].lower().replace("-", "")
    assert [row["code"] for row in integration.get(f"/api/v1/cases/?q={text}").json()["results"]] == [three[1]]


@pytest.mark.parametrize(
    "query",
    [
        "status=lost",
        "closed_as=lost",
        "category=no-such",
        "department=x",
        "assignee=nobody",
        "channel=pigeon",
        "overdue=maybe",
        "opened_after=yesterday",
        "ordering=next_due_at",
        "ordering=password",
        "page_size=0",
        "page_size=x",
        "cursor=x",
        "cursor=W10",
        "q=" + "x" * 201,
    ],
)
def test_what_means_nothing_is_refused_by_field(integration, query):
    answer = integration.get(f"/api/v1/cases/?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), answer.content
    assert list(answer.json()["errors"]) == [query.partition("=")[0]]


def test_customers_do_not_find_what_was_taken_for_spam(integration, customer, three):
    code = integration.post("/api/v1/cases/", CASE | {"subject": "Lại"}).json()["code"]
    integration.post(f"/api/v1/cases/{code}/mark-spam/", {"reason": "Quảng cáo"})
    assert [row["code"] for row in integration.get("/api/v1/cases/?closed_as=spam").json()["results"]] == [code]
    assert customer.get("/api/v1/cases/?closed_as=spam").status_code == 400
    assert customer.get("/api/v1/cases/?closed_as=withdrawn").status_code == 200


@pytest.mark.parametrize("name", ["lan", "nobody", "%F0%9F%90%B1"])
def test_customers_find_out_nothing_about_who_works_here(customer, three, name):
    assert len(customer.get("/api/v1/cases/").json()["results"]) == 2
    answer = customer.get(f"/api/v1/cases/?assignee={name}")
    assert (answer.status_code, answer.json()["results"]) == (200, [])


@pytest.mark.parametrize("query", ["q=%00", "status=%00", "%00=1", "category=a%00"])
def test_nul_in_a_query(integration, query):
    assert integration.get(f"/api/v1/cases/?{query}").status_code == 400


def test_what_is_open_comes_first_then_what_is_urgent_then_the_newest(integration, three):
    urgent, normal, closed = three
    Case.objects.filter(code=closed).update(urgency=3)
    newer = integration.post("/api/v1/cases/", CASE).json()["code"]
    for query in ("", "?q=a", "?opened_after=2026-01-01T00:00:00Z"):
        found = [row["code"] for row in integration.get(f"/api/v1/cases/{query}").json()["results"]]
        assert [code for code in found if code in three or code == newer] == [urgent, newer, normal, closed]


ORDERINGS = ["-opened_at", "opened_at", "-urgency", "urgency", "code", "-code"]


@pytest.mark.parametrize("ordering", ["", *[f"ordering={field}" for field in ORDERINGS]])
@pytest.mark.parametrize("is_same", [False, True])
def test_pages_show_every_case_once_in_order_both_ways(integration, ordering, is_same, three):
    """Also where all share a value, and while new cases come in."""
    if is_same:
        Case.objects.update(opened_at=START)
    everything = [row["code"] for row in integration.get(f"/api/v1/cases/?{ordering}").json()["results"]]
    page, forth, back = integration.get(f"/api/v1/cases/?{ordering}&page_size=1").json(), [], []
    assert page["previous"] is None
    while True:
        forth += [row["code"] for row in page["results"]]
        if page["next"] is None:
            break
        page = integration.get(page["next"]).json()
    assert forth == everything
    while page["previous"]:
        page = integration.get(page["previous"]).json()
        back += [row["code"] for row in page["results"]]
    assert back == everything[-2::-1]
