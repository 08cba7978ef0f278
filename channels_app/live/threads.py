"""Where sockets do their database work: in threads of their own, one after the other as long as that is quick."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import ParamSpec, TypeVar

from channels.db import DatabaseSyncToAsync
from django.conf import settings

from cskh.core.turns import after_the_others

P = ParamSpec("P")
R = TypeVar("R")


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=settings.SOCKET_THREADS, thread_name_prefix="sockets")


async def in_thread(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Runs `work` in one of the threads and gives its database connection back afterwards."""
    run = DatabaseSyncToAsync(work, thread_sensitive=False, executor=_threads())
    async with after_the_others():
        return await run(*args, **kwargs)
