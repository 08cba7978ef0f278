"""Web processes as the product runs them, each on a free port."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from django.conf import settings

from cskh.embedded.installation import WEB_OPTIONS
from cskh.embedded.ports import free_or_other

_START_SECONDS = 60


@dataclass(frozen=True)
class Web:
    port: int
    pid: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> int:
        """Bytes that the process holds in memory."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def busy(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Webs:
    """Several processes, among which a balancer shares the connections."""

    def __init__(self, webs: Sequence[Web]) -> None:
        self._webs = webs
        self._turns = cycle(webs)

    def next(self) -> Web:
        return next(self._turns)

    def memory(self) -> int:
        """Bytes of all of them."""
        return sum(web.memory() for web in self._webs)

    def busy(self) -> float:
        """Seconds of processor time of all of them."""
        return sum(web.busy() for web in self._webs)


@contextmanager
def running(application: str, processes: int) -> Iterator[Webs]:
    """Serves an ASGI application, such as "cskh.asgi:application", until the block ends."""
    with ExitStack() as stack:
        yield Webs([stack.enter_context(_one(application)) for _number in range(processes)])


@contextmanager
def _one(application: str) -> Iterator[Web]:
    port = free_or_other("127.0.0.1", 8900)
    command = [sys.executable, "-m", "uvicorn", application, "--host", "127.0.0.1", "--port", str(port), *WEB_OPTIONS]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "cskh.settings.base",
        "SECRET_KEY": settings.SECRET_KEY,
        "CHAT_SOCKETS_PER_ADDRESS": "1000000",  # the whole load comes from this one
    }
    process = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR)
    try:
        web = Web(port, process.pid)
        _wait_for(web)
        yield web
    finally:
        process.kill()
        process.wait()


def _wait_for(web: Web) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{web.address}/healthz", timeout=2).close()  # noqa: S310 - our own address
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the web process does not answer")
