"""The formal side of a case: issues, accounts, findings, decisions by the policy of the day, and what is missing for an answer."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role
from cases import policies
from cases.complaints import policy
from cases.complaints.models import Account, Complaint, Decision, Finding, Issue, PolicyClause, Recourse
from cases.complaints.queries import complaint_file
from cases.events import flaws_of
from cases.models import Case, Category
from cases.states import Nature, Step
from cases.workflow import answer, complaint, deciding, evidence, resolution, routing
from cases.workflow.complaint import Description
from cases.workflow.steps import allowed_steps
from cskh.core.errors import Conflict, Invalid, NotPermitted, NotVisible, StepNotAllowed
from tests.cases.building import customer_of, open_case, settle_facts
from tests.cases.complaints.building import (
    FOUND,
    clause,
    complete,
    decided,
    found,
    lacking,
    open_complaint,
    say_recourse,
    tell_our_side,
)
from tests.cases.evidence.files import picture, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("defaults")]
WORDS = "Tôi chuyển 2.000.000đ lúc 9 giờ"


def issues(case):
    return complaint_file(case).issues


class TestRegister:
    def test_the_first_issue_is_what_the_customer_said_first(self, case):
        (only,) = issues(case)
        assert (only.issue.number, only.customers.text, only.operators) == (1, WORDS, None)
        assert only.customers.message == case.messages.filter(direction="in").first().pk
        kinds = list(
            case.events.filter(kind__in=["complaint_registered", "issue_added"]).values_list("kind", flat=True)
        )
        assert kinds == ["complaint_registered", "issue_added"]
        assert list(flaws_of(case)) == []

    def test_also_where_a_request_becomes_a_complaint_later(self, lan):
        case = open_case("other")
        routing.classify_case(case, actor=lan, category=Category.objects.get(slug="other"), nature=Nature.DISPUTE)
        assert [one.customers.text for one in issues(case)] == [WORDS]
        assert list(flaws_of(case)) == []
        routing.classify_case(case, actor=lan, category=Category.objects.get(slug="other"), nature=Nature.QUESTION)
        routing.classify_case(case, actor=lan, category=Category.objects.get(slug="other"), nature=Nature.COMPLAINT)
        assert len(issues(case)) == 1
        assert case.events.filter(kind="complaint_registered").count() == 1

    def test_it_starts_from_what_the_case_knows(self):
        at = timezone.now() - timedelta(days=1)
        case = open_complaint(incident_at=at, amount=340_000)
        kept = complaint_file(case).complaint
        assert (kept.happened_from, kept.happened_until, kept.amount) == (at, at, 340_000)

    def test_what_stood_there_before_issues_were_kept_gets_its_first_one(self):
        case = open_case("other", amount=340_000)
        Complaint.objects.create(case=case)
        import_module("cases.complaints.migrations.0003_issues").begin_what_stands(apps, None)
        file = complaint_file(Case.objects.get(pk=case.pk))
        assert ([one.customers.text for one in file.issues], file.complaint.amount) == ([WORDS], 340_000)

    def test_other_cases_are_in_no_register(self, lan):
        case = open_case("other")
        assert complaint_file(case) is None
        with pytest.raises(NotVisible):
            complaint.add_issue(case, actor=lan, account="Thêm")


class TestDescription:
    def test_said_and_recorded_without_personal_text(self, case, lan):
        at = timezone.now() - timedelta(hours=30)
        said = Description(
            happened_from=at,
            happened_until=at + timedelta(hours=2),
            amount=340_000,
            remedy_sought="Trả đủ cho tôi",
            severity="serious",
        )
        complaint.describe(case, actor=lan, said=said)
        kept = complaint_file(case).complaint
        assert (kept.happened_from, kept.amount, kept.severity) == (at, 340_000, "serious")
        event = case.events.get(kind="complaint_described")
        assert event.facts["fields"] == ["amount", "happened_from", "happened_until", "remedy_sought", "severity"]
        assert "Trả đủ" not in str(event.facts)
        complaint.describe(case, actor=lan, said=said)
        assert case.events.filter(kind="complaint_described").count() == 1

    @pytest.mark.parametrize(
        ("field", "said"),
        [
            ("happened_from", {"happened_from": timezone.now() + timedelta(days=2)}),
            (
                "happened_until",
                {
                    "happened_from": timezone.now() - timedelta(days=9),
                    "happened_until": timezone.now() - timedelta(days=12),
                },
            ),
            ("happened_until", {"happened_from": timezone.now(), "happened_until": timezone.now() + timedelta(days=9)}),
            ("happened_from", {"happened_from": datetime(1, 1, 1, tzinfo=UTC)}),
            ("happened_until", {"happened_until": datetime(1999, 12, 31, tzinfo=UTC)}),
            ("amount", {"amount": -1}),
            ("amount", {"amount": 0}),
            ("amount", {"amount": 10**15 + 1}),
            ("severity", {"severity": "terrible"}),
            ("remedy_sought", {"remedy_sought": "x" * 10_001}),
        ],
    )
    def test_what_cannot_be_meant_is_refused_at_its_field(self, case, lan, field, said):
        with pytest.raises(Invalid) as refused:
            complaint.describe(case, actor=lan, said=Description(**said))
        assert list(refused.value.errors) == [field]


class TestIssues:
    def test_more_are_added_and_both_sides_are_heard(self, case, lan):
        complaint.add_issue(case, actor=lan, account="Nhân viên nói trống không")
        complaint.note_account(case, actor=lan, number=2, side="operator", text="Đã nghe lại cuộc gọi")
        complaint.note_account(case, actor=lan, number=2, side="customer", text="Nhân viên cúp máy")
        second = issues(case)[1]
        assert (second.customers.text, second.operators.text) == ("Nhân viên cúp máy", "Đã nghe lại cuộc gọi")
        assert Account.objects.filter(issue=second.issue).count() == 3  # what stood there before is kept
        assert case.events.filter(kind="account_noted").last().facts["side"] == "customer"

    def test_nothing_empty_and_no_issue_that_is_not_there(self, case, lan):
        for attempt in (
            lambda: complaint.add_issue(case, actor=lan, account="  "),
            lambda: complaint.note_account(case, actor=lan, number=1, side="operator", text=""),
            lambda: complaint.note_account(case, actor=lan, number=7, side="operator", text="x"),
            lambda: complaint.note_account(case, actor=lan, number=1, side="both", text="x"),
        ):
            with pytest.raises(Invalid):
                attempt()
        assert Account.objects.count() == 1

    def test_nobody_else_works_on_it(self, case, make_staff):
        for role in (Role.AUDITOR,):
            with pytest.raises(NotPermitted):
                complaint.add_issue(case, actor=Actor.staff(make_staff("an", role)), account="Thêm")
        with pytest.raises(NotPermitted):
            complaint.add_issue(case, actor=customer_of(case), account="Thêm")


class TestFinding:
    def test_it_says_what_it_rests_on(self, lan):
        case = open_complaint("settlement", owner=lan, transaction_ref="GD-55120")
        settle_facts(case, lan)
        item = evidence.submit_evidence(case, actor=customer_of(case), channel=case.channel, upload=upload(picture()))
        fact = case.fact_entries.get(kind="corroborated")
        finding = deciding.note_finding(
            case, actor=lan, number=1, found=found(evidence=[item], facts=[fact], other_source="")
        )
        assert (list(finding.evidence.all()), list(finding.facts.all())) == ([item], [fact])
        event = case.events.get(kind="issue_found")
        assert (event.facts["cause"], event.facts["evidence"]) == ("data_error", [item.pk])
        assert FOUND["plain"] not in str(event.facts)

    def test_only_on_what_belongs_to_the_case_and_is_verified(self, case, lan):
        other = open_complaint("settlement", owner=lan, email="binh@khach.example", transaction_ref="GD-1")
        settle_facts(other, lan)
        item = evidence.submit_evidence(
            other, actor=customer_of(other), channel=other.channel, upload=upload(picture())
        )
        claimed, verified = other.fact_entries.order_by("pk")[:2]
        for sources in ({"evidence": [item]}, {"facts": [verified]}, {"other_source": " "}):
            with pytest.raises(Invalid):
                deciding.note_finding(case, actor=lan, number=1, found=found(**sources))
        with pytest.raises(Invalid):
            deciding.note_finding(other, actor=lan, number=1, found=found(facts=[claimed]))
        assert not Finding.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("cause", "bad_luck"),
            ("fault", ""),
            ("what_happened", " "),
            ("plain", ""),
            ("plain", "Quý khách đã làm giả biên lai"),
            ("plain", "Quý khách cần nạp thêm tiền để được hoàn tiền"),
        ],
    )
    def test_what_is_incomplete_or_unfair_is_refused(self, case, lan, field, value):
        with pytest.raises(Invalid) as refused:
            deciding.note_finding(case, actor=lan, number=1, found=found(**{field: value}))
        assert list(refused.value.errors) == [field]


class TestDecision:
    def test_it_follows_a_finding_and_cites_the_clause(self, case, lan):
        with pytest.raises(StepNotAllowed):
            deciding.decide(case, actor=lan, number=1, decided=decided(case))
        deciding.note_finding(case, actor=lan, number=1, found=found())
        decision = deciding.decide(case, actor=lan, number=1, decided=decided(case))
        assert (decision.outcome, decision.clause.number, decision.round) == ("upheld", 4, 1)
        event = case.events.get(kind="issue_decided")
        assert (event.facts["outcome"], event.facts["clause"], event.facts["version"]) == ("upheld", 4, 1)
        assert decision.no_remedy_because not in str(event.facts)

    def test_not_while_a_mandatory_fact_is_open(self, lan):
        case = open_complaint("settlement", owner=lan)
        deciding.note_finding(case, actor=lan, number=1, found=found())
        with pytest.raises(StepNotAllowed):
            deciding.decide(case, actor=lan, number=1, decided=decided(case))
        settle_facts(case, lan)
        deciding.decide(case, actor=lan, number=1, decided=decided(case))

    def test_nothing_needs_to_be_found_about_what_was_given_up(self, case, lan):
        deciding.decide(case, actor=lan, number=1, decided=decided(case, outcome="withdrawn", clause=None))
        assert lacking(case) == ["recourse"]

    def test_another_version_of_the_clause_is_refused_and_the_right_one_named(self, case, lan):
        deciding.note_finding(case, actor=lan, number=1, found=found())
        old = clause(4)
        tomorrow = timezone.localdate() + timedelta(days=1)
        texts = {"title_vi": "Mới", "title_en": "New", "text_vi": "Mới", "text_en": "New"}
        new = policy.publish(PolicyClause(number=4, valid_from=tomorrow, **texts))
        fresh = policy.publish(PolicyClause(number=99, valid_from=tomorrow, **texts))
        with pytest.raises(Invalid) as refused:
            deciding.decide(case, actor=lan, number=1, decided=decided(case, clause=new))
        assert "1" in refused.value.errors["clause"][0]
        with pytest.raises(Invalid):
            deciding.decide(case, actor=lan, number=1, decided=decided(case, clause=fresh))
        deciding.decide(case, actor=lan, number=1, decided=decided(case, clause=old))

    def test_where_the_day_is_uncertain_any_day_of_it_will_do(self, case, lan):
        now = timezone.now()
        texts = {"title_vi": "Mới", "title_en": "New", "text_vi": "Mới", "text_en": "New"}
        new = policy.publish(PolicyClause(number=4, valid_from=timezone.localdate(), **texts))
        old = PolicyClause.objects.get(number=4, version=1)
        complaint.describe(case, actor=lan, said=Description(happened_from=now - timedelta(days=3), happened_until=now))
        deciding.note_finding(case, actor=lan, number=1, found=found())
        for version in (old, new):
            deciding.decide(case, actor=lan, number=1, decided=decided(case, clause=version))
        before = now - timedelta(days=3)
        complaint.describe(case, actor=lan, said=Description(happened_from=before, happened_until=before))
        assert "clause" in lacking(case)  # what is known of the day changed, so the citation does not hold any more

    @pytest.mark.parametrize(
        ("field", "said"),
        [
            ("outcome", {"outcome": "maybe"}),
            ("reason", {"reason": " "}),
            ("reason", {"reason": "Quý khách gian lận"}),
            ("clause", {"clause": None}),
            ("deviation_reason", {"deviates": True}),
        ],
    )
    def test_what_is_incomplete_is_refused_at_its_field(self, case, lan, field, said):
        deciding.note_finding(case, actor=lan, number=1, found=found())
        with pytest.raises(Invalid) as refused:
            deciding.decide(case, actor=lan, number=1, decided=decided(case, **said))
        assert list(refused.value.errors) == [field]

    def test_a_deviation_is_approved_by_a_head_who_did_not_decide_it(self, case, lan, son, make_staff):
        deciding.note_finding(case, actor=son, number=1, found=found())
        deviating = decided(case, deviates=True, deviation_reason="Khách chờ quá lâu")
        decision = deciding.decide(case, actor=son, number=1, decided=deviating)
        tell_our_side(case, lan)
        say_recourse(case, lan)
        assert lacking(case) == ["approval"]
        for not_they in (lan, son):
            with pytest.raises(NotPermitted):
                deciding.approve_deviation(decision, actor=not_they)
        ha = Actor.staff(make_staff("ha", Role.MANAGER))
        deciding.approve_deviation(decision, actor=ha)
        assert lacking(case) == []
        with pytest.raises(Conflict):
            deciding.approve_deviation(decision, actor=ha)
        deciding.decide(case, actor=lan, number=1, decided=deviating)
        assert lacking(case) == ["approval"]  # decided anew, so approved anew
        with pytest.raises(Conflict):
            deciding.approve_deviation(decision, actor=ha)


class TestGate:
    def test_everything_is_named_that_is_missing_and_then_it_goes(self, case, lan):
        assert lacking(case) == ["operators_account", "finding", "decision", "recourse"]
        assert Step.ANSWER not in allowed_steps(lan, case)
        with pytest.raises(StepNotAllowed) as refused:
            answer.send_answer(case, actor=lan, body="Đã ghi có.")
        assert [lack["code"] for lack in refused.value.data["missing"]] == lacking(case)
        complete(case, lan)
        assert lacking(case) == []
        assert Step.ANSWER in allowed_steps(lan, case)
        answer.send_answer(case, actor=lan, body="Đã ghi có.")

    def test_each_issue_counts(self, case, lan):
        complete(case, lan)
        complaint.add_issue(case, actor=lan, account="Nhân viên nói trống không")
        assert lacking(case) == ["operators_account", "finding", "decision"]
        with pytest.raises(StepNotAllowed):
            answer.send_answer(case, actor=lan, body="Đã ghi có.")

    def test_no_remedy_needs_a_reason(self, case, lan):
        complete(case, lan, no_remedy_because="")
        assert lacking(case) == ["remedy"]
        deciding.decide(case, actor=lan, number=1, decided=decided(case, no_remedy_because="Không có thiệt hại"))
        assert lacking(case) == []

    def test_also_proposals_and_an_approval_falls_with_what_changes(self, lan, son):
        case = open_complaint("settlement", owner=lan)
        settle_facts(case, lan)
        with pytest.raises(StepNotAllowed):
            resolution.propose(case, actor=lan, body="Tính lại.")
        complete(case, lan)
        resolution.propose(case, actor=lan, body="Tính lại.")
        resolution.approve(case, actor=son)
        deciding.decide(case, actor=lan, number=1, decided=decided(case, outcome="partly"))
        assert Step.ANSWER not in allowed_steps(lan, case)
        assert case.events.filter(kind="outcome_returned").last().facts["why"] == "complaint_changed"

    def test_what_an_approver_has_before_them_stays_as_it_is(self, lan, son):
        case = open_complaint("settlement", owner=lan)
        settle_facts(case, lan)
        complete(case, lan)
        resolution.propose(case, actor=lan, body="Tính lại.")
        for change in (
            lambda: deciding.decide(case, actor=lan, number=1, decided=decided(case, outcome="not_upheld")),
            lambda: deciding.note_finding(case, actor=lan, number=1, found=found()),
            lambda: tell_our_side(case, lan),
            lambda: say_recourse(case, lan),
            lambda: complaint.add_issue(case, actor=lan, account="Thêm"),
            lambda: complaint.describe(case, actor=lan, said=Description(amount=1)),
        ):
            with pytest.raises(StepNotAllowed):
                change()
        resolution.return_for_rework(case, actor=son, reason="Xem lại")
        deciding.decide(case, actor=lan, number=1, decided=decided(case, outcome="not_upheld"))

    def test_an_account_takes_the_approval_back(self, lan, son):
        case = open_complaint("settlement", owner=lan)
        settle_facts(case, lan)
        complete(case, lan)
        resolution.propose(case, actor=lan, body="Tính lại.")
        resolution.approve(case, actor=son)
        complaint.note_account(case, actor=lan, number=1, side="customer", text="Thiếu hai dòng")
        assert Step.ANSWER not in allowed_steps(lan, case)

    def test_staff_who_are_the_customer_put_nothing_down(self, case, lan, son):
        deviating = decided(case, deviates=True, deviation_reason="Khách chờ quá lâu")
        deciding.note_finding(case, actor=lan, number=1, found=found())
        decision = deciding.decide(case, actor=lan, number=1, decided=deviating)
        son.subject.email = "An@khach.example"
        for change in (
            lambda: deciding.note_finding(case, actor=son, number=1, found=found()),
            lambda: deciding.decide(case, actor=son, number=1, decided=deviating),
            lambda: deciding.approve_deviation(decision, actor=son),
        ):
            with pytest.raises(NotPermitted, match="chính là khách hàng"):
                change()

    def test_a_date_that_has_passed_is_no_time_to_respond(self, case, lan):
        complete(case, lan)
        with time_machine.travel(timezone.now() + timedelta(days=9)):
            assert lacking(case) == ["recourse"]

    def test_other_cases_are_answered_as_before(self, lan):
        case = open_case("other")
        routing.assign_case(case, actor=lan, assignee=lan.subject)
        answer.send_answer(case, actor=lan, body="Có ạ.")


class TestRounds:
    def test_a_new_round_gets_its_own_and_the_past_stays(self, case, lan, make_staff):
        complete(case, lan)
        answer.send_answer(case, actor=lan, body="Đã ghi có.")
        with pytest.raises(StepNotAllowed):
            deciding.decide(case, actor=lan, number=1, decided=decided(case))
        with pytest.raises(StepNotAllowed):
            complaint.add_issue(case, actor=lan, account="Thêm")
        answer.reject(case, actor=customer_of(case), reason="Chưa đúng")
        assert lacking(case) == ["finding", "decision", "recourse"]
        (only,) = issues(case)
        assert (only.finding, only.decision, only.last_decision.outcome) == (None, None, "upheld")
        with pytest.raises(NotPermitted):  # who decided before does not review (I5)
            deciding.note_finding(case, actor=lan, number=1, found=found())
        minh = Actor.staff(make_staff("minh", Role.SPECIALIST))
        routing.assign_case(case, actor=minh, assignee=minh.subject)
        resolution.start_resolving(case, actor=minh)
        complete(case, minh, outcome="partly")
        assert list(Decision.objects.values_list("round", "outcome")) == [(1, "upheld"), (2, "partly")]
        answer.send_answer(case, actor=minh, body="Một phần.")

    def test_who_decided_an_issue_does_not_review_even_where_another_answered(self, case, lan, make_staff):
        minh = Actor.staff(make_staff("minh", Role.SPECIALIST))
        complete(case, minh)
        answer.send_answer(case, actor=lan, body="Đã ghi có.")
        answer.reject(case, actor=customer_of(case))
        assert policies.earlier_deciders(case) == {lan.subject.pk, minh.subject.pk}
        assert not policies.may(minh, Step.ANSWER, case)

    @pytest.mark.parametrize(
        ("model", "text"),
        [(Finding, "plain"), (Decision, "reason"), (Recourse, "next_level"), (Account, "text"), (Issue, "")],
    )
    def test_the_database_refuses_to_rewrite_it(self, case, lan, model, text):
        complete(case, lan)
        rows = model.objects.filter(pk=model.objects.first().pk)
        changes = [rows.delete, lambda: rows.update(round=7)]
        if text:
            changes.append(lambda: rows.update(**{text: "khác"}))
        for change in changes:
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        if text:
            rows.update(**{text: ""})  # erasing is not rewriting


def test_a_finding_made_anew_takes_the_place_of_the_one_before(case, lan):
    complete(case, lan)
    deciding.note_finding(case, actor=lan, number=1, found=found(cause="delay"))
    (only,) = issues(case)
    assert (only.finding.cause, len(only.findings)) == ("delay", 2)
