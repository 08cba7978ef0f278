"""One after the other, as long as that is quick: how sockets and pages of one process share its interpreter.

Threads that compute at once only take the interpreter from each other, and each pays at every answer of the database: eight at
once cost a fifth more than one after the other, and made the slowest chat messages more than twice as slow
(`benchmarks/README.md`). But one that waits, for a lock that somebody holds, must not hold up all others.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache

PATIENCE = 0.05  # seconds that one waits for the others before they go at once


@asynccontextmanager
async def after_the_others() -> AsyncIterator[None]:
    """Begins when it is one's turn, or when that takes longer than `PATIENCE`."""
    turn = turn_of(asyncio.get_running_loop())
    is_my_turn = await _comes(turn)
    try:
        yield
    finally:
        if is_my_turn:
            turn.release()


@lru_cache(maxsize=1)
def turn_of(_loop: asyncio.AbstractEventLoop) -> asyncio.Lock:
    """Held by whoever's turn it is."""
    return asyncio.Lock()


async def _comes(turn: asyncio.Lock) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            return await turn.acquire()
    except TimeoutError:
        return False
