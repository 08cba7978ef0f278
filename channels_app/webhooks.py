"""Tells integrations what happened: one signed request an event and target."""

from cases.models import Case, CaseEvent
from cskh.core.jobs import enqueue_after_commit

from .models import WebhookDelivery, WebhookTarget


def on_case_event(case: Case, event: CaseEvent) -> None:
    """Queues the event for each target that listens to it. Called inside the transaction of the change."""
    targets = WebhookTarget.objects.filter(is_active=True, client__is_active=True)
    deliveries = [
        WebhookDelivery(target=target, event=event)
        for target in targets
        if not target.events or event.kind in target.events
    ]
    for delivery in WebhookDelivery.objects.bulk_create(deliveries):
        enqueue_after_commit("channels_app.tasks.send_webhook", delivery.pk)
