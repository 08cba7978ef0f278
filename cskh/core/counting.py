"""How often somebody does a thing: counted in the cache, in windows of time."""

import time

from django.core.cache import cache


def is_too_often(what: str, who: str, *, times: int, seconds: int) -> bool:
    """Counts one more `what` of `who` and says whether that is more than `times` in the present window of `seconds`.

    While the cache is away nothing is counted, and nobody is refused for it.
    """
    key = f"count:{what}:{int(time.time() // seconds)}:{who}"
    cache.add(key, 0, timeout=seconds)
    try:
        return bool(cache.incr(key) > times)
    except ValueError:  # expired between the two calls, or the cache is away
        return False
