"""How often one visitor may do a thing: counted in the cache, in windows, whichever way they speak to us."""

import logging
import time

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from channels_app.chat import talking
from channels_app.models import Chat
from cskh.core.errors import DomainError

log = logging.getLogger(__name__)


class TooOften(DomainError):
    """Too often from one visitor; in a moment it works again."""

    code = "throttled"
    status = 429
    default_message = _("That was a bit fast. Please wait a moment, then send it again.")


def count_visitor(chat: Chat, what: str) -> None:
    """Counts one more `what` (a key of settings.CHAT_LIMITS) of this conversation. Raises TooOften beyond the limit."""
    count(what, str(chat.public_id))


def visitor_says(chat: Chat, *, client_id: object, body: object) -> None:
    """`talking.visitor_says`, counted once a message: a bad network, where it is sent again, must not look like a flood."""
    if not talking.is_kept(chat, client_id):
        count_visitor(chat, "say")
    talking.visitor_says(chat, client_id=client_id, body=body)


def count(what: str, who: str) -> None:
    """As `count_visitor`, of anybody. While the cache is away nothing is counted, and nobody is refused for it."""
    times, seconds = settings.CHAT_LIMITS[what]
    key = f"chat:{what}:{int(time.time() // seconds)}:{who}"
    try:
        cache.add(key, 0, timeout=seconds)
        counted = cache.incr(key)
    except ValueError:  # expired between the two calls
        return
    except RedisError as error:
        log.warning("chats are not counted, the cache is away: %s", error)
        return
    if counted > times:
        raise TooOften
