"""Senders are killed at each kind of outgoing thing: everything goes out, and every try of it is the same thing."""

import json

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import ApiClient, Role, Scope
from cases.events import EventKind
from cases.models import Case, CaseEvent
from cases.states import Status
from channels_app import deliveries, webhooks
from channels_app.models import Delivery, WebhookDelivery
from channels_app.outbox import TEXTS
from tests.cases.building import case_at, open_case
from tests.channels_app.mail import headers_of
from tests.forked import send_mail, send_webhook

from .killing import finished, kill
from .letters import CATEGORY, LETTERS

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]
State = Delivery.State
# What the case says once its letter has arrived.
ARRIVED = {
    "answer": EventKind.ANSWER_DELIVERED,
    "final answer": EventKind.ANSWER_DELIVERED,
    "evidence_requested": EventKind.EVIDENCE_REQUEST_DELIVERED,
}


@pytest.fixture
def lan(make_staff):
    lan = make_staff("lan", Role.SPECIALIST)
    lan.email = "lan@benxanh.example"
    lan.save()
    make_staff("minh", Role.SPECIALIST)  # who reviews what comes back
    make_staff("son", Role.MANAGER)
    return lan


def written(name, lan):
    """The letter of that name, on its way; everything else has arrived."""
    status, bring_about = LETTERS[name]
    case = open_case() if status == Status.RECEIVED else case_at(status, lan, category=CATEGORY)
    bring_about(Case.objects.get(pk=case.pk), Actor.staff(lan))
    to = lan.email if name.endswith("staff") else case.contact.address
    delivery = Delivery.objects.filter(address=to).latest("pk")
    Delivery.objects.exclude(pk=delivery.pk).update(state=State.DELIVERED, next_try_at=None)
    return delivery


def die(fork, server, at, delivery, *sending):
    """A process of its own sends, comes to that point, and is killed. Nobody else may have the delivery before its claim ends."""
    server.stand_still(at)
    sender = fork(*sending)
    assert server.stands.wait(20)
    kill(sender)
    server.go_on()
    delivery.refresh_from_db()
    assert delivery.state == State.SENDING
    assert delivery.next_try_at > timezone.now()
    type(delivery).objects.update(next_try_at=timezone.now())  # the claim runs out


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_outlives_its_senders(fork, smtp, lan, verified, name):
    """The first dies before the mail server took it, the second after that but before it was marked, the third lives."""
    delivery = written(name, lan)
    sending = (send_mail, delivery.pk, smtp.port)
    arrived = CaseEvent.objects.filter(kind=ARRIVED.get(name, EventKind.ANSWER_DELIVERED))
    before = arrived.count()
    die(fork, smtp, "before", delivery, *sending)
    assert smtp.got == []
    die(fork, smtp, "after", delivery, *sending)
    assert (len(smtp.got), arrived.count()) == (1, before)
    assert deliveries.due(10) == [delivery.pk]
    finished(fork(*sending))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.DELIVERED, 3)
    assert [headers_of(raw)["Message-ID"] for raw in smtp.got] == [delivery.reference] * 2
    assert {headers_of(raw)["To"].addresses[0].addr_spec for raw in smtp.got} == {delivery.address}
    assert arrived.count() == before + (name in ARRIVED)
    assert deliveries.due(10) == []
    verified()


def test_every_text_there_is_has_its_turn():
    assert {text.name for text in TEXTS.values()} <= LETTERS.keys()


def test_a_webhook_outlives_its_senders(fork, receiver, defaults, verified):
    client, _key = ApiClient.objects.create_with_key("app", [Scope.CASES_READ])
    webhooks.create_target(client, url=f"http://127.0.0.1:{receiver.port}/", events=[EventKind.CASE_OPENED])
    case = open_case()
    delivery = WebhookDelivery.objects.get()
    sending = (send_webhook, delivery.pk)
    die(fork, receiver, "before", delivery, *sending)
    die(fork, receiver, "after", delivery, *sending)
    assert webhooks.due(10) == [delivery.pk]
    finished(fork(*sending))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (WebhookDelivery.State.DELIVERED, 3)
    assert {headers["CSKH-Event-Id"] for headers, _body in receiver.got} == {str(delivery.event_id)}
    assert {(json.loads(body)["case"], json.loads(body)["id"]) for _headers, body in receiver.got} == {
        (case.code, delivery.event_id)
    }
    assert webhooks.due(10) == []
    verified()
