"""Tells integrations what happened: one signed request an event and target.

Queued with the change, sent after commit, tried again until it is taken. At least once: receivers keep the event id.
"""

import hashlib
import hmac
import json
import logging
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.actors import ActorKind
from accounts.models import ApiClient, Scope
from cases.events import EventKind
from cases.models import Case, CaseEvent
from cases.states import Channel
from cskh.core.jobs import enqueue_after_commit, next_try
from cskh.core.sealing import seal, unseal

from . import deliveries
from .adapters.app.post import NotTaken, post
from .models import Delivery, WebhookDelivery, WebhookTarget

log = logging.getLogger(__name__)

_State = WebhookDelivery.State
_UNDER_WAY = (_State.QUEUED, _State.SENDING)
_GONE = 410
# Events that carry a message to the customer: the fact that names it, and where the message has it.
_CARRIES = {
    EventKind.MESSAGE_SENT.value: ("message", "pk"),
    EventKind.CASE_ANSWERED.value: ("answer", "answer_id"),
    EventKind.EVIDENCE_REQUESTED.value: ("request", "evidence_request_id"),
}
# Who reads all cases hears of all; who only opens cases hears of its own (as `policies.visible_to` has it); others of none.
_READERS = (Scope.CASES_READ, Scope.CASES_WORK)
# What a customer's words say of their health or need is for those who read cases: not for a form that only opens them.
_OF_SAFETY = (EventKind.SAFETY_FLAGGED, EventKind.SAFETY_CLEARED)
# Whose taking an event counts as the app having it: programs that only read are not the way to the customer.
_CARRIERS = (Scope.CASES_OPEN, Scope.CASES_WORK)
_QUEUE = """
INSERT INTO channels_app_webhookdelivery (target_id, event_id, state, attempts, next_try_at, error)
SELECT target.id, %(event)s, 'queued', 0, %(now)s, ''
FROM channels_app_webhooktarget target JOIN accounts_apiclient client ON client.id = target.client_id
WHERE target.is_active AND client.is_active AND (target.events = '{}' OR %(kind)s = ANY (target.events))
    AND (client.scopes && %(readers)s::varchar[] OR %(openers_hear)s AND %(opener)s = ANY (client.scopes) AND EXISTS (
        SELECT FROM cases_caseevent opening
        WHERE opening.case_id = %(case)s AND opening.number = 1
            AND opening.actor_kind = %(integration)s AND opening.actor_id = client.id::varchar))
RETURNING id
"""


def on_case_event(case: Case, event: CaseEvent) -> None:
    """Queues the event for each target that listens to it and may know of the case, in one statement.

    Called inside the transaction of the change.
    """
    values: dict[str, Any] = {
        "event": event.pk,
        "case": case.pk,
        "now": timezone.now(),
        "kind": event.kind,
        "readers": [scope.value for scope in _READERS],
        "opener": Scope.CASES_OPEN.value,
        "openers_hear": event.kind not in _OF_SAFETY,
        "integration": ActorKind.INTEGRATION.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, values)
        for (delivery_id,) in cursor.fetchall():
            enqueue_after_commit("channels_app.tasks.send_webhook", delivery_id)


def create_target(client: ApiClient, *, url: str, events: list[str]) -> tuple[WebhookTarget, str]:
    """A new target and the secret that signs what it gets. The secret is shown this once and kept sealed."""
    secret = secrets.token_urlsafe(32)
    target = WebhookTarget.objects.create(client=client, url=url, events=events, sealed_secret=seal(secret.encode()))
    return target, secret


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """The value of CSKH-Signature: HMAC-SHA256 over `<timestamp>.<body>`."""
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={mac}"


def due(limit: int) -> list[int]:
    """Ids of what is to be tried now, longest waiting first."""
    waiting = WebhookDelivery.objects.filter(state__in=_UNDER_WAY, next_try_at__lte=timezone.now())
    return list(waiting.order_by("next_try_at").values_list("pk", flat=True)[:limit])


