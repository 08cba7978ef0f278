"""Valkey or Redis may be away, or let everybody wait: broker, channel layer and cache all live there, none of them is needed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

_LONG = 1.0  # seconds that a question takes which nobody answers; a refusal comes at once
_RESTS = 5.0  # seconds
_AT_ONCE = 0.5  # seconds within which a server that is there answers
_asked_again_at = 0.0


class NotAsked(Exception):
    """The server has just let somebody wait in vain."""


@contextmanager
def asked() -> Iterator[None]:
    """Around a question to the server. Raises NotAsked for a moment after one that was waited for in vain.

    So a server that answers nothing costs a process one wait every few seconds, and not one a question. Where it answers
    another question at once it was this process that was slow, and it goes on asking.
    """
    global _asked_again_at
    began = time.monotonic()
    if began < _asked_again_at:
        raise NotAsked("it let us wait just now")
    try:
        yield
    except Exception:  # of whatever kind: it is raised again, only the time it took matters
        if time.monotonic() - began > _LONG and not _answers():
            _asked_again_at = time.monotonic() + _RESTS
        raise


def _answers() -> bool:
    address = settings.CACHES["default"].get("LOCATION")
    if not address:
        return False
    try:
        with Redis.from_url(str(address), socket_timeout=_AT_ONCE, socket_connect_timeout=_AT_ONCE) as server:
            return bool(server.ping())
    except (RedisError, OSError):
        return False
