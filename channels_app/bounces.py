"""A mail of ours came back: what it carried did not arrive after all."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case
from cases.workflow import delivery as delivery_workflow
from cases.workflow import evidence

from .models import Delivery

_UNDONE = (Delivery.State.SENDING, Delivery.State.QUEUED, Delivery.State.DELIVERED)


def take(message_ids: Sequence[str]) -> Case | None:
    """Marks what came back, once. Returns the case it belonged to, if any.

    Our Message-IDs are random and go to their one recipient only, so whoever names one has had the mail.
    """
    case: Case | None = None
    with transaction.atomic():
        came_back = Delivery.objects.filter(reference__in=list(message_ids)).select_related("message__case")
        for delivery in came_back.select_for_update(of=("self",)):
            if delivery.message is not None:
                case = delivery.message.case
            if delivery.state in _UNDONE:
                delivery.state, delivery.next_try_at = Delivery.State.BOUNCED, None
                delivery.error = _("The mail came back.")
                delivery.save(update_fields=["state", "next_try_at", "error"])
                note_lost(delivery, came_back=True)
    return case


def note_lost(delivery: Delivery, *, came_back: bool) -> None:
    """Tells the case that something did not reach its customer, and undoes what had followed from its arrival."""
    message = delivery.message
    if message is None:
        return
    delivery_workflow.note_delivery_failed(
        message.case, message=message.pk, delivery=delivery.pk, answer=message.answer_id, came_back=came_back
    )
    if message.evidence_request is not None:
        evidence.mark_bounced(message.evidence_request)
