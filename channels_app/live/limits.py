"""How often one visitor may do a thing, whichever way they speak to us; and how many sockets one address may hold open."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from channels_app.chat import talking
from channels_app.models import Chat
from cskh.core.counting import is_too_often
from cskh.core.errors import Throttled


def count_visitor(chat: Chat, what: str, which: str = "") -> None:
    """Counts one more `what` (a key of settings.CHAT_LIMITS) of this conversation. Raises Throttled beyond the limit.

    The same `which` is counted once.
    """
    count(what, str(chat.public_id), which)


def visitor_says(chat: Chat, *, client_id: object, body: object) -> None:
    """`talking.visitor_says`, counted once a message: a bad network, where it is sent again, must not look like a flood."""
    if not talking.is_kept(chat, client_id):
        count_visitor(chat, "say", str(client_id))
    talking.visitor_says(chat, client_id=client_id, body=body)


def count(what: str, who: str, which: str = "") -> None:
    """As `count_visitor`, of anybody."""
    times, seconds = settings.CHAT_LIMITS[what]
    if is_too_often(f"chat-{what}", who, times=times, seconds=seconds, which=which):
        raise Throttled


# Counted in the memory of each web process, whose event loop alone touches it: whatever ends the process ends its sockets
# and their count together. Several processes allow as many times the limit.
_open_sockets = Counter[str]()


@contextmanager
def place_for_socket(address: str) -> Iterator[bool]:
    """Says whether one more visitor's socket of this address may be open, and counts it as long as it is.

    Sockets of peers without an address (a proxy on the same machine that names nobody) are not limited.
    """
    has_place = not address or _open_sockets[address] < settings.CHAT_SOCKETS_PER_ADDRESS
    if not has_place:
        yield False
        return
    _open_sockets[address] += 1
    try:
        yield True
    finally:
        _open_sockets[address] -= 1
        if not _open_sockets[address]:
            del _open_sockets[address]
