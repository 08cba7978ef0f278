"""How often somebody does a thing: counted in the cache, in windows of time."""

import time

from django.core.cache import cache


def is_too_often(what: str, who: str, *, times: int, seconds: int, which: str = "") -> bool:
    """Counts one more `what` of `who` and says whether that is more than `times` in the present window of `seconds`.

    The same `which` is counted once, however often and at however many places at once it comes, unless it was one too many.
    While the cache is away nothing is counted, and nobody is refused for it.
    """
    counted = f"counted:{what}:{who}:{which}"
    if which and not cache.add(counted, 1, timeout=seconds):
        return False
    key = f"count:{what}:{int(time.time() // seconds)}:{who}"
    cache.add(key, 0, timeout=seconds)
    try:
        is_one_too_many = bool(cache.incr(key) > times)
    except ValueError:  # expired between the two calls, or the cache is away
        return False
    if which and is_one_too_many:
        cache.delete(counted)
    return is_one_too_many
