"""Background work of the channels: fetch, call, log."""

from celery import shared_task

from . import deliveries, holding, intake, mailboxes, resumable, webhooks
from .chat import giving, leaving, letting_go

_BATCH = 100
_POLL_EXPIRES = 30  # seconds; meanwhile the next ones have been asked for


@shared_task
def poll_mailboxes() -> None:
    """A task a box, so that one that hangs holds up no other."""
    for address in mailboxes.addresses():
        poll_mailbox.apply_async((address,), expires=_POLL_EXPIRES)


@shared_task
def poll_mailbox(address: str) -> None:
    mailboxes.poll(address)


@shared_task
def process_inbound(item_id: int) -> None:
    intake.process(item_id)


@shared_task
def sweep_inbound() -> None:
    """What came in and was left behind by a crash, or is due for another try."""
    for item_id in intake.due(_BATCH):
        intake.process(item_id)


@shared_task
def send_delivery(delivery_id: int) -> None:
    deliveries.send(delivery_id)


@shared_task
def sweep_deliveries() -> None:
    """What was left behind by a crash, or is due for another try. Sent side by side: one slow server must not delay the rest."""
    for delivery_id in deliveries.due(_BATCH):
        send_delivery.delay(delivery_id)


@shared_task
def send_webhook(delivery_id: int) -> None:
    webhooks.send(delivery_id)


@shared_task
def sweep_webhooks() -> None:
    """Events that were left behind by a crash, or are due for another try. Sent side by side."""
    for delivery_id in webhooks.due(_BATCH):
        send_webhook.delay(delivery_id)


@shared_task
def send_held(held_id: int) -> None:
    holding.release(held_id)


@shared_task
def sweep_held() -> None:
    """What could still be called back and now is due. Sent side by side: a case somebody works on delays only its own."""
    for held_id in holding.due(_BATCH):
        send_held.delay(held_id)


@shared_task
def note_left_chats() -> None:
    """Visitors who left."""
    leaving.note_those_who_left()


@shared_task
def take_back_chats() -> None:
    """Agents who say nothing."""
    letting_go.take_back_unanswered()


@shared_task
def give_out_chats() -> None:
    """Visitors who wait although somebody has room."""
    giving.give_out()


@shared_task
def forget_partial_uploads() -> None:
    """Files nobody went on sending."""
    resumable.forget_old()
