"""Remedies: proposed, approved by somebody else within limits, accepted with the outcome, and carried out once."""

import re
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role, Scope
from cases import policies, timeline
from cases.complaints import remedy_rights
from cases.complaints.models import ApprovalLimit, Decision, PolicyClause, Remedy, RemedyApproval, RemedyExecution
from cases.complaints.queries import complaint_file
from cases.complaints.remedy_states import MOVES, OF_MONEY, RemedyKind, RemedyStatus, RemedyStep
from cases.events import flaws_of
from cases.evidence.pipeline.receive import Upload
from cases.evidence.queries import file_of
from cases.records.models import RecordKind
from cases.records.rows import PaymentRow
from cases.records.snapshots import keep
from cases.records.source import SourceAnswer
from cases.tasks import carry_out_remedy, sweep_remedies
from cases.workflow import answer, carrying_out, deciding, ending, promises, remedies, resolution
from cases.workflow.steps import allowed_steps
from channels_app.models import StaffNotice
from cskh.core.errors import Conflict, Invalid, NotPermitted, NotVisible, PreconditionFailed, StepNotAllowed
from tests.cases.building import customer_of, said_last
from tests.cases.complaints.building import decided, found, lacking, open_complaint
from tests.cases.complaints.remedying import (
    REASON,
    accepted,
    broken,
    decided_complaint,
    head,
    in_days,
    operator,
    promised,
    propose,
    proposed,
)
from tests.cases.evidence.files import picture
from tests.cases.fingerprint import fingerprint

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("defaults")]
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def yen(make_staff):
    return head()


@pytest.fixture
def case(lan):
    return decided_complaint(lan)


def kept(pk):
    return Remedy.objects.get(pk=pk)


def kinds(case):
    return [kind for kind in case.events.values_list("kind", flat=True) if kind.startswith("remedy")]


class TestTheWay:
    def test_from_the_proposal_to_the_confirmation(self, case, lan, yen):
        assert lacking(case) == ["remedy"]
        pk = propose(case, lan)
        assert lacking(case) == ["remedy_approval"]
        remedies.approve(case, actor=yen, remedy=pk)
        assert lacking(case) == []
        assert kept(pk).promised_at is None
        answer.send_answer(case, actor=lan, body="Chúng tôi ghi có thêm.")
        assert kept(pk).promised_at == case.answered_at
        answer.accept(case, actor=customer_of(case))
        remedies.record_by_hand(case, actor=lan, remedy=pk, reference="GD-1")
        remedies.confirm(case, actor=customer_of(case), remedy=pk)
        assert kept(pk).status == RemedyStatus.CONFIRMED
        assert kinds(case) == [
            f"remedy_{name}" for name in ("proposed", "approved", "promised", "accepted", "executed", "confirmed")
        ]
        facts = case.events.get(kind="remedy_promised").facts
        assert (facts["remedy_kind"], facts["amount"], facts["due_on"]) == ("credit", 340_000, in_days(2).isoformat())
        assert not [event for event in case.events.all() if "Ghi có thêm" in str(event.facts)]
        assert list(flaws_of(case)) == []

    def test_the_customers_no_declines_it_and_the_next_round_proposes_anew(self, lan, yen):
        case, pk = promised(lan)
        answer.reject(case, actor=customer_of(case))
        assert kept(pk).status == RemedyStatus.DECLINED
        assert "decision" in lacking(case)

    def test_what_was_accepted_by_itself_stands_although_the_outcome_does_not(self, lan):
        case, pk = promised(lan)
        remedies.accept(case, actor=customer_of(case), remedy=pk)
        answer.reject(case, actor=customer_of(case))
        assert kept(pk).status == RemedyStatus.ACCEPTED

    def test_nobody_accepts_what_was_not_promised(self, case, lan, yen, make_client):
        """So whatever the customer accepted was promised: by an answer of ours."""
        program = Actor.integration(make_client(Scope.CASES_WORK, Scope.CASES_ANSWER_FOR_CUSTOMER).api_client)
        pk = propose(case, lan)
        remedies.approve(case, actor=yen, remedy=pk)
        for actor, message in ((program, None), (lan, said_last(case))):
            with pytest.raises(NotPermitted):
                remedies.accept(case, actor=actor, remedy=pk, message=message)
        answer.send_answer(case, actor=lan, body="Chúng tôi ghi có thêm.")
        remedies.accept(case, actor=program, remedy=pk)
        assert kept(pk).promised_at

    def test_the_owner_is_told_that_it_is_to_be_carried_out(self, lan):
        case, _pk = accepted(lan)
        told = StaffNotice.objects.filter(event__kind="remedy_accepted")
        assert [(one.recipient_id, one.case_id) for one in told] == [(lan.subject.pk, case.pk)]

    def test_staff_cite_the_customers_words(self, lan, yen):
        case, pk = promised(lan)
        for message, wrong in ((None, "message"), (said_last(case), "message")):
            with pytest.raises(Invalid) as refused:
                remedies.accept(case, actor=yen, remedy=pk, message=message)
            assert list(refused.value.errors) == [wrong]

    def test_an_end_without_the_customers_word_leaves_the_promise(self, lan, yen):
        case, pk = promised(lan)
        answer.close_no_reply(case, actor=Actor.system("sla"))
        assert (case.closed_as, kept(pk).status) == ("no_reply", RemedyStatus.ACCEPTED)
        assert case.events.get(kind="remedy_accepted").facts["why"] == "no_reply"

    def test_a_withdrawal_drops_what_was_not_accepted(self, lan):
        case, pk = promised(lan)
        ending.withdraw(case, actor=customer_of(case))
        assert kept(pk).status == RemedyStatus.CANCELLED

    def test_deciding_anew_drops_what_rested_on_the_decision(self, case, lan, yen):
        pk = propose(case, lan)
        remedies.approve(case, actor=yen, remedy=pk)
        deciding.decide(case, actor=lan, number=1, decided=decided(case, no_remedy_because=""))
        assert kept(pk).status == RemedyStatus.CANCELLED
        assert lacking(case) == ["remedy"]

    def test_a_new_proposal_takes_an_approved_outcome_back(self, case, lan, yen):
        remedies.approve(case, actor=yen, remedy=propose(case, lan))
        resolution.propose(case, actor=lan, body="Ghi có thêm.")
        resolution.approve(case, actor=head("quan"))
        propose(case, lan, amount=1_000)
        assert case.events.filter(kind="outcome_returned").exists()

    def test_past_its_day_it_is_no_promise(self, case, lan, yen):
        remedies.approve(case, actor=yen, remedy=propose(case, lan))
        with time_machine.travel(timezone.now() + timedelta(days=3)):
            assert "remedy" in lacking(case)
            assert "answer" not in allowed_steps(lan, case)


