"""How often one address may do a thing: counted in the cache, in windows."""

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cskh.core.client_address import client_address
from cskh.core.errors import DomainError


class TooMany(DomainError):
    """Too often from one address; later it works again, and other ways stay open."""

    code = "throttled"
    status = 429
    default_message = _(
        "Too many attempts from your network. Please wait a while, or reach us by email or telephone meanwhile."
    )


def count(request: HttpRequest, what: str) -> None:
    """Counts one more `what` (a key of settings.PORTAL_LIMITS) for the client's address. Raises TooMany beyond the limit."""
    times, seconds = settings.PORTAL_LIMITS[what]
    window = int(time.time() // seconds)
    key = f"portal:{what}:{window}:{client_address(request)}"
    cache.add(key, 0, timeout=seconds)
    try:
        counted = cache.incr(key)
    except ValueError:  # expired between the two calls
        return
    if counted > times:
        raise TooMany
