"""Reminders of evidence at set points on the way to the due time (R-26): each once, none in a burst."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.actors import Actor
from accounts.models import Role
from cases.evidence.wanted import Wanted
from cases.states import Status
from cases.tasks import sweep_due
from cases.workflow import evidence
from channels_app.models import Message
from tests.cases.building import case_at

pytestmark = pytest.mark.django_db
T0 = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
POINTS = (20, 50, 75)  # of a wait of 24 hours: after 4.8, 12 and 18 hours


@pytest.fixture(autouse=True)
def clock(settings):
    settings.EVIDENCE_REMINDERS_AT_PERCENT = POINTS
    with time_machine.travel(T0, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lan(make_staff):
    return make_staff("lan", Role.SPECIALIST)


@pytest.fixture
def request_out(lan):
    """The customer has it."""
    request = asked(lan)
    evidence.mark_delivered(request, at=T0)
    return request


def asked(lan):
    case = case_at(Status.ROUTED, lan, category="deposit-not-credited")
    return evidence.request_evidence(case, actor=Actor.staff(lan), items=[Wanted(name="receipt")])


def reminded(case):
    """After how many hours the customer was."""
    done = case.events.filter(kind="follow_up_done", facts__follow_up="evidence_reminder")
    told = Message.objects.filter(case=case, direction="out", is_automatic=True, created_at__gt=T0)
    hours = [(at - T0) / HOUR for at in done.order_by("number").values_list("at", flat=True)]
    assert [(at - T0) / HOUR for at in told.order_by("pk").values_list("created_at", flat=True)] == hours
    return hours


def sweep(clock, *hours):
    """Beat comes by at these hours, twice each time."""
    for hour in hours:
        clock.move_to(T0 + hour * HOUR)
        sweep_due()
        sweep_due()


def test_at_each_point_once(clock, request_out):
    sweep(clock, *range(1, 30))
    assert reminded(request_out.case) == [5, 12, 18]


def test_however_late_beat_comes(clock, request_out):
    """What an outage swallowed is said once."""
    sweep(clock, 16, 17, 18, 19)
    assert reminded(request_out.case) == [16, 18]


def test_not_after_the_longest_wait(clock, request_out):
    sweep(clock, 80)
    assert reminded(request_out.case) == []
    request_out.case.refresh_from_db()
    assert request_out.case.status == Status.RESOLVING


@pytest.mark.parametrize("sweeps", [range(1, 24), (14, 15, 19)], ids=["in time", "late"])
def test_a_point_that_passed_while_the_request_was_under_way_is_skipped(clock, lan, sweeps):
    request = asked(lan)
    sweep(clock, *(hour for hour in sweeps if hour < 14))
    clock.move_to(T0 + 13 * HOUR)
    evidence.mark_delivered(request, at=T0 + 13 * HOUR)
    sweep(clock, *(hour for hour in sweeps if hour >= 14))
    assert reminded(request.case) == [18 if 18 in sweeps else 19]


def test_what_came_back_reminds_of_nothing_until_it_arrives(clock, request_out):
    sweep(clock, 5)
    evidence.mark_bounced(request_out)
    sweep(clock, 12, 13)
    evidence.mark_delivered(request_out, at=T0 + 14 * HOUR)
    sweep(clock, 14, 18, 19)
    assert reminded(request_out.case) == [5, 18]


def test_what_is_complete_is_reminded_of_no_more(clock, request_out, lan):
    sweep(clock, 5)
    evidence.waive_rest(request_out.case, actor=Actor.staff(lan), reason="Thấy trong sổ")
    sweep(clock, *range(6, 30))
    assert reminded(request_out.case) == [5]


def test_none_where_none_is_set(clock, lan, settings):
    settings.EVIDENCE_REMINDERS_AT_PERCENT = ()
    request = asked(lan)
    evidence.mark_delivered(request, at=T0)
    sweep(clock, *range(1, 30))
    assert reminded(request.case) == []
