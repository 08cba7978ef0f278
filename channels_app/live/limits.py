"""How often one visitor may do a thing: counted in the cache, in windows, whichever way they speak to us."""

import time

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from channels_app.models import Chat
from cskh.core.errors import DomainError


class TooOften(DomainError):
    """Too often from one visitor; in a moment it works again."""

    code = "throttled"
    status = 429
    default_message = _("That was a bit fast. Please wait a moment, then send it again.")


def count_visitor(chat: Chat, what: str) -> None:
    """Counts one more `what` (a key of settings.CHAT_LIMITS) of this conversation. Raises TooOften beyond the limit."""
    count(what, str(chat.public_id))


def count(what: str, who: str) -> None:
    times, seconds = settings.CHAT_LIMITS[what]
    key = f"chat:{what}:{int(time.time() // seconds)}:{who}"
    cache.add(key, 0, timeout=seconds)
    try:
        counted = cache.incr(key)
    except ValueError:  # expired between the two calls
        return
    if counted > times:
        raise TooOften
