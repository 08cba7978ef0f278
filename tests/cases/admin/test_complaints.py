"""A complaint at the desk: its card, its checklist, the page on which it is worked on, and the register."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from cases.complaints.models import Decision, Finding
from cases.complaints.queries import complaint_file
from cases.models import Case
from cases.states import Nature
from cases.workflow import answer, complaint, resolution, routing
from tests.cases.building import customer_of, settle_facts
from tests.cases.complaints.building import FOUND, NEXT, clause, complete, lacking

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(people, open_case):
    case = open_case("deposit-not-credited", nature=Nature.COMPLAINT)
    lan = Actor.staff(people["lan"])
    routing.assign_case(case, actor=lan, assignee=lan.subject)
    resolution.start_resolving(case, actor=lan)
    settle_facts(case, lan)
    return case


def page_of(case):
    return reverse("admin:cases_case_complaint", args=[case.pk])


def take(at, case, name, **fields):
    """Takes it as the page does; where that leads."""
    case.refresh_from_db()
    version = {"version": case.last_event_number}
    return at.client.post(reverse("admin:cases_case_step", args=[case.pk, name]), {**version, **fields})


def queries_of(at, address):
    at.client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert at.client.get(address).status_code == 200
    return len(queries)


def test_everything_that_is_missing_is_done_on_the_page(desk, people, case):
    at = desk(people["lan"])
    shown = at.client.get(page_of(case)).content.decode()
    assert "2.000.000" in shown
    assert shown.count("check_box_outline_blank") == 4
    assert "complaint-gate" in at.page(case).content.decode()
    day = timezone.localdate() + timedelta(days=3)
    for name, fields in (
        ("describe-complaint", {"severity": "serious", "amount": "2.000.000", "remedy_sought": "Ghi có đủ"}),
        ("note-account", {"issue": 1, "side": "operator", "text": "Sao kê ghi có muộn"}),
        ("find-issue", {"issue": 1, **FOUND}),
        (
            "decide-issue",
            {
                "issue": 1,
                "outcome": "upheld",
                "reason": "Sao kê khớp",
                "clause": clause(7).pk,
                "no_remedy_because": "Đã ghi có trước khi trả lời",
            },
        ),
        ("say-recourse", {"next_level": NEXT, "respond_by": day.isoformat()}),
    ):
        done = take(at, case, name, **fields)
        assert (name, done.status_code) == (name, 302)
        assert done["Location"] == page_of(case)
    assert lacking(Case.objects.get(pk=case.pk)) == []
    assert complaint_file(case).complaint.amount == 2_000_000
    page = at.page(case)
    assert "complaint-gate" not in page.content.decode()
    assert "answer" in [tab.action.name for tab in page.context["tabs"]]
    take(at, case, "add-issue", account="Nhân viên nói trống không")
    assert lacking(Case.objects.get(pk=case.pk)) == ["operators_account", "finding", "decision"]


@pytest.mark.parametrize(
    ("name", "fields", "field"),
    [
        ("describe-complaint", {"amount": "-5"}, "amount"),
        ("describe-complaint", {"happened_from": "2999-01-01T10:00"}, "happened_from"),
        ("describe-complaint", {"happened_from": "0001-01-01T10:00"}, "happened_from"),
        ("find-issue", {"issue": 1, **FOUND, "plain": ""}, "plain"),
        ("find-issue", {"issue": 1, **FOUND, "other_source": ""}, "other_source"),
        ("say-recourse", {"next_level": NEXT, "respond_by": "2020-01-01"}, "respond_by"),
        ("find-issue", {"issue": 1, **FOUND, "plain": "Mời Quý khách nạp lại"}, "plain"),
        ("say-recourse", {"next_level": "Nạp ngay hôm nay!", "respond_by": "2999-01-01"}, "next_level"),
        ("add-issue", {"account": ""}, "account"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(desk, people, case, name, fields, field):
    answered = take(desk(people["lan"]), case, name, **fields)
    assert answered.status_code == 400
    assert field in answered.context["form"].errors
    assert not Finding.objects.exists()


def test_an_answer_names_no_other_customer_and_sells_nothing(desk, people, case, open_case):
    other = open_case("other", email="binh@khach.example")
    complete(case, Actor.staff(people["lan"]))
    at = desk(people["lan"])
    for words, said in ((f"Như ở {other.code}.", other.code), ("Mời Quý khách chơi lại.", "mời quý khách chơi")):
        answered = take(at, case, "answer", body=words)
        assert answered.status_code == 400
        assert said in str(answered.context["form"].errors["body"])
        assert words in answered.content.decode()
    assert not case.answers.exists()


def test_a_deviation_is_approved_by_the_manager(desk, people, case):
    lan = desk(people["lan"])
    take(lan, case, "find-issue", issue=1, **FOUND)
    said = {
        "issue": 1,
        "outcome": "upheld",
        "reason": "Chờ quá lâu",
        "clause": clause(7).pk,
        "no_remedy_because": "Đã trả",
    }
    assert take(lan, case, "decide-issue", **said, deviates="on").status_code == 400
    assert take(lan, case, "decide-issue", **said, deviates="on", deviation_reason="Lỗi kép").status_code == 302
    decision = Decision.objects.get()
    assert take(lan, case, "approve-deviation", decision=decision.pk).status_code == 403
    assert "approve-deviation" not in lan.client.get(page_of(case)).content.decode()
    manager = desk(people["manager"])
    assert "approve-deviation" in manager.client.get(page_of(case)).content.decode()
    assert take(manager, case, "approve-deviation", decision=decision.pk).status_code == 302
    assert "approval" not in lacking(Case.objects.get(pk=case.pk))


def test_the_next_round_begins_with_the_last_and_the_answered_one_is_only_read(desk, people, case):
    lan = Actor.staff(people["lan"])
    complete(case, lan)
    answer.send_answer(case, actor=lan, body="Đã ghi có.")
    at = desk(people["minh"])
    assert "complaint-form" not in at.client.get(page_of(case)).content.decode()
    answer.reject(case, actor=customer_of(case))
    shown = at.client.get(page_of(case)).content.decode()
    assert FOUND["plain"] in shown
    assert 'name="what_happened"' in shown
    assert 'name="what_happened"' not in desk(people["lan"]).client.get(page_of(case)).content.decode()


def test_while_the_outcome_waits_for_approval_it_is_only_read(desk, people, case):
    lan = Actor.staff(people["lan"])
    settle_facts(case, lan)
    complete(case, lan)
    resolution.propose(case, actor=lan, body="Đã ghi có.")
    for name in ("lan", "manager"):
        shown = desk(people[name]).client.get(page_of(case)).content.decode()
        assert 'name="what_happened"' not in shown
        assert 'name="account"' not in shown
    assert take(desk(people["lan"]), case, "add-issue", account="Thêm").status_code in (302, 409)
    assert len(complaint_file(case).issues) == 1


def test_who_may_not_see_the_case_does_not_see_its_complaint(desk, people, case, open_case):
    assert desk(people["elsewhere"]).client.get(page_of(case)).status_code == 404
    assert desk(people["lan"]).client.get(page_of(open_case("deposit-not-credited"))).status_code == 404
    read = desk(people["auditor"]).client.get(page_of(case))
    assert read.status_code == 200
    assert "complaint-form" not in read.content.decode()


def test_the_register_is_narrowed_at_a_constant_number_of_queries(desk, people, case, open_case):
    at, lan = desk(people["manager"]), Actor.staff(people["lan"])
    complaint.describe(case, actor=lan, said=complaint.Description(severity="serious"))
    complete(case, lan)
    register = "/admin/complaints/complaint/"
    few = queries_of(at, register)
    others = [open_case("deposit-not-credited", nature=Nature.COMPLAINT) for _ in range(3)]
    settle_facts(others[0], lan)
    complete(others[0], lan, outcome="not_upheld")
    assert queries_of(at, register) == few

    def listed(asked):
        page = at.client.get(f"{register}?{asked}")
        assert page.status_code == 200, asked
        return {one.case_id for one in page.context["cl"].result_list}

    assert listed("outcome=upheld") == {case.pk}
    assert listed("outcome=not_upheld") == {others[0].pk}
    assert listed("outcome=withdrawn") == set()
    assert listed("cause=data_error") == {case.pk, others[0].pk}
    assert listed("cause=delay") == set()
    assert listed("severity__exact=serious") == {case.pk}
    assert len(listed(f"case__department__id__exact={case.department_id}")) == 4
    assert listed("registered_at__year=2001") == set()
    assert len(listed("outcome=nonsense")) == 4


def test_a_constant_number_of_queries(desk, people, case):
    at, lan = desk(people["lan"]), Actor.staff(people["lan"])
    settle_facts(case, lan)
    complete(case, lan)
    addresses = [page_of(case), reverse("admin:cases_case_change", args=[case.pk])]
    few = [queries_of(at, address) for address in addresses]
    for number in range(3):
        complaint.add_issue(case, actor=lan, account=f"Thêm {number}")
    complete(case, lan)
    assert [queries_of(at, address) for address in addresses] == few
