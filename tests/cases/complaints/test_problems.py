"""A fault of ours: issues are linked to its record, others it touched are found, and get the same remedy proposed, once (R-51)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role
from cases.complaints import problems as records
from cases.complaints.models import Problem, ProblemLink, Remedy
from cases.complaints.problems import Described
from cases.complaints.responses import latest_of
from cases.models import Category
from cases.records.models import Snapshot, TransactionCode
from cases.states import ClosedAs, Status
from cases.workflow import answer, complaint, deciding, ending, problems, remedies, resolution, responding
from cases.workflow.complaint import Description
from cskh.core.errors import Conflict, Invalid, NotPermitted, NotVisible, StepNotAllowed
from tests.cases.building import customer_of, open_case
from tests.cases.complaints.building import complete, decided, found, lacking, open_complaint
from tests.cases.complaints.problem_records import SAID, make_problem, same
from tests.cases.complaints.remedying import decided_complaint, head, propose

pytestmark = pytest.mark.django_db

SORRY = "Đây là lỗi từ hệ thống của chúng tôi"


def touched(problem, actor):
    return {case.pk for case in records.cases_of(problem, actor, linked=False)}


def kinds(case):
    return list(case.events.order_by("number").values_list("kind", flat=True))


# Linking.


def test_an_issue_is_linked_and_the_record_says_so(lan):
    case, problem = decided_complaint(lan), make_problem(lan)
    problems.link(case, actor=lan, number=1, problem=problem)
    event = case.events.latest("number")
    assert (event.kind, event.facts) == ("problem_linked", {"issue": 1, "problem": problem.pk})
    problems.unlink(case, actor=lan, number=1, reason="Lệnh không đi qua cổng này")
    event = case.events.select_related("words").latest("number")
    assert (event.kind, event.words.text) == ("problem_unlinked", "Lệnh không đi qua cổng này")
    assert not ProblemLink.objects.exists()


@pytest.mark.parametrize("fault", ["customer", "bank", "operator_staff", "payment_partner", "undetermined"])
def test_only_what_our_system_was_found_at_fault_for_is_linked(lan, fault):
    case = decided_complaint(lan)
    deciding.note_finding(case, actor=lan, number=1, found=found(fault=fault))
    with pytest.raises(StepNotAllowed):
        problems.link(case, actor=lan, number=1, problem=make_problem(lan))
    assert not ProblemLink.objects.exists()


def test_nothing_is_linked_before_this_round_found_it(lan):
    case = open_complaint(owner=lan)
    with pytest.raises(StepNotAllowed, match="Trước hết hãy ghi kết luận"):
        problems.link(case, actor=lan, number=1, problem=make_problem(lan))


def test_an_issue_has_one_problem_and_new_words_are_taken_over_by_linking_anew(lan):
    case, problem = decided_complaint(lan), make_problem(lan)
    problems.link(case, actor=lan, number=1, problem=problem)
    with pytest.raises(Conflict):
        problems.link(case, actor=lan, number=1, problem=problem)
    with pytest.raises(Conflict):
        problems.link(case, actor=lan, number=1, problem=make_problem(lan))
    problem.said_vi = "Tin báo có đến muộn ba giờ."
    problem.save()
    assert not ProblemLink.objects.get().is_up_to_date
    case.refresh_from_db()
    problems.link(case, actor=lan, number=1, problem=problem)
    assert ProblemLink.objects.get().said_vi == "Tin báo có đến muộn ba giờ."


def test_linking_takes_an_approval_back_and_waits_while_somebody_has_it_before_them(lan):
    case = decided_complaint(lan, "settlement", no_remedy_because="Đã ghi có đủ.")
    resolution.propose(case, actor=lan, body="Đã ghi có đủ.")
    with pytest.raises(StepNotAllowed):
        problems.link(case, actor=lan, number=1, problem=make_problem(lan))
    resolution.approve(case, actor=head())
    problems.link(case, actor=lan, number=1, problem=make_problem(lan))
    assert kinds(case)[-2:] == ["outcome_returned", "problem_linked"]


def test_whoever_may_not_decide_links_nothing(lan, make_staff):
    case, problem = decided_complaint(lan, "deposit-not-credited"), make_problem(lan)
    for actor, error in (
        (Actor.staff(make_staff("hoa", Role.INTAKE, "intake")), NotPermitted),
        (Actor.staff(make_staff("kim", Role.AUDITOR)), NotPermitted),
        (Actor.staff(make_staff("tuan", Role.SPECIALIST, "technical")), NotVisible),
    ):
        with pytest.raises(error):
            problems.link(case, actor=actor, number=1, problem=problem)
        with pytest.raises(error):
            problems.offer(case, actor=actor, problem=problem, same=same())


# The answer.


def test_the_response_says_in_plain_words_that_it_was_our_fault(lan):
    case = decided_complaint(lan, no_remedy_because="Số tiền đã được ghi có đủ trước khi trả lời.")
    problems.link(case, actor=lan, number=1, problem=make_problem(lan))
    answer.send_answer(case, actor=lan, body="Chúng tôi đã ghi có đủ.")
    response = latest_of(case)
    assert response.says["issues"][0]["our_fault"] == SAID
    assert response.notice.splitlines()[0].startswith(SORRY)
    printed = responding.print_once(response)
    assert printed.pdf[:5] == b"%PDF-"


def test_other_responses_say_nothing_of_it(lan):
    case = decided_complaint(lan, no_remedy_because="Số tiền đã được ghi có đủ trước khi trả lời.")
    answer.send_answer(case, actor=lan, body="Chúng tôi đã ghi có đủ.")
    response = latest_of(case)
    assert response.says["issues"][0]["our_fault"] == ""
    assert SORRY not in response.notice


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"fault": "customer", "cause": "customer_entry"}, "our_fault"),
        ({"plain": "Quý khách đã nhập sai nội dung chuyển khoản."}, "blame"),
    ],
)
def test_what_blames_the_customer_is_not_answered(lan, what, code):
    case = decided_complaint(lan, no_remedy_because="Đã ghi có đủ.")
    problems.link(case, actor=lan, number=1, problem=make_problem(lan))
    assert lacking(case) == []
    deciding.note_finding(case, actor=lan, number=1, found=found(**what))
    assert lacking(case) == [code]
    with pytest.raises(StepNotAllowed) as refused:
        answer.send_answer(case, actor=lan, body="Chúng tôi đã ghi có đủ.")
    assert [one["code"] for one in refused.value.data["missing"]] == [code]


def test_no_reason_and_no_answer_puts_it_on_the_customer(lan):
    case = decided_complaint(lan, no_remedy_because="Đã ghi có đủ.")
    problems.link(case, actor=lan, number=1, problem=make_problem(lan))
    with pytest.raises(Invalid):
        answer.send_answer(case, actor=lan, body="Việc này là do lỗi của quý khách.")
    assert case.status == Status.RESOLVING
    said = decided(case, reason="Sai sót do lỗi của quý khách.", no_remedy_because="Đã ghi có đủ.")
    deciding.decide(case, actor=lan, number=1, decided=said)
    assert lacking(case) == ["blame"]


def test_of_several_issues_only_the_linked_ones_are_said_to_be_ours(lan):
    case = decided_complaint(lan, no_remedy_because="Đã ghi có đủ.")
    complaint.add_issue(case, actor=lan, account="Lệnh thứ hai chưa đến")
    complete(case, lan, no_remedy_because="Đã ghi có đủ.")
    theirs = found(fault="customer", cause="customer_entry", plain="Quý khách đã nhập sai số tài khoản ở lệnh thứ hai.")
    deciding.note_finding(case, actor=lan, number=2, found=theirs)
    problems.link(case, actor=lan, number=1, problem=make_problem(lan))
    answer.send_answer(case, actor=lan, body="Lệnh đầu ghi có muộn. Quý khách đã nhập sai số tài khoản ở lệnh thứ hai.")
    first = latest_of(case).notice.splitlines()[0]
    assert first == "Vấn đề 1: đây là lỗi từ hệ thống của chúng tôi, không phải lỗi của Quý khách. Chúng tôi xin lỗi."


def test_where_every_issue_is_linked_the_answer_says_it_of_the_whole(lan):
    case = decided_complaint(lan, no_remedy_because="Đã ghi có đủ.")
    complaint.add_issue(case, actor=lan, account="Lệnh thứ hai chưa đến")
    complete(case, lan, no_remedy_because="Đã ghi có đủ.")
    for number in (1, 2):
        problems.link(case, actor=lan, number=number, problem=make_problem(lan))
    with pytest.raises(Invalid):
        answer.send_answer(case, actor=lan, body="Quý khách đã nhập sai số tài khoản ở lệnh thứ hai.")
    answer.send_answer(case, actor=lan, body="Cả hai lệnh được ghi có muộn.")
    assert latest_of(case).notice.startswith(SORRY)


def test_a_correction_does_not_bring_the_blame_in(lan):
    case = decided_complaint(lan, no_remedy_because="Đã ghi có đủ.")
    problems.link(case, actor=lan, number=1, problem=make_problem(lan))
    answer.send_answer(case, actor=lan, body="Đã ghi có đủ.")
    with pytest.raises(Invalid):
        responding.correct(
            latest_of(case), actor=head(), reason="Viết lại", found={1: "Quý khách đã nhập nhầm số tài khoản."}
        )


# Whom it touched.


def test_others_are_found_by_what_the_record_asks_for(lan):
    problem = make_problem(lan, "deposit-not-credited")
    ours, other = open_case("deposit-not-credited"), open_case("other")
    assert touched(problem, lan) == {ours.pk}
    topic = make_problem(lan, Category.objects.get(slug="deposit-not-credited").parent.slug)
    assert touched(topic, lan) == {ours.pk}
    by_code = make_problem(lan, code_prefixes=["FT26326", "GD5"])
    TransactionCode.objects.create(case=other, code="GD55120", origin="staff")
    TransactionCode.objects.create(case=ours, code="FT26325118820", origin="staff")
    assert touched(by_code, lan) == {other.pk}
    by_record = make_problem(lan, record="bets")
    for case, content in ((ours, []), (other, [{"code": "GD55120"}])):
        Snapshot.objects.create(case=case, kind="bets", source="sổ", asked_for="GD55120", content=content, sha256="0")
    assert touched(by_record, lan) == {other.pk}


def test_what_happened_at_another_time_is_not_found(lan):
    now = timezone.now()
    over = {"began_from": now - timedelta(days=30), "ended_from": now - timedelta(days=20)}
    problem = make_problem(lan, "other", **over)
    late, said = open_case("other"), open_complaint("other")
    assert touched(problem, lan) == set()  # reported long after it was over, and nobody said when it happened
    during = now - timedelta(days=25)
    complaint.describe(said, actor=lan, said=Description(happened_from=during, happened_until=during))
    assert touched(problem, lan) == {said.pk}
    recent = make_problem(lan, "other", began_from=now - timedelta(hours=1))
    assert touched(recent, lan) == {late.pk}  # what is said to have happened before it began is not


def test_linked_ones_spam_and_duplicates_are_no_others(lan):
    case, problem = decided_complaint(lan), make_problem(lan, "other")
    assert touched(problem, lan) == {case.pk}
    problems.link(case, actor=lan, number=1, problem=problem)
    spam = open_case("other")
    ending.mark_spam(spam, actor=lan, reason="Quảng cáo")
    assert spam.closed_as == ClosedAs.SPAM
    assert touched(problem, lan) == set()
    assert [one.pk for one in records.cases_of(problem, lan, linked=True)] == [case.pk]


def test_nobody_finds_cases_they_may_not_see(lan, make_staff):
    problem = make_problem(lan, "deposit-not-credited", "staff-conduct")
    case, restricted = open_case("deposit-not-credited"), open_case("staff-conduct")
    assert touched(problem, head()) == {case.pk, restricted.pk}
    assert touched(problem, Actor.staff(make_staff("hoa", Role.INTAKE, "intake"))) == {case.pk}
    assert touched(problem, Actor.staff(make_staff("tuan", Role.SPECIALIST, "technical"))) == set()


# The same remedy for all of them.


def test_the_same_remedy_is_proposed_and_waits_for_somebody_else(lan):
    problem = make_problem(lan)
    case = decided_complaint(lan)
    remedy = problems.offer(case, actor=lan, problem=problem, same=same())
    assert (remedy.kind, remedy.amount, remedy.status, remedy.executions.count()) == ("credit", 340_000, "proposed", 0)
    assert ProblemLink.objects.get().offered == remedy
    event = case.events.latest("number")
    assert (event.kind, event.facts["problem"]) == ("remedy_proposed", problem.pk)
    with pytest.raises(NotPermitted):
        remedies.approve(case, actor=lan, remedy=remedy.pk)
    assert remedies.approve(case, actor=head(), remedy=remedy.pk).status == "approved"


def test_nobody_gets_it_twice(lan):
    problem, case = make_problem(lan), decided_complaint(lan)
    remedy = problems.offer(case, actor=lan, problem=problem, same=same())
    with pytest.raises(Conflict):
        problems.offer(case, actor=lan, problem=problem, same=same(amount=20_000))
    remedies.decline(case, actor=head(), remedy=remedy.pk, reason="Sai số tiền")
    with pytest.raises(Conflict):
        problems.offer(case, actor=lan, problem=problem, same=same())
    assert Remedy.objects.count() == 1


def test_whoever_has_a_remedy_already_gets_no_other_from_here(lan):
    problem, case = make_problem(lan), decided_complaint(lan)
    propose(case, lan, amount=100_000)
    before = kinds(case)
    with pytest.raises(Conflict):
        problems.offer(case, actor=lan, problem=problem, same=same())
    assert (kinds(case), ProblemLink.objects.count()) == (before, 0)


def test_what_came_of_another_problem_gets_nothing_from_here(lan):
    other, problem, case = make_problem(lan), make_problem(lan, "other"), decided_complaint(lan)
    problems.link(case, actor=lan, number=1, problem=other)
    before = kinds(case)
    with pytest.raises(Conflict, match="hồ sơ sự cố khác"):
        problems.offer(case, actor=lan, problem=problem, same=same())
    assert (kinds(case), Remedy.objects.count()) == (before, 0)
    link = ProblemLink.objects.get()
    assert (link.problem, link.offered) == (other, None)
    assert problems.offer(case, actor=lan, problem=other, same=same()).status == "proposed"


def test_what_this_round_finds_to_be_no_fault_of_ours_gets_nothing(lan):
    problem, case = make_problem(lan), decided_complaint(lan, no_remedy_because="Đã ghi có đủ.")
    problems.link(case, actor=lan, number=1, problem=problem)
    answer.send_answer(case, actor=lan, body="Đã ghi có đủ.")
    answer.reject(case, actor=customer_of(case))
    yen = head()
    deciding.note_finding(case, actor=yen, number=1, found=found(fault="bank"))
    deciding.decide(case, actor=yen, number=1, decided=decided(case, no_remedy_because=""))
    with pytest.raises(StepNotAllowed, match="không thuộc hệ thống"):
        problems.offer(case, actor=yen, problem=problem, same=same())
    assert not Remedy.objects.exists()


def test_what_is_refused_links_nothing(lan):
    problem, case = make_problem(lan), decided_complaint(lan, no_remedy_because="Đã ghi có đủ.")
    before = kinds(case)
    with pytest.raises(StepNotAllowed):
        problems.offer(case, actor=lan, problem=problem, same=same())
    with pytest.raises(StepNotAllowed):
        problems.offer(open_case("other"), actor=lan, problem=problem, same=same())
    assert (kinds(case), ProblemLink.objects.count()) == (before, 0)


def test_of_several_issues_the_linked_one_gets_it(lan):
    problem, case = make_problem(lan), decided_complaint(lan)
    complaint.add_issue(case, actor=lan, account="Nhân viên nói trống không")
    complete(case, lan, no_remedy_because="")
    with pytest.raises(Invalid):
        problems.offer(case, actor=lan, problem=problem, same=same())
    problems.link(case, actor=lan, number=2, problem=problem)
    assert problems.offer(case, actor=lan, problem=problem, same=same()).issue.number == 2


def test_a_later_round_finds_anew_before_it_answers(lan, make_staff):
    case = decided_complaint(lan, no_remedy_because="Đã ghi có đủ.")
    problems.link(case, actor=lan, number=1, problem=make_problem(lan))
    answer.send_answer(case, actor=lan, body="Đã ghi có đủ.")
    answer.reject(case, actor=customer_of(case))
    yen = head()
    deciding.note_finding(case, actor=yen, number=1, found=found(fault="bank"))
    assert "our_fault" in lacking(case)
    problems.unlink(case, actor=yen, number=1, reason="Ngân hàng gửi muộn")
    assert "our_fault" not in lacking(case)


# What a record must say.


def described(**changed):
    said = {
        "said_vi": SAID,
        "said_en": "Late.",
        "cause": "",
        "status": "open",
        "began_from": timezone.now() - timedelta(hours=2),
        "record": "deposits",
    }
    return Described(**{**said, **changed})


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"record": ""}, "categories"),
        ({"status": "known"}, "cause"),
        ({"status": "resolved", "cause": "Hàng đợi đầy"}, "ended_from"),
        ({"said_vi": "Quý khách đã nhập sai nội dung."}, "said_vi"),
        ({"said_en": "You lied."}, "said_en"),
        ({"began_from": timezone.now() + timedelta(days=1)}, "began_from"),
        ({"began_until": timezone.now() - timedelta(days=1)}, "began_until"),
        ({"ended_from": timezone.now() - timedelta(days=1)}, "ended_from"),
        ({"ended_until": timezone.now() - timedelta(minutes=1)}, "ended_until"),
    ],
)
def test_what_a_record_may_not_say(changed, field):
    records.check(described())
    with pytest.raises(Invalid) as refused:
        records.check(described(**changed))
    assert list(refused.value.errors) == [field]


def test_what_codes_begin_with():
    assert records.prefixes_of(" ft-26326, GD 55 ; gd55") == ["FT26326", "GD55"]
    for wrong in ("F", "FT26326, 9", ",".join(f"ABC{n}" for n in range(21))):
        with pytest.raises(Invalid):
            records.prefixes_of(wrong)


@pytest.mark.parametrize("change", [{"ended_until": timezone.now()}, {"status": "resolved"}])
def test_the_database_keeps_what_it_can(lan, change):
    problem = make_problem(lan, "other")
    with pytest.raises(IntegrityError), transaction.atomic():
        Problem.objects.filter(pk=problem.pk).update(**change)
