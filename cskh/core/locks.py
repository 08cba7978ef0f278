"""Locks on names, where there is no row yet that could be locked."""

import hashlib

from django.db import connection


def one_at_a_time(*name: str) -> None:
    """Waits until nobody else holds `name`, and holds it until the current transaction ends."""
    key = int.from_bytes(hashlib.sha256("\0".join(name).encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
