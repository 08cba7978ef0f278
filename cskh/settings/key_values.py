"""Valkey or Redis: the cache and the channel layer. Nobody waits for a server that is away: all works without it."""

from redis import retry
from redis.asyncio import retry as async_retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected

from .env import redis_url

_IMPATIENT = {"socket_connect_timeout": 2, "socket_timeout": 2}
# Once more, on a new connection: the old one may be of before a restart. Who waited in vain does not wait again.
_ONCE_MORE = retry.Retry(NoBackoff(), 1, (Disconnected,))
_ASYNC_ONCE_MORE = async_retry.Retry(NoBackoff(), 1, (Disconnected,))

CACHES = {
    "default": {
        "BACKEND": "cskh.core.cache.ForgivingCache",
        "LOCATION": redis_url(2),
        "OPTIONS": {**_IMPATIENT, "retry": _ONCE_MORE},
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "cskh.core.channel_layer.GroupLayer",
        "CONFIG": {
            "hosts": [{"address": redis_url(1), **_IMPATIENT, "retry": _ASYNC_ONCE_MORE}],
            "publisher": {"url": redis_url(1), **_IMPATIENT, "retry": _ONCE_MORE},
            "prefix": "cskh",
        },
    }
}
