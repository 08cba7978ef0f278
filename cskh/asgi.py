"""The ASGI application: pages and REST as ever, and sockets for whoever comes from one of our own pages."""

import gc
import os
import sys

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from cskh.core.page_handler import page_handler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cskh.settings.base")
os.environ.setdefault("DATABASE_LOCK_SECONDS", "10")  # people ask here: nobody waits for another without end
# Seconds. The loop of all sockets shares the interpreter with threads that ask the database: it must not wait long for its turn.
sys.setswitchinterval(0.001)
pages = page_handler()

from channels_app.live.routing import urlpatterns  # noqa: E402 - the applications must be ready first

application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(urlpatterns))),  # type: ignore[arg-type]
    }
)

# What is loaded by now stays for good. The garbage collector leaves it out: looking through it would stop every socket for
# a third of a second, again and again. Of what is made later little is looked through at a time: each round stops everybody
# for about a microsecond an object.
gc.collect()
gc.freeze()
gc.set_threshold(2_000, 20, 50)
