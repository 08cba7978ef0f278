"""Where sockets do their database work: in threads of their own, one after the other as long as that is quick.

Threads that compute at once only take the interpreter from each other, and each pays at every answer of the database: eight at
once cost a fifth more than one after the other, and made the slowest messages more than twice as slow (`benchmarks/README.md`).
But one that waits, for a lock that somebody holds, must not hold up all others.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import ParamSpec, TypeVar

from channels.db import DatabaseSyncToAsync
from django.conf import settings

P = ParamSpec("P")
R = TypeVar("R")

PATIENCE = 0.05  # seconds that one waits for the others before they go at once


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=settings.SOCKET_THREADS, thread_name_prefix="sockets")


@lru_cache(maxsize=1)
def _turn(_loop: asyncio.AbstractEventLoop) -> asyncio.Lock:
    return asyncio.Lock()


async def in_thread(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Runs `work` in one of the threads and gives its database connection back afterwards."""
    run = DatabaseSyncToAsync(work, thread_sensitive=False, executor=_threads())
    async with _after_the_others():
        return await run(*args, **kwargs)


@asynccontextmanager
async def _after_the_others() -> AsyncIterator[None]:
    turn = _turn(asyncio.get_running_loop())
    is_my_turn = await _comes(turn)
    try:
        yield
    finally:
        if is_my_turn:
            turn.release()


async def _comes(turn: asyncio.Lock) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            return await turn.acquire()
    except TimeoutError:
        return False
