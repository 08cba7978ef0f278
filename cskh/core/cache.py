"""The cache, of which nobody notices more than slowness while its server is away."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from .key_values import NotAsked, asked

T = TypeVar("T")
log = logging.getLogger(__name__)


class ForgivingCache(RedisCache):
    """Django's Redis cache; while the server is away these calls find nothing and keep nothing."""

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return _unless_away(default, super().get, key, default, version)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        _unless_away(None, super().set, key, value, timeout, version)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return _unless_away(False, super().add, key, value, timeout, version)

    def delete(self, key: str, version: int | None = None) -> bool:
        return _unless_away(False, super().delete, key, version)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError where there is no such key, as always, and while the server is away."""
        counted = _unless_away(None, super().incr, key, delta, version)
        if counted is None:
            raise ValueError(f"{key} is not counted")
        return counted


def _unless_away(otherwise: Any, ask: Callable[..., T], *args: Any) -> Any:
    try:
        with asked():
            return ask(*args)
    except (RedisError, NotAsked) as error:
        log.warning("the cache is away: %r", error)
        return otherwise
