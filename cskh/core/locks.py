"""Locks on names, where there is no row yet that could be locked."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


def one_at_a_time(*name: str) -> None:
    """Waits until nobody else holds `name`, and holds it until the current transaction ends."""
    _ask("SELECT pg_advisory_xact_lock(%s)", name)


def taken_if_free(*name: str) -> bool:
    """Whether nobody else holds `name` now; then it is held until the current transaction ends."""
    return _ask("SELECT pg_try_advisory_xact_lock(%s)", name)


@contextmanager
def held(*name: str) -> Iterator[None]:
    """Waits until nobody else holds `name`; then it is ours until the end of the block, whatever becomes of the transaction. For
    short work outside the database, within which nothing else is waited for."""
    _ask("SELECT pg_advisory_lock(%s)", name)
    try:
        yield
    finally:
        _ask("SELECT pg_advisory_unlock(%s)", name)


@contextmanager
def unless_held(*name: str) -> Iterator[bool]:
    """Whether nobody else held `name`: then it is ours until the end of the block, or of this process, over any transactions."""
    is_ours = _ask("SELECT pg_try_advisory_lock(%s)", name)
    try:
        yield is_ours
    finally:
        if is_ours:
            _ask("SELECT pg_advisory_unlock(%s)", name)


def _ask(question: str, name: tuple[str, ...]) -> bool:
    key = int.from_bytes(hashlib.sha256("\0".join(name).encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute(question, [key])
        return bool(cursor.fetchone()[0])  # nothing, from those that wait
