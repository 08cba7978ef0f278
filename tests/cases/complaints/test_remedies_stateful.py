"""Whatever two or three people, a customer and a broken line do in whatever order: nothing is paid twice, nobody approves their
own, and no complaint ends without acceptance, final response, documented silence or withdrawal (I3-I6)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.actors import Actor
from accounts.models import Role, User
from cases.complaints import connector, limits
from cases.complaints.connector import Outcome, Told
from cases.complaints.models import Decision, Remedy, RemedyExecution
from cases.complaints.remedy_states import GIVEN_UP, Level, RemedyStatus, is_enough
from cases.events import flaws_of
from cases.models import Case
from cases.states import Status
from cases.tasks import sweep_remedies
from cases.workflow import answer, carrying_out, ending, remedies, resolution, routing
from cskh.core.errors import DomainError
from tests.cases.building import customer_of
from tests.cases.complaints.building import complete
from tests.cases.complaints.remedying import decided_complaint, proposed

START = datetime(2026, 11, 18, 5, 0, tzinfo=UTC)
STAFF = ("lan", "minh", "son", "yen", "quan")
AGREED = {RemedyStatus.APPROVED, RemedyStatus.ACCEPTED, RemedyStatus.EXECUTED, RemedyStatus.CONFIRMED}
LINES = ("good", "cut before", "cut after", "silent", "refuses")


class Operator:
    """The operator's system behind a line that may be cut before or after it has paid."""

    def __init__(self):
        self.paid, self.refused, self.line = {}, set(), "good"

    def carry_out(self, key, order):
        if key in self.refused or (self.line == "refuses" and key not in self.paid):
            self.refused.add(key)
            return Outcome(Told.REFUSED, code="no")
        if self.line in ("cut before", "silent"):
            return Outcome(Told.NOTHING)
        self.paid.setdefault(key, []).append(order["amount"])
        del self.paid[key][1:]  # the same key again is the same order: the contract of the interface
        return Outcome(Told.NOTHING) if self.line == "cut after" else Outcome(Told.DONE, "PAY")

    def what_became_of(self, key):
        if self.line == "silent":
            return Outcome(Told.NOTHING)
        if key in self.paid:
            return Outcome(Told.DONE, "PAY")
        return Outcome(Told.REFUSED, code="no") if key in self.refused else Outcome(Told.UNKNOWN)


