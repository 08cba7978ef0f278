"""Asks for background work by the task's name, so that the domain need not import the tasks; and says when to try again."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from celery import current_app
from django.db import transaction
from django.utils import timezone

from .key_values import asked

log = logging.getLogger(__name__)


def enqueue_after_commit(task: str, *ids: int, countdown: float = 0) -> None:
    """Sends `task(*ids)` to a worker once the current transaction has committed, to be run after `countdown` seconds.

    A broker that is away costs only promptness: what is due stands in the database and a sweep finds it.
    """
    transaction.on_commit(partial(_send, task, ids, countdown), robust=True)


def next_try(attempts: int, waits: Sequence[int]) -> datetime | None:
    """When to try again what failed `attempts` times, after so many seconds each; None where there is no further try."""
    return timezone.now() + timedelta(seconds=waits[attempts - 1]) if attempts <= len(waits) else None


def _send(task: str, ids: tuple[int, ...], countdown: float) -> None:
    try:
        with asked():
            current_app.send_task(task, args=ids, countdown=countdown or None)
    except Exception as error:  # noqa: BLE001 - kombu raises whatever its transport raises
        log.warning("broker unreachable, %s%s is left to the sweep: %s", task, ids, error)