class TestAcrossRounds:
    @pytest.mark.parametrize("is_done", [False, True])
    def test_what_was_accepted_before_stands_and_is_not_paid_again(self, lan, yen, make_staff, is_done):
        minh = Actor.staff(make_staff("minh", Role.SPECIALIST))
        case, pk = promised(lan)
        remedies.accept(case, actor=customer_of(case), remedy=pk)
        if is_done:
            remedies.record_by_hand(case, actor=lan, remedy=pk, reference="GD-1")
        decided_again(case, minh)
        with pytest.raises(Conflict):
            propose(case, minh)
        assert "remedy" not in lacking(case)
        (issue,) = complaint_file(case).issues
        assert [one.pk for one in issue.standing_remedies] == [pk]
        with time_machine.travel(timezone.now() + timedelta(days=3)):
            assert ("remedy" in lacking(case)) is not is_done  # late is only what is still owed

    @pytest.mark.parametrize("denial", [{"no_remedy_because": "Không thiệt hại"}, {"outcome": "withdrawn"}])
    def test_no_decision_denies_what_was_accepted(self, lan, yen, make_staff, denial):
        minh = Actor.staff(make_staff("minh", Role.SPECIALIST))
        case, pk = promised(lan)
        remedies.accept(case, actor=customer_of(case), remedy=pk)
        with pytest.raises(StepNotAllowed, match="340"):
            decided_again(case, minh, **denial)
        remedies.cancel(case, actor=head("quan"), remedy=pk, reason="Đã trả bằng cách khác")
        deciding.decide(case, actor=minh, number=1, decided=decided(case, **denial))

    def test_who_writes_the_customers_no_down_has_judged_nothing(self, lan, yen, make_staff):
        clerk = Actor.staff(make_staff("tu", Role.SPECIALIST))
        case, _pk = promised(lan)
        answer.reject(case, actor=clerk, reason="Khách gọi: không đồng ý.")
        assert case.events.get(kind="remedy_declined").actor_kind == "system"
        assert clerk.subject.pk not in policies.earlier_deciders(case)
        assert lan.subject.pk in policies.earlier_deciders(case)

    def test_what_was_declined_is_proposed_anew(self, lan, yen, make_staff):
        minh = Actor.staff(make_staff("minh", Role.SPECIALIST))
        case, _pk = promised(lan)
        decided_again(case, minh)
        assert "remedy" in lacking(case)
        propose(case, minh)


def decided_again(case, reviewer, **decision):
    """The customer does not agree; somebody else takes the matter up, and decides it."""
    answer.reject(case, actor=customer_of(case))
    resolution.start_resolving(case, actor=reviewer)
    deciding.note_finding(case, actor=reviewer, number=1, found=found())
    deciding.decide(case, actor=reviewer, number=1, decided=decided(case, **{"no_remedy_because": "", **decision}))


