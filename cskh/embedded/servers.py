"""The servers that the environment does not name."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from .folders import DataFolder
from .postgres import Postgres
from .process import Child
from .valkey import Valkey

Say = Callable[[str], None]


class Servers:
    """Starts PostgreSQL unless DATABASE_URL names one, Valkey unless REDIS_URL does.

    `environment` is what other programs need to find them; `children` are those started here, in order of starting.
    """

    def __init__(self, data: DataFolder, say: Say) -> None:
        self.environment: dict[str, str] = {}
        self.children: list[Child] = []
        self._data = data
        self._say = say

    def start(self) -> None:
        for variable, server in (("DATABASE_URL", Postgres), ("REDIS_URL", Valkey)):
            if os.environ.get(variable):
                self._say(f"{variable} is set: using that server")
            else:
                self._start(variable, server)

    def stop(self) -> None:
        """Stops in reverse order; returns when all are gone."""
        for child in reversed(self.children):
            child.stop()

    def _start(self, variable: str, server_class: type[Postgres] | type[Valkey]) -> None:
        began = time.monotonic()
        server = server_class(self._data)
        self.children.append(server.child)
        server.start()
        self.environment[variable] = server.url
        self._say(f"{server.child.service.name} ready in {time.monotonic() - began:.1f} s")


@contextmanager
def running_servers(data: DataFolder, say: Say) -> Iterator[Servers]:
    servers = Servers(data, say)
    with ExitStack() as stack:
        stack.callback(servers.stop)
        servers.start()
        yield servers
