"""Sends what is queued: claimed, sent outside the transaction, then marked.

At least once: a worker that dies between sending and marking leaves a claim that runs out, and the next try carries the
same Message-ID, by which mail programs show one mail.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.customers.models import Contact
from cases.models import Case
from cases.states import Channel
from cases.workflow import delivery as delivery_workflow
from cases.workflow import evidence
from cskh.core.jobs import enqueue_after_commit, next_try

from . import bounces, letters
from .adapters.base import NotDelivered
from .adapters.email import smtp
from .models import Chat, Delivery, Message

log = logging.getLogger(__name__)

_State = Delivery.State
_UNDER_WAY = (_State.QUEUED, _State.SENDING)
_NOT_ARRIVED = (*_UNDER_WAY, _State.FAILED)


def due(limit: int) -> list[int]:
    """Ids of what is to be tried now, longest waiting first."""
    waiting = Delivery.objects.filter(state__in=_UNDER_WAY, next_try_at__lte=timezone.now())
    return list(waiting.order_by("next_try_at").values_list("pk", flat=True)[:limit])


def send(delivery_id: int) -> None:
    """Tries one delivery, if it is due and nobody else has it. Its outcome is written on its row."""
    delivery = _claim(delivery_id)
    if delivery is None:
        return
    try:
        _SENDERS[Channel(delivery.channel)](delivery)
    except NotDelivered as error:
        _not_delivered(delivery, error)
    except Exception as error:  # a fault of ours: shown and tried again, and the next delivery does not wait
        log.exception("delivery %s could not be made", delivery_id)
        _not_delivered(delivery, NotDelivered(f"{type(error).__name__}: {error}"))
    else:
        mark_delivered(delivery)


def mark_delivered(delivery: Delivery, *, at: datetime | None = None) -> None:
    """It reached the customer at `at` (default now): the other side took it, fetched it, or heard it by telephone. Once."""
    with transaction.atomic():
        held = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
        if held.state not in _NOT_ARRIVED:
            return
        held.state, held.next_try_at, held.error = _State.DELIVERED, None, ""
        held.delivered_at = at or timezone.now()
        held.save(update_fields=["state", "next_try_at", "error", "delivered_at"])
        message = held.message
        if message is not None and message.answer_id is not None:
            delivery_workflow.note_answer_delivered(
                message.case, answer=message.answer_id, delivery=held.pk, at=held.delivered_at
            )
        if message is not None and message.evidence_request is not None:
            evidence.mark_delivered(message.evidence_request, at=held.delivered_at)
    delivery.refresh_from_db()


def mark_all_delivered(messages: QuerySet[Message], *, channel: Channel) -> None:
    """These messages reached the customer over that channel: at once those of which the case need not hear."""
    waiting = Delivery.objects.filter(channel=channel, state__in=_NOT_ARRIVED)
    plain = messages.filter(answer__isnull=True, evidence_request__isnull=True)
    arrived = {"state": _State.DELIVERED, "next_try_at": None, "error": "", "delivered_at": timezone.now()}
    waiting.filter(message__in=plain).update(**arrived)
    for delivery in waiting.filter(message__in=messages).order_by("pk"):
        mark_delivered(delivery)


def mark_told(case: Case, *, at: datetime | None = None) -> None:
    """Somebody reached the customer by telephone and told them everything that waited for the call."""
    waiting = Delivery.objects.filter(message__case=case, channel=Channel.HOTLINE, state=_State.QUEUED)
    for delivery in waiting.order_by("pk"):
        mark_delivered(delivery, at=at)


def retry(delivery: Delivery) -> bool:
    """Tries again what failed, came back or waits for its next try. False where there is nothing for us to send.

    Where its address was corrected meanwhile it goes to the new one. That is another mail, with a Message-ID of its own:
    a report on the first one, which may come days later, says nothing about it.
    """
    with transaction.atomic():
        again = Delivery.objects.filter(
            pk=delivery.pk, channel__in=_SENDERS, state__in=(_State.QUEUED, _State.FAILED, _State.BOUNCED)
        )
        held = again.select_for_update(of=("self",)).first()
        if held is None or _was_sent_elsewhere(held):
            return False
        address = _corrected_address(held)
        if address:
            held = _sent_to(address, instead_of=held)
        else:
            held.state, held.attempts, held.next_try_at, held.error = _State.QUEUED, 0, timezone.now(), ""
            held.save(update_fields=["state", "attempts", "next_try_at", "error"])
        enqueue_after_commit("channels_app.tasks.send_delivery", held.pk)
    return True


def _was_sent_elsewhere(held: Delivery) -> bool:
    later = Delivery.objects.filter(message=held.message_id, channel=held.channel, pk__gt=held.pk)
    return held.message_id is not None and later.exists()


def _corrected_address(held: Delivery) -> str:
    """Where the case is answered by mail now, where that is not the delivery's own address; else ""."""
    contact = held.message.case.contact if held.message and held.channel == Channel.EMAIL else None
    if contact is None or contact.kind != Contact.Kind.EMAIL or contact.address.lower() == held.address.lower():
        return ""
    return contact.address