class TestProposing:
    @pytest.mark.parametrize(
        ("field", "changed"),
        [
            ("amount", {"amount": -1}),
            ("amount", {"amount": 0}),
            ("amount", {"amount": None}),
            ("amount", {"amount": 10**15 + 1}),
            ("amount", {"amount": 500_000_001}),  # more than anybody may approve
            ("amount", {"kind": "apology", "amount": 5}),
            ("kind", {"kind": "voucher"}),
            ("due_on", {"due_on": "yesterday"}),
            ("due_on", {"due_on": "far"}),
            ("reason", {"reason": ""}),
            ("reason", {"reason": "Vui lòng nạp thêm 500.000đ để được rút tiền."}),
            ("destination", {"destination": "account:VCB ••••9999"}),
            ("issue", {"issue": 7}),
        ],
    )
    def test_what_is_absurd_is_refused_at_its_field(self, case, lan, field, changed):
        days = {"yesterday": in_days(-1), "far": in_days(400)}
        changed = {name: days.get(value, value) if name == "due_on" else value for name, value in changed.items()}
        before = fingerprint()
        with pytest.raises(Invalid) as refused:
            propose(case, lan, **changed)
        assert list(refused.value.errors) == [field]
        assert fingerprint() == before

    def test_another_versions_clause_is_refused(self, case, lan):
        old = PolicyClause.objects.create(
            number=99, version=1, title_vi="Cũ", title_en="Old", text_vi="x", text_en="x",
            valid_from=in_days(-900), valid_until=in_days(-800),
        )  # fmt: skip
        with pytest.raises(Invalid) as refused:
            propose(case, lan, clause=old)
        assert list(refused.value.errors) == ["clause"]

    def test_nothing_is_proposed_before_the_decision_nor_against_it(self, lan):
        with pytest.raises(StepNotAllowed):
            propose(open_complaint(owner=lan), lan)
        with pytest.raises(StepNotAllowed):
            propose(decided_complaint(lan, no_remedy_because="Không thiệt hại"), lan)

    def test_the_same_again_is_a_slip(self, case, lan):
        propose(case, lan)
        with pytest.raises(Conflict):
            propose(case, lan)
        propose(case, lan, amount=1_000)

    def test_a_stale_edit_is_refused(self, case, lan):
        case.if_match = frozenset({'"1"'})
        with pytest.raises(PreconditionFailed):
            propose(case, lan)

    def test_nor_once_the_round_is_answered(self, lan):
        case, _pk = promised(lan)
        with pytest.raises(StepNotAllowed):
            propose(case, lan, amount=5_000)

    def test_money_goes_to_the_customers_own_account_and_is_masked(self, case, lan):
        number = case.customer.external_id
        for customer, account in ((number, "0451000123456"), ("BX999999", "0451000999999")):
            row = PaymentRow(customer=customer, bank="VCB", account=account, amount=5)
            keep(case, RecordKind.DEPOSITS, SourceAnswer.of([row]), source="rest", asked_for=account)
        assert kept(propose(case, lan)).destination == f"••••{number[-4:]}"
        other = kept(propose(case, lan, amount=2, destination="account:VCB ••••3456"))
        assert (other.destination_kind, other.destination) == ("account", "VCB ••••3456")
        with pytest.raises(Invalid):
            propose(case, lan, amount=3, destination="account:VCB ••••9999")

    def test_not_to_somebody_the_operator_does_not_know(self, lan):
        case = decided_complaint(lan)
        type(case.customer).objects.filter(pk=case.customer_id).update(external_id=None)
        with pytest.raises(Invalid) as refused:
            propose(type(case).objects.get(pk=case.pk), lan)
        assert list(refused.value.errors) == ["destination"]
        propose(case, lan, kind="apology", amount=None)


