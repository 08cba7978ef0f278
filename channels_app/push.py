"""Tells open pages that something changed, so that they look again. Nothing else travels this way.

A push may be lost (the layer keeps nothing) and carries no content: pages fetch what is new from the database, as far as
whoever looks may see it, from the last thing they saw. They also look by themselves now and then.
"""

import asyncio
import logging

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from cases.events import EventKind
from cases.models import Case, CaseEvent
from cases.states import Channel
from cskh.core.key_values import asked

log = logging.getLogger(__name__)

_SENT_WITHIN = 3  # seconds
DESK = "desk"  # every page of the desk: queues, badges, waiting chats
_LINES = (EventKind.MESSAGE_RECEIVED, EventKind.MESSAGE_SENT, EventKind.NOTE_ADDED)


def case_group(case_id: int) -> str:
    return f"case.{case_id}"


def colleagues_group(case_id: int) -> str:
    """The desk's pages that show the case; they tell each other who looks and who writes."""
    return f"colleagues.{case_id}"


def chat_group(public_id: object) -> str:
    return f"chat.{public_id}"


def staff_group(user_id: int) -> str:
    return f"staff.{user_id}"


def changed(*groups: str) -> None:
    """Pushes to these groups once the current transaction has committed; each once, however often it is asked for."""
    for _savepoints, waiting, _robust in transaction.get_connection().run_on_commit:
        if isinstance(waiting, _Pushes):
            waiting.groups.update(groups)
            return
    transaction.on_commit(_Pushes(groups), robust=True)


def on_case_event(case: Case, event: CaseEvent) -> None:
    """The pages that show the case, and the queues; not for every line of a live chat, which would keep every desk busy."""
    is_line = case.channel == Channel.CHAT and event.kind in _LINES
    changed(case_group(case.pk), *([] if is_line else [DESK]))


class _Pushes:
    def __init__(self, groups: tuple[str, ...]) -> None:
        self.groups = set(groups)

    def __call__(self) -> None:
        try:
            with asked():
                async_to_sync(_send)(self.groups)
        except Exception as error:  # noqa: BLE001 - the layer raises whatever its transport raises
            log.warning("nobody was told of a change in %s: %r", ", ".join(sorted(self.groups)), error)


async def _send(groups: set[str]) -> None:
    layer = get_channel_layer()
    assert layer is not None  # settings name one
    async with asyncio.timeout(_SENT_WITHIN):  # waiting for other pushes included
        for group in sorted(groups):
            await layer.group_send(group, {"type": "changed", "group": group})