def send(delivery_id: int) -> None:
    """Tries one delivery, if it is due and nobody else has it. Its outcome is written on its row."""
    delivery = _claim(delivery_id)
    if delivery is None:
        return
    target, event = delivery.target, delivery.event
    body = json.dumps(_payload(event), ensure_ascii=False).encode()
    try:
        secret = unseal(bytes(target.sealed_secret)).decode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "CSKH-Webhooks/1",
            "CSKH-Event-Id": str(event.pk),
            "CSKH-Signature": signature(secret, int(timezone.now().timestamp()), body),
        }
        status = post(target.url, body, headers)
    except (NotTaken, ValueError) as error:
        _finish(delivery, status=None, error=str(error))
        return
    _finish(delivery, status=status, error="" if 200 <= status < 300 else f"HTTP {status}")


def _payload(event: CaseEvent) -> dict[str, object]:
    facts = {name: value for name, value in event.facts.items() if name != "words"}
    return {
        "id": event.pk,
        "event": event.kind,
        "case": event.case.code,
        "number": event.number,
        "at": event.at.isoformat(),
        "facts": facts,
    }


def _claim(delivery_id: int) -> WebhookDelivery | None:
    """The delivery as ours for a while: whoever finds the claim run out takes us for dead and tries again."""
    with transaction.atomic():
        delivery = (
            WebhookDelivery.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("target__client", "event__case")
            .filter(pk=delivery_id, state__in=_UNDER_WAY, next_try_at__lte=timezone.now())
            .first()
        )
        if delivery is None:
            return None
        if not (delivery.target.is_active and delivery.target.client.is_active):
            delivery.state, delivery.next_try_at, delivery.error = _State.FAILED, None, "the webhook is off"
            delivery.save()
            return None
        delivery.state = _State.SENDING
        delivery.attempts += 1
        delivery.next_try_at = timezone.now() + timedelta(seconds=settings.DELIVERY_CLAIM_SECONDS)
        delivery.save()
    return delivery


def _finish(delivery: WebhookDelivery, *, status: int | None, error: str) -> None:
    """Taken, later again, or never. 410 says that nobody listens there any more: the target is switched off.

    Nothing is written where our claim ran out meanwhile and somebody else took the delivery over.
    """
    with transaction.atomic():
        ours = WebhookDelivery.objects.select_for_update(of=("self",)).select_related("target__client", "event__case")
        held = ours.filter(pk=delivery.pk, state=_State.SENDING, attempts=delivery.attempts).first()
        if held is None:
            return
        held.response_status, held.error = status, error[:1000]
        if not error:
            held.state, held.next_try_at, held.delivered_at = _State.DELIVERED, None, timezone.now()
        else:
            again_at = None if status == _GONE else next_try(held.attempts, settings.DELIVERY_RETRY_SECONDS)
            held.state, held.next_try_at = _State.QUEUED if again_at else _State.FAILED, again_at
        held.save()
        if status == _GONE:
            WebhookTarget.objects.filter(pk=held.target_id).update(is_active=False)
        if not error and any(held.target.client.has_scope(scope) for scope in _CARRIERS):
            _mark_message_delivered(held.event)


def _mark_message_delivered(event: CaseEvent) -> None:
    """A message to the app has reached the customer's side when its event was taken by a program that carries it there."""
    fact, field = _CARRIES.get(event.kind, ("", ""))
    if fact and event.facts.get(fact):
        mark_app_deliveries(event.case, **{f"message__{field}": event.facts[fact]})


def mark_app_deliveries(case: Case, **which: object) -> None:
    """What waited for the app of this case's customer (or which of it) was taken or fetched."""
    waiting = Delivery.objects.filter(message__case=case, channel=Channel.APP, state=Delivery.State.QUEUED, **which)
    for delivery in waiting.order_by("pk"):
        deliveries.mark_delivered(delivery)
