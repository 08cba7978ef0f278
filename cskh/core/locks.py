"""Locks on names, where there is no row yet that could be locked."""

import hashlib

from django.db import connection


def one_at_a_time(*name: str) -> None:
    """Waits until nobody else holds `name`, and holds it until the current transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_key(name)])


def taken_if_free(*name: str) -> bool:
    """Whether nobody else holds `name` now; then it is held until the current transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_key(name)])
        return bool(cursor.fetchone()[0])


def _key(name: tuple[str, ...]) -> int:
    return int.from_bytes(hashlib.sha256("\0".join(name).encode()).digest()[:8], "big", signed=True)
