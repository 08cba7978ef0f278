"""Problem records at the desk: a story from the finding to the others who get the same remedy, and who may see and do what."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers.models import Customer
from cases.complaints.models import Problem, ProblemLink, Remedy
from cases.complaints.responses import latest_of
from cases.models import Case, Category
from cases.states import Nature, Status
from cases.workflow import deciding, problems, remedies, resolution, routing
from tests.cases.building import settle_facts
from tests.cases.complaints.building import FOUND, complete, found
from tests.cases.complaints.problem_records import SAID, make_problem, same
from tests.cases.complaints.remedying import in_days

pytestmark = pytest.mark.django_db

WORDS = "Cộng 20.000 ₫ vào tài khoản của Quý khách vì hệ thống của chúng tôi ghi có chậm."


@pytest.fixture
def make_complaint(people, open_case):
    """A complaint of `lan` about a late deposit; `decided` of which only the remedy is missing."""

    def make(*, is_decided=True):
        lan = Actor.staff(people["lan"])
        case = open_case("deposit-not-credited", nature=Nature.COMPLAINT)
        routing.assign_case(case, actor=lan, assignee=lan.subject)
        resolution.start_resolving(case, actor=lan)
        Customer.objects.filter(pk=case.customer_id).update(external_id=f"BX{case.pk}")
        settle_facts(case, lan)
        if is_decided:
            complete(case, lan, no_remedy_because="")
        return Case.objects.get(pk=case.pk)

    return make


def chosen(*cases):
    return [f"{case.pk}.{Case.objects.get(pk=case.pk).last_event_number}" for case in cases]


def at_cases(problem, **query):
    return reverse("admin:complaints_problem_cases", args=[problem.pk], query=query)


def offer(at, problem, cases, **fields):
    like = Remedy.objects.order_by("pk").first()
    form = {"case": chosen(*cases), "like": like.pk if like else "", "due_on": in_days(3), "reason": WORDS}
    return at.client.post(reverse("admin:complaints_problem_offer", args=[problem.pk]), {**form, **fields})


def test_a_fault_of_ours_from_the_finding_to_everybody_it_touched(desk, people, make_complaint):
    """Lan finds our system at fault, opens the record, links her case, proposes a remedy, and offers the same to the others."""
    first, second, third = make_complaint(is_decided=False), make_complaint(), make_complaint(is_decided=False)
    at = desk(people["lan"])
    began = timezone.localtime() - timedelta(hours=3)
    record = {
        "title": "Tin báo có đến muộn",
        "said_vi": SAID,
        "said_en": "Our system received the bank's notices late.",
        "cause": "Hàng đợi đầy",
        "status": "known",
        "owner": people["lan"].pk,
        "began_from_0": began.date().isoformat(),
        "began_from_1": f"{began:%H:%M:%S}",
        "categories": [Category.objects.get(slug="deposit-not-credited").pk],
        "code_prefixes": "",
        "record": "",
    }
    added = at.client.post(reverse("admin:complaints_problem_add"), record)
    assert added.status_code == 302, added.context["errors"]
    problem = Problem.objects.get()
    assert at.take(first, "find-issue", issue=1, **FOUND).status_code == 302
    assert at.take(first, "link-problem", issue=1, problem=problem.pk).status_code == 302
    assert SAID in at.client.get(reverse("admin:cases_case_complaint", args=[first.pk])).content.decode()
    clause = deciding.policy.in_force(timezone.localdate()).get(number=4)
    decided = {"issue": 1, "outcome": "upheld", "reason": "Sao kê khớp", "clause": clause.pk}
    assert at.take(first, "decide-issue", **decided).status_code == 302
    remedy = {"issue": 1, "kind": "credit", "amount": "20.000", "due_on": in_days(3), "reason": WORDS}
    assert at.take(first, "propose-remedy", **remedy).status_code == 302

    page = at.client.get(at_cases(problem))
    assert {line.case.pk for line in page.context["lines"]} == {second.pk, third.pk}
    assert (page.context["linked_count"], page.context["touched_count"]) == (1, 2)
    result = offer(at, problem, [second, third])
    assert result.status_code == 200
    said = {outcome.code: (outcome.is_done, outcome.text) for outcome in result.context["outcomes"]}
    assert said[second.code] == (True, "")
    assert said[third.code][0] is False
    assert "kết luận" in said[third.code][1]

    proposed = Remedy.objects.get(issue__complaint__case=second)
    assert (proposed.status, proposed.amount, proposed.reason) == ("proposed", 20_000, WORDS)
    again = offer(at, problem, [second])
    assert [outcome.is_done for outcome in again.context["outcomes"]] == [False]
    assert Remedy.objects.filter(issue__complaint__case=second).count() == 1
    linked = at.client.get(at_cases(problem, shown="linked"))
    assert {line.case.pk: str(line.remedy) for line in linked.context["lines"]} == {
        case.pk: str(proposed) for case in (first, second)
    }

    own = at.take(second, "approve-remedy", remedy=proposed.pk)
    assert own.status_code == 403
    assert desk(people["manager"]).take(second, "approve-remedy", remedy=proposed.pk).status_code == 302
    at = desk(people["lan"])
    blamed = at.take(second, "answer", body="Đây là lỗi của quý khách.")
    assert blamed.status_code == 400
    assert at.take(second, "answer", body="Chúng tôi ghi có thêm.").status_code == 302
    second.refresh_from_db()
    assert second.status == Status.ANSWERED
    assert latest_of(second).says["issues"][0]["our_fault"] == SAID


def test_a_changed_case_is_looked_at_first(desk, people, make_complaint):
    problem, _first, second = _problem_with_a_remedy(people, make_complaint)
    old = chosen(second)
    deciding.note_finding(second, actor=Actor.staff(people["manager"]), number=1, found=found())
    result = offer(desk(people["lan"]), problem, [second], case=old)
    assert [outcome.is_done for outcome in result.context["outcomes"]] == [False]
    assert not Remedy.objects.filter(issue__complaint__case=second).exists()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"reason": ""}, "reason"),
        ({"due_on": ""}, "due_on"),
        ({"like": 999_999}, "like"),
        ({"case": []}, "__all__"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_proposed(desk, people, make_complaint, fields, wrong):
    problem, _first, second = _problem_with_a_remedy(people, make_complaint)
    answered = offer(desk(people["lan"]), problem, [second], **fields)
    assert (answered.status_code, list(answered.context["form"].errors)) == (422, [wrong])
    assert Remedy.objects.count() == 1


def test_others_find_and_offer_only_what_is_theirs(desk, people, make_complaint):
    problem, _first, second = _problem_with_a_remedy(people, make_complaint)
    for name, lines, status in (
        ("auditor", [second.pk], 403),
        ("elsewhere", [], 422),  # nothing to copy is visible to them
        ("intake", [second.pk], 200),
    ):
        at = desk(people[name])
        page = at.client.get(at_cases(problem))
        assert [line.case.pk for line in page.context["lines"]] == lines, name
        answered = offer(at, problem, [second])
        assert answered.status_code == status, name
        if status == 200:
            assert [outcome.is_done for outcome in answered.context["outcomes"]] == [False]
    assert Remedy.objects.count() == 1
    assert ProblemLink.objects.count() == 1


def test_the_page_costs_the_same_however_many_it_touched(desk, people, make_complaint):
    problem, _first, _second = _problem_with_a_remedy(people, make_complaint)
    at = desk(people["lan"])

    def cost(**query):
        at.client.get(at_cases(problem, **query))
        with CaptureQueriesContext(connection) as queries:
            assert at.client.get(at_cases(problem, **query)).status_code == 200
        return len(queries)

    few = cost(), cost(shown="linked")
    for _n in range(3):
        more = make_complaint()
        make_complaint()
        problems.offer(more, actor=Actor.staff(people["lan"]), problem=problem, same=same())
    assert (cost(), cost(shown="linked")) == few == (13, 11)


def test_a_remedy_that_was_given_up_is_none(desk, people, make_complaint):
    problem, first, _second = _problem_with_a_remedy(people, make_complaint)
    remedy = Remedy.objects.get()
    remedies.decline(first, actor=Actor.staff(people["manager"]), remedy=remedy.pk, reason="Sai")
    page = desk(people["lan"]).client.get(at_cases(problem, shown="linked"))
    assert [line.remedy for line in page.context["lines"]] == [None]


@pytest.mark.parametrize(
    ("changed", "field"), [({"status": "resolved"}, "ended_from"), ({"code_prefixes": "F"}, "code_prefixes")]
)
def test_the_record_is_checked_where_it_is_written(desk, people, changed, field):
    at, problem = desk(people["lan"]), make_problem(Actor.staff(people["lan"]), "other", cause="Hàng đợi đầy")
    address = reverse("admin:complaints_problem_change", args=[problem.pk])
    form = at.client.get(address).context["adminform"].form
    given = {name: form.initial.get(name) for name in ("title", "said_vi", "said_en", "cause", "status", "owner")}
    began = timezone.localtime(problem.began_from)
    given |= {"began_from_0": began.date().isoformat(), "began_from_1": f"{began:%H:%M:%S}"}
    given |= {"categories": [one.pk for one in problem.categories.all()], "code_prefixes": "", "record": ""}
    answered = at.client.post(address, {**given, **changed})
    assert answered.status_code == 200
    assert list(answered.context["adminform"].form.errors) == [field]


def _problem_with_a_remedy(people, make_complaint):
    """A problem, the case linked to it with its remedy, and another that it touched."""
    lan = Actor.staff(people["lan"])
    problem = make_problem(lan, "deposit-not-credited")
    first, second = make_complaint(), make_complaint()
    problems.offer(first, actor=lan, problem=problem, same=same())
    return problem, first, second
