"""What time brings about is done once, whoever is killed while doing it."""

import pytest
from django.utils import timezone

from accounts.models import Role
from cases.events import EventKind
from cases.models import CaseEvent, Clock, FollowUp
from cases.sla.clock import ClockKind
from cases.states import Status
from cases.workflow import evidence
from channels_app.models import Delivery, StaffNotice
from tests.cases.building import case_at
from tests.forked import attend

from .killing import finished, held, kill, standing_still, until
from .letters import CATEGORY

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def late(make_staff):
    """A case whose reminder and whose deadline came while nothing ran."""
    lan = make_staff("lan", Role.SPECIALIST)
    lan.email = "lan@benxanh.example"
    lan.save()
    case = case_at(Status.AWAITING_CUSTOMER, lan, category=CATEGORY)
    evidence.mark_delivered(case.evidence_requests.get(), at=timezone.now())
    past = timezone.now()
    FollowUp.objects.filter(case=case, kind=FollowUp.Kind.EVIDENCE_REMINDER).update(due_at=past)
    Clock.objects.filter(case=case, kind=ClockKind.EVIDENCE_WAIT).update(due_at=past, next_look_at=past, warned_at=past)
    return case


@pytest.mark.parametrize(
    "model", [CaseEvent, StaffNotice, Delivery, FollowUp], ids=lambda model: model._meta.model_name
)
def test_a_worker_killed_while_it_attends_to_what_is_due(fork, late, verified, model):
    """It dies in the middle; then two look at once, and later one more."""
    known = set(Delivery.objects.values_list("pk", flat=True))
    with held(model):
        first = fork(attend)
        until(lambda: standing_still(model))
        kill(first)
    assert Delivery.objects.count() == len(known)
    until(lambda: _attended(fork, late))
    finished(fork(attend))
    done = late.events.filter(kind__in=[EventKind.CLOCK_BREACHED, EventKind.FOLLOW_UP_DONE])
    assert sorted(done.values_list("kind", flat=True)) == [EventKind.CLOCK_BREACHED, EventKind.FOLLOW_UP_DONE]
    new = Delivery.objects.exclude(pk__in=known)
    assert sorted(new.values_list("address", flat=True)) == ["an@khach.example", "lan@benxanh.example"]
    assert StaffNotice.objects.filter(event__kind=EventKind.CLOCK_BREACHED).count() == 1
    verified()


def _attended(fork, case):
    """Two sweeps at once. The database may hold the dead one's lock for a moment longer: then a later sweep does it."""
    for sweep in [fork(attend), fork(attend)]:
        finished(sweep)
    return case.events.filter(kind=EventKind.CLOCK_BREACHED).exists()
