"""Tells open pages that something changed, so that they look again. Nothing else travels this way.

A push may be lost (the layer keeps nothing) and carries no content, only how far things went: the number of an event, or of the
last message that was read. Pages fetch what is new from the database, as far as whoever looks may see it, from the last thing they
saw. They also look by themselves now and then.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from channels.layers import get_channel_layer
from django.db import transaction

from cases.events import EventKind
from cases.models import Case, CaseEvent
from cases.states import Channel
from cskh.core.key_values import asked

log = logging.getLogger(__name__)

DESK = "desk"  # every page of the desk: queues and their counts
WAITING = "waiting"  # the same pages: who waits at the chat. Apart, as else a busy desk kept every console asking.
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


def changed(*groups: str, number: int = 0) -> None:
    """Pushes to these groups once the current transaction has committed; each once, however often it is asked for.

    `number` is that of the event of the case, if one is all that happened: whoever has seen it already need not look again.
    """
    for _savepoints, waiting, _robust in transaction.get_connection().run_on_commit:
        if isinstance(waiting, _Pushes):
            waiting.add(groups, number)
            return
    pushes = _Pushes()
    pushes.add(groups, number)
    transaction.on_commit(pushes, robust=True)


def note(told: dict[str, int], name: str, number: int) -> None:
    """Adds to what was told of `name`: the last of its events, or 0 as soon as anything else happened."""
    known = told.get(name, number)
    told[name] = max(known, number) if known and number else 0


def read_by(reader: str, public_id: object, *, up_to: int) -> None:
    """One side of a conversation ("agent" or "visitor") has read up to that message: the pages of the other side show it."""
    group = chat_group(public_id)
    event = {"type": "read_mark", "group": group, "by": reader, "up_to": up_to}
    transaction.on_commit(lambda: _send({group: event}), robust=True)


def on_case_event(case: Case, event: CaseEvent) -> None:
    """The pages that show the case, and the queues; not for every line of a live chat, which changes no queue."""
    is_line = case.channel == Channel.CHAT and event.kind in _LINES
    changed(case_group(case.pk), number=event.number)
    if not is_line:
        changed(DESK)


class _Pushes:
    def __init__(self) -> None:
        self.groups: dict[str, int] = {}  # as `note` has it

    def add(self, groups: Iterable[str], number: int) -> None:
        for group in groups:
            note(self.groups, group, number)

    def __call__(self) -> None:
        _send(
            {group: {"type": "changed", "group": group, "number": self.groups[group]} for group in sorted(self.groups)}
        )


def _send(events: Mapping[str, dict[str, object]]) -> None:
    layer: Any = get_channel_layer()
    try:
        with asked():
            layer.publish(events)
    except Exception as error:  # noqa: BLE001 - the layer raises whatever its transport raises
        log.warning("nobody was told of a change in %s: %r", ", ".join(events), error)
