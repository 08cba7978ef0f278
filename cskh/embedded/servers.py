"""The servers that the environment does not name."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from .folders import DataFolder
from .postgres import Postgres
from .process import Child
from .valkey import Valkey

Say = Callable[[str], None]


class Servers:
    """Starts PostgreSQL unless DATABASE_URL names one, Valkey unless REDIS_URL does.

    Without `durable`, what they hold need not outlive a failure of the machine. `environment` is what other programs need to
    find them; `children` are those started here, in order of starting.
    """

    def __init__(self, data: DataFolder, say: Say, *, durable: bool = True) -> None:
        self.environment: dict[str, str] = {}
        self.children: list[Child] = []
        self._data = data
        self._say = say
        self._programs: dict[str, Callable[[DataFolder], Postgres | Valkey]] = {
            "DATABASE_URL": partial(Postgres, durable=durable),
            "REDIS_URL": Valkey,
        }

    def start(self) -> None:
        for variable, program in self._programs.items():
            if os.environ.get(variable):
                self._say(f"{variable} is set: using that server")
            else:
                self._start(variable, program(self._data))

    def stop(self) -> None:
        """Stops in reverse order; returns when all are gone."""
        for child in reversed(self.children):
            child.stop()

    def _start(self, variable: str, server: Postgres | Valkey) -> None:
        began = time.monotonic()
        self.children.append(server.child)
        server.start()
        self.environment[variable] = server.url
        self._say(f"{server.child.service.name} ready in {time.monotonic() - began:.1f} s")


@contextmanager
def running_servers(data: DataFolder, say: Say, *, durable: bool = True) -> Iterator[Servers]:
    """As `Servers` says; stopped at the end."""
    servers = Servers(data, say, durable=durable)
    with ExitStack() as stack:
        stack.callback(servers.stop)
        servers.start()
        yield servers