class TestFourEyes:
    def test_nobody_approves_their_own(self, case, lan, yen, caplog):
        """E10: refused, and told to the log."""
        pk = propose(case, yen)
        with pytest.raises(NotPermitted, match="."):
            remedies.approve(case, actor=yen, remedy=pk)
        assert "approval of remedy" in caplog.text
        assert kept(pk).status == RemedyStatus.PROPOSED
        assert not remedy_rights.who_may(RemedyStep.APPROVE, kept(pk), case).filter(pk=yen.subject.pk).exists()

    def test_nor_who_decided_nor_who_gains(self, lan, yen):
        son = head("son")
        case = decided_complaint(son)
        pk = propose(case, lan)
        type(yen.subject).objects.filter(pk=yen.subject.pk).update(email="An@khach.example")
        for one in (son, head("yen"), lan):
            with pytest.raises(NotPermitted):
                remedies.approve(case, actor=one, remedy=pk)
        for step in (RemedyStep.APPROVE, RemedyStep.EXECUTE, RemedyStep.CONFIRM):
            assert not remedy_rights.Rights(head("yen"), case).may(step, kept(pk))
        with pytest.raises(NotPermitted):
            propose(case, head("yen"), amount=1_000)
        remedies.approve(case, actor=head("quan"), remedy=pk)

    def test_nor_whoever_decided_in_an_earlier_round(self, lan, yen, make_staff):
        minh = Actor.staff(make_staff("minh", Role.SPECIALIST))
        case, _pk = promised(lan)
        decided_again(case, minh)
        pk = propose(case, minh, amount=500_000)
        with pytest.raises(NotPermitted):
            remedies.approve(case, actor=yen, remedy=pk)  # she approved in the round before
        remedies.approve(case, actor=head("quan"), remedy=pk)

    def test_above_the_limit_it_takes_two(self, case, lan, yen):
        pk = propose(case, lan, amount=20_000_001)
        remedies.approve(case, actor=yen, remedy=pk)
        assert (kept(pk).status, lacking(case)) == (RemedyStatus.PROPOSED, ["remedy_approval"])
        with pytest.raises(Conflict):
            remedies.approve(case, actor=yen, remedy=pk)
        remedies.approve(case, actor=head("quan"), remedy=pk)
        assert kept(pk).status == RemedyStatus.APPROVED
        assert kept(pk).approvals.count() == 2

    def test_each_level_has_its_limits(self, case, lan, make_staff):
        lead = Actor.staff(make_staff("truong", Role.SPECIALIST, lead=True))
        alone, together = (propose(case, lan, amount=amount) for amount in (2_000_000, 2_000_001))
        beyond = propose(case, lan, amount=20_000_001)
        remedies.approve(case, actor=lead, remedy=alone)
        remedies.approve(case, actor=lead, remedy=together)
        assert [kept(pk).status for pk in (alone, together)] == ["approved", "proposed"]
        with pytest.raises(NotPermitted, match="24"):
            remedies.approve(case, actor=lead, remedy=beyond)
        far = propose(case, lan, amount=500_000_000)
        remedies.approve(case, actor=head(), remedy=far)
        assert kept(far).status == "proposed", "a second person agrees, too"

    def test_a_sum_in_parts_is_one_sum(self, case, lan, make_staff):
        lead = Actor.staff(make_staff("truong", Role.SPECIALIST, lead=True))
        first, second, third = (propose(case, lan, amount=amount) for amount in (1_500_000, 1_500_001, 18_000_000))
        remedies.approve(case, actor=lead, remedy=first)
        remedies.approve(case, actor=lead, remedy=second)
        assert [kept(pk).status for pk in (first, second)] == ["approved", "proposed"]
        with pytest.raises(NotPermitted, match="21"):
            remedies.approve(case, actor=lead, remedy=third)
        remedies.cancel(case, actor=lan, remedy=first, reason="Nhầm")
        remedies.approve(case, actor=lead, remedy=third)  # what was given up is let go out no more

    def test_asking_who_may_approve_costs_the_same_for_any_number(self, case, lan, yen):
        pk = propose(case, lan)
        counts = []
        for size in (2, 12):
            for number in range(size):
                head(f"quan{number}")
            with CaptureQueriesContext(connection) as asked:
                assert remedy_rights.who_may(RemedyStep.APPROVE, kept(pk), case).count() == size + 1
            counts.append(len(asked))
        assert counts[0] == counts[1]

    def test_a_new_limit_counts_from_its_day(self, case, lan, yen):
        ApprovalLimit.objects.create(level="manager", alone=0, together=1_000, valid_from=in_days(1))
        pk = propose(case, lan)
        with time_machine.travel(timezone.now() + timedelta(days=1)), pytest.raises(NotPermitted):
            remedies.approve(case, actor=yen, remedy=pk)
        remedies.approve(case, actor=yen, remedy=pk)

    def test_no_program_approves(self, case, lan, make_client):
        program = Actor.integration(make_client().api_client)
        pk = propose(case, program)
        with pytest.raises(NotPermitted):
            remedies.approve(case, actor=program, remedy=pk)
        reader = Actor.integration(make_client(Scope.CASES_OPEN).api_client)
        with pytest.raises(NotVisible):
            remedies.cancel(case, actor=reader, remedy=pk, reason="x")

    def test_the_heads_who_may_approve_it_are_told(self, case, lan, yen):
        son = head("son")
        propose(case, son)
        told = StaffNotice.objects.filter(event__kind="remedy_proposed").values_list("recipient__username", flat=True)
        assert set(told) == {"yen"}


