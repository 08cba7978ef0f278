"""Sockets and live chat: where the widget may stand, who takes chats, how long a conversation may rest."""

from datetime import timedelta

from .env import env

# Origins of the pages that may embed the widget, such as "https://www.example.org"; our own pages always may.
CHAT_ORIGINS = env.list("CHAT_ORIGINS", default=[])
CHAT_RESUMES_FOR = timedelta(hours=24)  # a visitor who comes back within this goes on in the same conversation
CHAT_SEEN_FOR = timedelta(seconds=75)  # a browser or console that said nothing for longer is gone
CHAT_LEFT_AFTER = timedelta(minutes=2)  # a visitor gone for so long has left
CHAT_UNREAD_MAILED_AFTER = timedelta(minutes=3)  # what the visitor has not seen by then goes to their verified address
CHAT_ANSWERED_WITHIN = timedelta(seconds=60)  # an agent who says nothing for so long to a new chat loses it to another
# How soon a visitor should hear from a person: so many of 100 within the first time, 95 of 100 within the second.
CHAT_REPLY_PERCENT = env.int("CHAT_REPLY_PERCENT", default=80)
CHAT_REPLY_WITHIN = timedelta(seconds=env.int("CHAT_REPLY_WITHIN", default=20))
CHAT_REPLY_P95_WITHIN = timedelta(seconds=env.int("CHAT_REPLY_P95_WITHIN", default=60))
CHAT_FIGURES_MINIMUM = 10  # of fewer conversations no share is shown: it would say more than is known
CHAT_ROOM_KEPT = 3  # seconds that the places of those who wait are told as they were
CHAT_MESSAGE_MAX_CHARACTERS = 4000
# Of one visitor: (times, per how many seconds).
CHAT_LIMITS = {
    "start": (200, 3600),  # an address, behind which a whole mobile network may sit
    "say": (30, 60),
    "file": (20, 600),
    "contact": (5, 3600),  # of one conversation, and of one address: each may mail a code
    "frame": (240, 60),
}
# Visitors' sockets of one address that a web process holds open; further ones ask by plain HTTP. A whole mobile network may
# sit behind an address.
CHAT_SOCKETS_PER_ADDRESS = env.int("CHAT_SOCKETS_PER_ADDRESS", default=200)
SOCKET_FRAME_MAX_BYTES = 32 * 1024
SOCKET_WRITES_WITHIN = 20  # seconds that a browser may read nothing of what is there for it
SOCKET_LOOKS_EVERY = 25  # seconds: a push that was lost costs no more than this
SOCKET_CHECKED_EVERY = env.int("SOCKET_CHECKED_EVERY", default=60)  # seconds: whether its person is still signed in
SOCKET_THREADS = env.int("SOCKET_THREADS", default=8)  # of one process, for what sockets ask of the database