def _sent_to(address: str, *, instead_of: Delivery) -> Delivery:
    """The same message on its way to `address`; what became of the old delivery stays on record."""
    if instead_of.state == _State.QUEUED:
        instead_of.state, instead_of.next_try_at = _State.FAILED, None
        instead_of.error = instead_of.error or _("This is not an address of the customer.")
        instead_of.save(update_fields=["state", "next_try_at", "error"])
    return Delivery.objects.create(
        message=instead_of.message,
        channel=instead_of.channel,
        address=address,
        reference=Delivery.new_reference(),
    )


def _claim(delivery_id: int) -> Delivery | None:
    """The delivery as ours for a while: whoever finds the claim run out takes us for dead and tries again."""
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk=delivery_id, state__in=_UNDER_WAY, next_try_at__lte=timezone.now())
            .first()
        )
        if delivery is not None:
            delivery.state = _State.SENDING
            delivery.attempts += 1
            delivery.next_try_at = timezone.now() + timedelta(seconds=settings.DELIVERY_CLAIM_SECONDS)
            delivery.save(update_fields=["state", "attempts", "next_try_at"])
    return delivery


def _not_delivered(delivery: Delivery, error: NotDelivered) -> None:
    """Later again, or never: then the case says so, and staff are told."""
    with transaction.atomic():
        held = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
        if held.state != _State.SENDING:  # it came back, or somebody else has dealt with it meanwhile
            return
        held.error = str(error)[:1000]
        held.next_try_at = None if error.permanent else next_try(held.attempts, settings.DELIVERY_RETRY_SECONDS)
        held.state = _State.QUEUED if held.next_try_at else _State.FAILED
        held.save(update_fields=["state", "error", "next_try_at"])
        if held.state == _State.FAILED:
            bounces.note_lost(held, came_back=False)


def _mail(delivery: Delivery) -> None:
    smtp.send(letters.write(delivery))


def _show(delivery: Delivery) -> None:
    """Our own pages show a message from the moment it is committed: there is nothing left to send."""
    if delivery.message is None or delivery.message.direction != Message.Direction.OUT:
        raise NotDelivered(_("Only messages to the customer are shown."), permanent=True)


def _show_in_chat(delivery: Delivery) -> None:
    """Shown in the conversation; what the visitor has not seen after a while goes to their verified address.

    What has no verified address waits until the visitor comes back, or staff are told in the end that it did not arrive.
    """
    message = delivery.message
    chat = Chat.objects.filter(case=message.case).first() if message else None
    if message is None or chat is None or message.is_automatic:
        _show(delivery)
    elif chat.visitor_read < message.pk:
        address = verified_address(message.case)
        if not address or timezone.now() < delivery.created_at + settings.CHAT_UNREAD_MAILED_AFTER:
            raise NotDelivered(_("The visitor has not seen it yet."))
        delivery.address = address
        delivery.save(update_fields=["address"])
        smtp.send(letters.write(delivery))


def verified_address(case: Case) -> str:
    """The mail address known to be the customer's that was used last, "" where there is none."""
    known = case.customer.contacts.filter(kind=Contact.Kind.EMAIL, verified_at__isnull=False)
    verified = known.order_by("-last_used_at").first()
    return verified.address if verified else ""


_SENDERS: dict[Channel, Callable[[Delivery], None]] = {
    Channel.EMAIL: _mail,
    Channel.WEB: _show,
    Channel.CHAT: _show_in_chat,
}
