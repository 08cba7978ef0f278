"""Whatever people and time do, in whatever order: the invariants of a case hold."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import Actor
from accounts.models import Role, User
from cases import policies, queries
from cases.events import flaws_of
from cases.evidence.models import EvidenceRequest
from cases.models import Answer, Case, CaseEvent
from cases.states import ClosedAs, Priority, Status
from cases.tasks import sweep_due
from cases.workflow import evidence, routing
from cases.workflow.handover import set_presence
from cases.workflow.steps import allowed_steps
from channels_app import intake, outbox
from cskh.core.errors import DomainError
from tests.cases.building import customer_of, deliver_answer, open_case, take_as

START = datetime(2026, 11, 18, 5, 0, tzinfo=UTC)
CATEGORIES = ("deposit-not-credited", "settlement", "staff-conduct", "privacy-request", "other")


class Rollback(Exception):
    """Ends an example; the database is as before."""


def moves(case, actors, data):
    """One thing that somebody does, or that time brings."""
    what = data.draw(
        st.sampled_from(["step", "step", "step", "time", "customer", "staff", "deliver", "priority", "duty"])
    )
    staff = data.draw(st.sampled_from(actors))
    if what == "step":
        actor = data.draw(st.sampled_from([staff, customer_of(case)]))
        steps = allowed_steps(actor, case)
        if steps:
            take_as(actor, data.draw(st.sampled_from(steps)), case, assignee=data.draw(st.sampled_from(actors)).subject)
    elif what == "customer":
        intake.add_message(case, actor=customer_of(case), channel=case.channel, body="Sao rồi?")
    elif what == "staff":
        outbox.write_message(case, actor=staff, body="Chúng tôi đang xử lý.")
    elif what == "deliver":
        for request in EvidenceRequest.objects.filter(case=case, ended_at=None):
            evidence.mark_delivered(request, at=timezone.now())
        deliver_answer(case)
    elif what == "priority":
        routing.change_priority(case, actor=staff, priority=data.draw(st.sampled_from(Priority)), reason="Khác")
    elif what == "duty":
        set_presence(staff.subject, data.draw(st.sampled_from(User.Presence)), actor=staff)
    elif what == "time":
        sweep_due()


def check(case, events_before):
    case = Case.objects.get(pk=case.pk)
    assert not queries.orphans().exists(), "I2"
    assert list(flaws_of(case)) == [], "I7"
    assert CaseEvent.objects.filter(case=case).count() >= events_before, "I7"
    if case.status == Status.CLOSED:
        assert case.closed_as in ClosedAs, "I4"
        sent = case.answers.filter(round=case.round, state=Answer.State.SENT)
        if case.closed_as in ("accepted", "no_reply", "final_response"):
            assert sent.exists(), "I4"
        if case.closed_as == "accepted":
            accepted = case.events.get(kind="outcome_accepted", facts__answer=sent.get().pk)
            assert accepted.actor_kind == "customer" or accepted.facts["message"], "I4"
        assert not (case.closed_as == "no_reply" and case.round > 1), "I4"
        assert not case.clocks.filter(stopped_at=None).exists()
    if case.assignee_id and case.round > 1 and case.status != Status.CLOSED:
        assert case.assignee_id not in policies.earlier_deciders(case), "I5"
    law = case.clocks.filter(kind="regulatory")
    assert law.count() <= 1, "I10"
    assert all(clock.started_at == case.opened_at for clock in law), "I10"
    for answer in case.answers.filter(state=Answer.State.SENT):
        assert answer.messages.filter(channel=case.channel).exists(), "I13"
    for clock in case.clocks.exclude(breached_at=None):
        assert case.events.filter(kind="clock_breached", facts__clock_id=clock.pk).count() == 1


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_the_invariants_hold(make_people, data):
    actors = make_people
    with time_machine.travel(START, tick=False) as clock:
        try:
            with transaction.atomic():
                case = open_case(data.draw(st.sampled_from(["", *CATEGORIES])))
                for _ in range(data.draw(st.integers(1, 12))):
                    clock.shift(timedelta(minutes=data.draw(st.sampled_from([1, 10, 90, 60 * 25, 60 * 24 * 8]))))
                    events = case.events.count()
                    actors = [Actor.staff(User.objects.get(pk=actor.subject.pk)) for actor in actors]
                    case = Case.objects.get(pk=case.pk)
                    try:
                        with transaction.atomic():
                            moves(case, actors, data)
                    except DomainError:
                        assert CaseEvent.objects.filter(case=case).count() == events, "a refusal changes nothing"
                    sweep_due()
                    check(case, events)
                raise Rollback
        except Rollback:
            pass


@pytest.fixture
def make_people(make_staff):
    people = [make_staff(name, Role.SPECIALIST) for name in ("lan", "minh")]
    people += [make_staff("son", Role.MANAGER), make_staff("hoa", Role.INTAKE, "intake")]
    return [Actor.staff(person) for person in people]