class TestMoves:
    @pytest.mark.parametrize("status", RemedyStatus)
    def test_only_as_the_table_has_it(self, lan, yen, status):
        case, pk = at_status(status, lan)
        quan = head("quan")
        before = fingerprint()
        for step, move in MOVES.items():
            if status in move.sources:
                continue
            with pytest.raises((StepNotAllowed, Conflict, NotPermitted)):
                attempt(case, pk, step, quan)
            assert fingerprint() == before, step

    @pytest.mark.parametrize("status", RemedyStatus)
    def test_the_database_keeps_it_too(self, lan, yen, status):
        """Nothing is changed behind the gate: not what was agreed, and no status without its event."""
        _case, pk = at_status(status, lan)
        for change in (
            {"amount": 1},
            {"due_on": in_days(9)},
            {"kind": "refund"},
            {"destination": "VCB ••••1"},
            {"destination_kind": "account"},
            {"by_id": "0"},
            {"round": 9},
            {"promised_at": timezone.now() + timedelta(days=1)} if kept(pk).promised_at else {"reason": "khác"},
            *({"status": other} for other in RemedyStatus if other != status),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                Remedy.objects.filter(pk=pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            kept(pk).delete()
        Remedy.objects.filter(pk=pk).update(reason="", destination="")  # erased

    def test_nor_may_who_approved_and_how_it_was_done(self, lan):
        case, pk = accepted(lan)
        with pytest.raises(DatabaseError), transaction.atomic():
            RemedyApproval.objects.create(remedy=kept(pk), by=lan.subject, level="manager")
        with pytest.raises(DatabaseError), transaction.atomic():
            RemedyApproval.objects.update(level="lead")
        with pytest.raises(DatabaseError), transaction.atomic():
            ApprovalLimit.objects.update(alone=1)
        done = remedies.record_by_hand(case, actor=lan, remedy=pk, reference="GD-1")
        for change in ({"state": "refused"}, {"reference": "GD-2"}, {"state": "asked", "done_at": None}):
            with pytest.raises(DatabaseError), transaction.atomic():
                RemedyExecution.objects.filter(pk=done.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            RemedyExecution.objects.create(remedy=kept(pk), way="hand", by_kind="staff", by_id="1")

    def test_the_trigger_has_the_moves_of_the_table(self):
        guard = import_module("cases.complaints.migrations.0004_remedies").GUARD
        legal = {f"{source.value}>{move.target.value}" for move in MOVES.values() for source in move.sources}
        assert set(re.findall(r"'(\w+>\w+)'", guard)) == legal

    def test_nothing_else_writes_the_status(self):
        writes = re.compile(r"(remedy|kept)\.status = |Remedy\.objects.*update\(status")
        for package in ("cases", "channels_app", "accounts", "cskh"):
            for path in (ROOT / package).rglob("*.py"):
                if "migrations" not in path.parts and path.name != "promises.py":
                    assert not writes.search(path.read_text(encoding="utf-8")), path

    def test_a_promise_is_cancelled_by_those_who_approve(self, lan):
        case, pk = promised(lan)
        with pytest.raises(NotPermitted):
            remedies.cancel(case, actor=lan, remedy=pk, reason="Nhầm")
        with pytest.raises(NotPermitted):
            remedies.decline(case, actor=head("quan"), remedy=pk, reason="Nhầm")
        answer.accept(case, actor=customer_of(case))
        with pytest.raises(Invalid):
            remedies.cancel(case, actor=head("quan"), remedy=pk, reason="Quý khách gian lận.")
        remedies.cancel(case, actor=head("quan"), remedy=pk, reason="Đã trả bằng cách khác")
        assert kept(pk).status == RemedyStatus.CANCELLED
        told = case.messages.last().body
        assert "340.000" in told
        assert "Đã trả bằng cách khác" in told
        reader = customer_of(case)
        read = [(one.kind, one.words) for one in timeline.entries(list(timeline.events_for(reader, case)), reader)]
        assert ("promise_taken_back", "Đã trả bằng cách khác") in read

    def test_nor_while_the_customer_weighs_the_answer_that_promises_it(self, lan):
        case, pk = promised(lan)
        for _ in range(2):
            with pytest.raises(StepNotAllowed, match="hứa biện pháp này"):
                remedies.cancel(case, actor=head("quan"), remedy=pk, reason="Nhầm")
            if kept(pk).status == RemedyStatus.APPROVED:
                remedies.accept(case, actor=customer_of(case), remedy=pk)

    def test_nor_while_somebody_has_the_outcome_before_them(self, case, lan, yen):
        pk = propose(case, lan)
        remedies.approve(case, actor=yen, remedy=pk)
        resolution.propose(case, actor=lan, body="Ghi có thêm.")
        before = fingerprint()
        with pytest.raises(StepNotAllowed, match="đang chờ duyệt"):
            remedies.cancel(case, actor=lan, remedy=pk, reason="Nhầm")
        assert fingerprint() == before
        resolution.return_for_rework(case, actor=head("quan"), reason="Xem lại")
        remedies.cancel(case, actor=lan, remedy=pk, reason="Nhầm")
        assert kept(pk).status == RemedyStatus.CANCELLED

    def test_what_was_never_promised_is_cancelled_among_ourselves(self, case, lan):
        before = case.messages.count()
        remedies.cancel(case, actor=lan, remedy=propose(case, lan), reason="Nhầm")
        assert case.messages.count() == before
        assert not case.events.filter(kind="promise_taken_back").exists()

    def test_another_cases_remedy_is_not_there(self, case, lan, yen):
        _other, pk = promised(lan)
        with pytest.raises(NotVisible):
            remedies.approve(case, actor=yen, remedy=pk)


def at_status(status, owner):
    """A case with a remedy of that status."""
    if status == RemedyStatus.PROPOSED:
        case = decided_complaint(owner)
        return case, propose(case, owner)
    if status == RemedyStatus.APPROVED:
        return promised(owner)
    if status in (RemedyStatus.DECLINED, RemedyStatus.CANCELLED):
        case, pk = at_status(RemedyStatus.PROPOSED, owner)
        stop = remedies.decline if status == RemedyStatus.DECLINED else remedies.cancel
        stop(case, actor=head(), remedy=pk, reason="Nhầm")
        return case, pk
    case, pk = accepted(owner)
    if status in (RemedyStatus.EXECUTED, RemedyStatus.CONFIRMED):
        remedies.record_by_hand(case, actor=owner, remedy=pk, reference="GD-1")
    if status == RemedyStatus.CONFIRMED:
        remedies.confirm(case, actor=customer_of(case), remedy=pk)
    return case, pk


def attempt(case, pk, step, actor):
    """Takes the step with everything it asks for."""
    {
        RemedyStep.APPROVE: partial(remedies.approve),
        RemedyStep.DECLINE: partial(remedies.decline, reason="Nhầm"),
        RemedyStep.ACCEPT: partial(remedies.accept, message=said_last(case)),
        RemedyStep.EXECUTE: partial(remedies.record_by_hand, reference="GD-2"),
        RemedyStep.CONFIRM: partial(remedies.confirm),
        RemedyStep.CANCEL: partial(remedies.cancel, reason="Nhầm"),
    }[step](case, actor=actor, remedy=pk)


class TestCarriedOutByTheOperator:
    @pytest.fixture
    def books(self, settings):
        with operator(settings) as books:
            yield books

    @pytest.fixture
    def owed(self, lan):
        return accepted(lan)

    @staticmethod
    def begin(owed, lan):
        case, pk = owed
        return remedies.execute(case, actor=lan, remedy=pk).pk

    @staticmethod
    def again():
        """The sweep finds it once the claim has run out."""
        RemedyExecution.objects.filter(next_try_at__isnull=False).update(next_try_at=timezone.now())
        for pk in carrying_out.due(10):
            carry_out_remedy(pk)

    def test_what_is_asked_and_told(self, books, owed, lan):
        case, pk = owed
        execution = self.begin(owed, lan)
        carry_out_remedy(execution)
        done = RemedyExecution.objects.get(pk=execution)
        assert (done.state, done.reference, kept(pk).status) == ("done", "PAY-1", RemedyStatus.EXECUTED)
        (order,) = books.orders
        assert {name: order[name] for name in ("case", "kind", "amount", "currency", "customer")} == {
            "case": case.code,
            "kind": "credit",
            "amount": 340_000,
            "currency": "VND",
            "customer": case.customer.external_id,
        }
        assert order["destination"] == {"kind": "wallet", "account": kept(pk).destination}
        case.refresh_from_db()
        assert list(flaws_of(case)) == []

    def test_asked_twice_it_is_done_once(self, books, owed, lan):
        execution = self.begin(owed, lan)
        with pytest.raises(Conflict):
            self.begin(owed, lan)
        with pytest.raises(Conflict):
            remedies.record_by_hand(owed[0], actor=lan, remedy=owed[1], reference="GD-1")
        with pytest.raises(StepNotAllowed):
            remedies.cancel(owed[0], actor=head("quan"), remedy=owed[1], reason="Nhầm")
        carry_out_remedy(execution)
        carry_out_remedy(execution)
        assert (len(books.orders), len(books.paid)) == (1, 1)
        with pytest.raises(StepNotAllowed):
            self.begin(owed, lan)

    @pytest.mark.parametrize("where", ["before", "after"])
    def test_a_line_that_breaks_never_pays_twice(self, books, owed, lan, where):
        setattr(books, where, broken)
        execution = self.begin(owed, lan)
        carry_out_remedy(execution)
        assert kept(owed[1]).status == RemedyStatus.ACCEPTED
        setattr(books, where, None)
        self.again()
        assert len(books.asked) == 1
        assert (len(books.paid), kept(owed[1]).status) == (1, RemedyStatus.EXECUTED)
        assert len({order["key"] for order in books.orders}) == 1
        assert len(books.orders) == (2 if where == "before" else 1)

    @pytest.mark.parametrize("point", ["_ask", "what_became_of", "_settle", "move"])
    def test_a_crash_anywhere_never_pays_twice(self, books, owed, lan, point, monkeypatch):
        """Killed after the claim, before the question, after the call, and within the recording of it."""

        class Killed(BaseException):
            pass

        def kill(*args, **kwargs):
            raise Killed

        execution = self.begin(owed, lan)
        with monkeypatch.context() as patched:
            where = carrying_out.Connector if point == "what_became_of" else carrying_out
            patched.setattr(where, point, kill)
            for _ in range(2):
                RemedyExecution.objects.filter(next_try_at__isnull=False).update(next_try_at=timezone.now())
                try:
                    with transaction.atomic():
                        carrying_out.carry_out(execution)
                except Killed:
                    # What was committed before the crash stays; a test's own transaction keeps the claim alike.
                    RemedyExecution.objects.filter(pk=execution).update(state="asked")
        self.again()
        assert (len(books.paid), kept(owed[1]).status) == (1, RemedyStatus.EXECUTED)
        assert len({order["key"] for order in books.orders}) == 1
        assert owed[0].events.filter(kind="remedy_executed").count() == 1

    def test_refused_is_told_and_may_be_done_otherwise(self, books, owed, lan):
        case, pk = owed
        execution = self.begin(owed, lan)
        key = str(RemedyExecution.objects.get(pk=execution).key)
        books.says = (422, {"key": key, "status": "refused", "code": "account_closed"})
        carry_out_remedy(execution)
        failed = case.events.get(kind="remedy_failed")
        assert (failed.facts["result"], failed.facts["code"]) == ("refused", "account_closed")
        assert StaffNotice.objects.filter(event=failed).exists()
        case.refresh_from_db()
        remedies.record_by_hand(case, actor=lan, remedy=pk, reference="GD-1")
        assert kept(pk).status == RemedyStatus.EXECUTED

    @pytest.mark.parametrize(
        "says",
        [
            (500, {}),
            (200, {"key": "another", "status": "done", "reference": "X"}),
            (200, {"status": "done"}),
            (404, {}),
        ],
    )
    def test_what_says_nothing_clear_is_no_answer(self, books, owed, lan, says, settings):
        """It is asked about until a person looks, who asks again or says that they found it there."""
        settings.OPERATOR_REMEDIES_RETRY_SECONDS = (1,)
        case, pk = owed
        books.says = says
        self.begin(owed, lan)
        for _ in range(3):
            self.again()
        (execution,) = RemedyExecution.objects.all()
        assert (execution.state, case.events.filter(kind="remedy_failed").count()) == ("unclear", 1)
        assert carrying_out.due(10) == []
        case.refresh_from_db()
        with pytest.raises(Conflict):
            self.begin(owed, lan)
        books.says = None
        remedies.ask_again(case, actor=lan, remedy=pk)
        self.again()
        assert (len(books.paid), kept(pk).status) == (1, RemedyStatus.EXECUTED)

    def test_found_done_is_recorded_on_the_same_execution(self, books, owed, lan, settings):
        settings.OPERATOR_REMEDIES_RETRY_SECONDS = ()
        case, pk = owed
        books.after = broken
        self.begin(owed, lan)
        self.again()
        case.refresh_from_db()
        remedies.record_by_hand(case, actor=lan, remedy=pk, reference="PAY-1")
        (execution,) = RemedyExecution.objects.all()
        assert (execution.way, execution.reference, len(books.paid)) == ("connector", "PAY-1", 1)
        with pytest.raises(NotPermitted):
            remedies.confirm(case, actor=lan, remedy=pk)  # it is by her word alone that it was done
        remedies.confirm(case, actor=head("quan"), remedy=pk)

    def test_what_the_other_side_works_on_is_only_asked_about(self, books, owed, lan, settings):
        settings.OPERATOR_REMEDIES_RETRY_SECONDS = (1,)
        execution = self.begin(owed, lan)
        key = str(RemedyExecution.objects.get(pk=execution).key)
        books.get = lambda key: (200, {"key": key, "status": "pending"})
        books.says = (202, {"key": key, "status": "pending"})
        for _ in range(4):
            self.again()
        assert (len(books.orders), RemedyExecution.objects.get().state) == (1, "asked")

    def test_a_wrong_secret_moves_nothing(self, books, owed, lan, settings):
        settings.OPERATOR_REMEDIES_SECRET = "another"
        self.begin(owed, lan)
        self.again()
        assert (books.paid, kept(owed[1]).status) == ({}, RemedyStatus.ACCEPTED)

    def test_money_does_not_follow_a_customer_who_is_another_by_now(self, books, owed, lan):
        case, pk = owed
        type(case.customer).objects.filter(pk=case.customer_id).update(external_id="BX999999")
        with pytest.raises(StepNotAllowed):
            self.begin((type(case).objects.get(pk=case.pk), pk), lan)

    def test_without_a_system_it_is_done_by_hand(self, owed, lan):
        with pytest.raises(StepNotAllowed):
            self.begin(owed, lan)

    def test_by_hand_with_proof(self, owed, lan):
        case, pk = owed
        with pytest.raises(Invalid):
            remedies.record_by_hand(case, actor=lan, remedy=pk, reference=" ")
        proof = Upload.of_bytes(picture(), filename="uy-nhiem-chi.jpg")
        done = remedies.record_by_hand(case, actor=lan, remedy=pk, reference="UNC 12", proof=proof)
        assert (done.proof.filename, kept(pk).status) == ("uy-nhiem-chi.jpg", RemedyStatus.EXECUTED)
        assert case.status == "closed"
        assert list(flaws_of(type(case).objects.get(pk=case.pk))) == []
        with pytest.raises(NotPermitted):
            remedies.confirm(case, actor=lan, remedy=pk)
        remedies.confirm(case, actor=head("quan"), remedy=pk)


class TestProof:
    """A receipt that a program attaches is our own doing, not the customer's word."""

    def test_on_a_closed_case_it_raises_no_question(self, lan, make_client):
        case, pk = accepted(lan)
        self.attach(case, pk, make_client)
        assert not case.events.filter(kind="reopen_asked").exists()
        assert not case.reopen_asked_at

    def test_on_an_open_case_nothing_waits_for_a_look_at_it(self, lan, yen, make_staff, make_client):
        minh = Actor.staff(make_staff("minh", Role.SPECIALIST))
        case, pk = promised(lan)
        remedies.accept(case, actor=customer_of(case), remedy=pk)
        decided_again(case, minh)
        self.attach(case, pk, make_client)
        assert file_of(case).unchecked == []
        deciding.decide(case, actor=minh, number=1, decided=decided(case, no_remedy_because=""))

    @staticmethod
    def attach(case, pk, make_client):
        proof = Upload.of_bytes(picture(), filename="uy-nhiem-chi.jpg")
        program = Actor.integration(make_client().api_client)
        done = remedies.record_by_hand(case, actor=program, remedy=pk, reference="UNC 12", proof=proof)
        assert (done.proof.state, done.proof.checks.get().by_kind) == ("accepted", "integration")
        case.refresh_from_db()


class TestTime:
    def test_an_overdue_one_raises_one_alarm(self, lan, yen):
        case, pk = accepted(lan)
        sweep_remedies()
        assert not case.events.filter(kind="remedy_overdue").exists()
        with time_machine.travel(timezone.now() + timedelta(days=3)):
            for _ in range(3):
                sweep_remedies()
            assert kept(pk).is_overdue
        event = case.events.get(kind="remedy_overdue")
        told = StaffNotice.objects.filter(event=event).values_list("recipient__username", flat=True)
        assert {"yen", "lan"} <= set(told)
        case.refresh_from_db()
        assert list(flaws_of(case)) == []

    def test_not_one_that_was_done_or_given_up(self, lan):
        case, pk = accepted(lan)
        remedies.record_by_hand(case, actor=lan, remedy=pk, reference="GD-1")
        at_status(RemedyStatus.CANCELLED, lan)
        with time_machine.travel(timezone.now() + timedelta(days=3)):
            assert promises.cases_overdue(10) == []

    def test_what_customers_see_of_it(self, lan):
        case, pk = accepted(lan)
        reader = customer_of(case)
        texts = [entry.text for entry in timeline.entries(list(timeline.events_for(reader, case)), reader)]
        assert any("340.000" in text or "340,000" in text for text in texts)
        assert remedy_rights.visible_to(reader).filter(pk=pk).exists()
        fresh = decided_complaint(lan)
        hidden = propose(fresh, lan)
        assert not remedy_rights.visible_to(customer_of(fresh)).filter(pk=hidden).exists()


class TestBefore:
    """Remedies used to be words with a date."""

    def test_words_that_stand_become_remedies(self, lan):
        migrate = import_module("cases.complaints.migrations.0004_remedies").keep_what_was_promised
        worked_on, answered = decided_complaint(lan), decided_complaint(lan)
        for case in (worked_on, answered):
            self.say(case, "Mở khóa và xin lỗi", in_days(1))
        type(answered).objects.filter(pk=answered.pk).update(status="answered", answered_at=timezone.now())
        late = decided_complaint(lan)
        self.say(late, "Đã hứa từ lâu", in_days(-9))
        type(late).objects.filter(pk=late.pk).update(status="answered", answered_at=timezone.now())
        with unguarded():
            migrate(apps, SimpleNamespace())
        made = dict(Remedy.objects.values_list("issue__complaint__case", "status"))
        assert made == {worked_on.pk: "proposed", answered.pk: "approved"}
        one = Remedy.objects.get(issue__complaint__case=answered)
        assert (one.kind, one.amount, one.reason) == ("correction", None, "Mở khóa và xin lỗi")
        assert one.promised_at is not None

    @staticmethod
    def say(case, words, day):
        with unguarded():
            Decision.objects.filter(issue__complaint__case=case).update(remedy=words, remedy_by=day)


class unguarded:  # noqa: N801 - reads as a statement
    """As it was before the guards stood."""

    tables = ("complaints_decision", "complaints_remedy")

    def _set(self, how):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in self.tables:
                cursor.execute(f"ALTER TABLE {table} {how} TRIGGER USER")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    def __enter__(self):
        self._set("DISABLE")

    def __exit__(self, *error):
        self._set("ENABLE")


def test_every_kind_has_money_or_not(lan):
    for kind in RemedyKind:
        case = decided_complaint(lan)
        pk = propose(case, lan, kind=kind, amount=5 if kind in OF_MONEY else None)
        assert (kept(pk).amount is not None, bool(kept(pk).destination)) == (kind in OF_MONEY,) * 2
        assert kept(pk).reason == REASON
    assert proposed().issue == 1
