"""Everything that works in the background is killed and started again: what was half done is finished, what came due is done."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role
from cases.events import EventKind
from cases.models import Case
from cases.states import Channel, Status
from cases.workflow import answer, evidence
from cases.workflow.evidence import Wanted
from channels_app import intake
from channels_app.models import Delivery, InboundItem
from tests.cases.building import case_at
from tests.channels_app.mail import DESK, headers_of, mail

from .killing import kill_programs, until
from .letters import CATEGORY

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]
State = Delivery.State


@pytest.fixture
def lan(make_staff):
    lan = make_staff("lan", Role.SPECIALIST)
    lan.email = "lan@benxanh.example"
    lan.save()
    return lan


def test_worker_beat_and_broker_come_back(installation, start, smtp, broker, lan, verified, tmp_path, settings):
    """An answer half sent, a mail that nobody took, a deadline that passes while nothing runs; and the broker lost everything."""
    settings.EVIDENCE_REMINDERS_AT_PERCENT = (95,)
    answered = case_at(Status.RESOLVING, lan, category=CATEGORY)
    asked = case_at(Status.RESOLVING, lan, category=CATEGORY)
    Delivery.objects.update(state=State.DELIVERED, next_try_at=None)
    broker.flushdb()

    worker = start(installation.worker())
    due_at = timezone.now() + timedelta(seconds=15)
    evidence.request_evidence(asked, actor=Actor.staff(lan), items=[Wanted(name="receipt")], due_at=due_at)
    until(lambda: asked.events.filter(kind=EventKind.EVIDENCE_REQUEST_DELIVERED).exists())
    beat = start(installation.beat())
    until(lambda: len(list(tmp_path.glob("beat*"))) > 1)  # its log, and its schedule: it runs
    smtp.stand_still("after")
    answer.send_answer(answered, actor=Actor.staff(lan), body="Tiền đã vào.")
    assert smtp.stands.wait(30)
    kill_programs(worker, beat)
    smtp.go_on()
    item = intake.receive_message(Channel.EMAIL, mail().as_bytes(), source=DESK)
    broker.flushdb()
    late = asked.events.filter(kind__in=[EventKind.CLOCK_BREACHED, EventKind.FOLLOW_UP_DONE])
    assert not late.exists()
    until(lambda: timezone.now() > due_at)

    start(installation.worker()), start(installation.beat())
    until(lambda: InboundItem.objects.get(pk=item.pk).state == InboundItem.State.DONE)
    until(lambda: late.count() >= 2)
    until(lambda: not Delivery.objects.exclude(state=State.DELIVERED).exists())
    assert sorted(late.values_list("kind", flat=True)) == [EventKind.CLOCK_BREACHED, EventKind.FOLLOW_UP_DONE]
    assert answered.events.filter(kind=EventKind.ANSWER_DELIVERED).count() == 1
    assert Case.objects.count() == 3
    tries = [headers_of(raw)["Message-ID"] for raw in smtp.got]
    half_sent = Delivery.objects.get(message__answer__isnull=False).reference
    assert tries.count(half_sent) == 2
    assert set(tries) == set(Delivery.objects.filter(delivered_at__isnull=False).values_list("reference", flat=True))
    assert len(tries) == len(set(tries)) + 1
    verified()
