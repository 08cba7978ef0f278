"""Valkey or Redis may be away, or let everybody wait: broker, channel layer and cache all live there, none of them is needed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

_LONG = 1.0  # seconds that a question takes which nobody answers; a refusal comes at once
_RESTS = 5.0  # seconds
_asked_again_at = 0.0


class NotAsked(Exception):
    """The server has just let somebody wait in vain."""


@contextmanager
def asked() -> Iterator[None]:
    """Around a question to the server. Raises NotAsked for a moment after one that was waited for in vain.

    So a server that answers nothing costs a process one wait every few seconds, and not one a question.
    """
    global _asked_again_at
    began = time.monotonic()
    if began < _asked_again_at:
        raise NotAsked("it let us wait just now")
    try:
        yield
    except Exception:
        if time.monotonic() - began > _LONG:
            _asked_again_at = time.monotonic() + _RESTS
        raise