class Remedying(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.clock = time_machine.travel(START, tick=False)
        self.moment = self.clock.start()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.operator = Operator()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(connector.Connector, "of_settings", lambda: self.operator)
        self.case = decided_complaint(self.person("lan"))

    def teardown(self):
        self.patch.undo()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        self.clock.stop()

    @staticmethod
    def person(name):
        return Actor.staff(User.objects.get(username=name))

    def do(self, what, *args, **how):
        """It is done, or refused and then nothing has changed."""
        case = Case.objects.get(pk=self.case.pk)
        events = case.events.count()
        try:
            with transaction.atomic():
                what(case, *args, **how)
        except DomainError:
            assert case.events.count() == events

    def any_remedy(self, number):
        ids = list(Remedy.objects.order_by("pk").values_list("pk", flat=True))
        return ids[number % len(ids)] if ids else 0

    who = st.sampled_from(STAFF)
    number = st.integers(0, 3)

    @rule(who=who, kind=st.sampled_from(["credit", "goodwill", "apology"]), amount=st.sampled_from([1_000, 21_000_000]))
    def propose(self, who, kind, amount):
        said = proposed(kind=kind, amount=None if kind == "apology" else amount)
        self.do(remedies.propose, actor=self.person(who), proposed=said)

    @rule(who=who, number=number)
    def approve(self, who, number):
        self.do(remedies.approve, actor=self.person(who), remedy=self.any_remedy(number))

    @rule(who=who, number=number, how=st.sampled_from([remedies.decline, remedies.cancel]))
    def stop(self, who, number, how):
        self.do(how, actor=self.person(who), remedy=self.any_remedy(number), reason="Nhầm")

    @rule(number=number)
    def accept_one(self, number):
        self.do(remedies.accept, actor=customer_of(self.case), remedy=self.any_remedy(number))

    @rule(who=st.sampled_from(("lan", "minh")))
    def work(self, who):
        """Takes the case up in a later round, and decides what is open."""

        def take_up(case):
            actor = self.person(who)
            if case.assignee_id is None:
                routing.assign_case(case, actor=actor, assignee=actor.subject)
            if case.status == Status.REOPENED:
                resolution.start_resolving(case, actor=actor)
            complete(case, actor, no_remedy_because="")

        self.do(take_up)

    @rule(who=who)
    def answer_it(self, who):
        self.do(answer.send_answer, actor=self.person(who), body="Chúng tôi thực hiện như sau.")

    @rule(how=st.sampled_from([answer.accept, answer.reject, ending.withdraw]), weight=st.integers(0, 2))
    def customer_says(self, how, weight):
        if how is not ending.withdraw or weight == 0:
            self.do(how, actor=customer_of(self.case))

    @rule()
    def silence(self):
        self.do(answer.close_no_reply, actor=Actor.system("sla"))

    @rule(who=who)
    def final_response(self, who):
        self.do(answer.give_final_response, actor=self.person(who), body="Trả lời cuối cùng.")

    @rule(who=who, number=number)
    def execute(self, who, number):
        self.do(remedies.execute, actor=self.person(who), remedy=self.any_remedy(number))

    @rule(who=who, number=number)
    def record(self, who, number):
        """People pay by hand only what the desk lets them record; what is unclear they look for first."""
        remedy = self.any_remedy(number)
        unclear = RemedyExecution.objects.filter(remedy=remedy, state="unclear").first()
        if unclear is None or str(unclear.key) in self.operator.paid:
            self.do(remedies.record_by_hand, actor=self.person(who), remedy=remedy, reference="UNC 1")

    @rule(who=who, number=number)
    def ask_again(self, who, number):
        self.do(remedies.ask_again, actor=self.person(who), remedy=self.any_remedy(number))

    @rule(who=who, number=number, customer=st.booleans())
    def confirm(self, who, number, customer):
        actor = customer_of(self.case) if customer else self.person(who)
        self.do(remedies.confirm, actor=actor, remedy=self.any_remedy(number))

    @rule(line=st.sampled_from(LINES), minutes=st.sampled_from([1, 30, 600, 60 * 24 * 4]))
    def time_passes(self, line, minutes):
        self.operator.line = line
        self.moment.shift(timedelta(minutes=minutes))
        for execution in carrying_out.due(10):
            carrying_out.carry_out(execution)
            carrying_out.carry_out(execution)
        sweep_remedies()

    @invariant()
    def paid_once(self):
        for remedy in Remedy.objects.prefetch_related("executions"):
            by_hand = [one for one in remedy.executions.all() if one.way == "hand"]
            by_operator = [one for one in remedy.executions.all() if str(one.key) in self.operator.paid]
            assert len(by_hand) + len(by_operator) <= 1, "I6"
            if remedy.status in (RemedyStatus.EXECUTED, RemedyStatus.CONFIRMED):
                assert len(by_hand) + len(by_operator) == 1
                accepted = self.case.events.filter(kind="remedy_accepted", facts__remedy=remedy.pk)
                assert accepted.count() == 1
            if remedy.status in GIVEN_UP:
                assert not by_hand
                assert not by_operator

    @invariant()
    def approved_by_others(self):
        reach = limits.in_force(START.date())
        deciders = set(Decision.objects.values_list("by_id", flat=True))
        for remedy in Remedy.objects.prefetch_related("approvals"):
            approvals = list(remedy.approvals.all())
            assert remedy.by_id not in {str(one.by_id) for one in approvals}, "four eyes"
            early = {one.by_kind + one.by_id for one in Decision.objects.filter(at__lte=remedy.at)}
            assert not {f"staff{one.by_id}" for one in approvals} & early, "I5"
            if remedy.status in AGREED:
                assert is_enough([(reach[Level(one.level)], remedy.amount or 0) for one in approvals]), "I6"
        assert deciders

    @invariant()
    def ended_rightly(self):
        case = Case.objects.get(pk=self.case.pk)
        assert list(flaws_of(case)) == [], "I7"
        sent = case.answers.filter(round=case.round, state="sent")
        if case.closed_as == "accepted":
            assert case.events.filter(kind="outcome_accepted", actor_kind="customer").exists(), "I4"
        elif case.closed_as == "final_response":
            assert sent.get().is_final, "I4"
        elif case.closed_as == "no_reply":
            assert sent.exists(), "I4"
            assert case.round == 1, "I4"
        else:
            assert case.closed_as in ("", "withdrawn"), "I4"
        if case.status == Status.CLOSED:
            assert not Remedy.objects.filter(status__in=["proposed", "approved"]).exists(), "no promise is left open"


@pytest.mark.django_db
def test_no_sequence_of_steps_pays_twice_or_approves_itself(make_staff):
    for name in STAFF:
        make_staff(name, Role.SPECIALIST if name in ("lan", "minh") else Role.MANAGER)
    run_state_machine_as_test(
        Remedying,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
