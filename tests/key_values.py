"""Key-value servers of a test's own, Valkey or Redis, to be killed and started again; and the one the web process uses."""

import os
import random
import shutil
import signal
import socket

import pytest

from cskh.embedded import valkey
from cskh.embedded.ports import is_free
from cskh.embedded.process import Child, Service, wait_until_ready

ON_BOTH = pytest.mark.parametrize("redis_url", ["embedded Valkey", "Redis"], indirect=True)


class KeyValues:
    """A server on a free port that forgets everything when it ends."""

    def __init__(self, program, folder):
        self.port = _port()
        self.url = f"redis://127.0.0.1:{self.port}"
        options = {"port": self.port, "bind": "127.0.0.1", "dir": folder, "save": "", "appendonly": "no"}
        argv = [str(program), *(str(part) for name, value in options.items() for part in (f"--{name}", value))]
        self.child = Child(Service(name=os.path.basename(program), argv=argv, log=folder / "key-values.log"))

    def start(self):
        self.child.start()
        wait_until_ready(self.child, self._answers, 30)

    def kill(self):
        self.child.process.kill()
        self.child.process.wait()

    def stand_still(self):
        """Whoever asks waits, and so does whoever connects."""
        self.child.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.child.process.send_signal(signal.SIGCONT)

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as client:
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def _port():
    """Below those that connections get for themselves, so that none takes it while the server is away."""
    return next(port for port in random.sample(range(20_000, 32_000), 100) if is_free("127.0.0.1", port))


def _redis():
    """Where Redis is; without it the test is reported as not run."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    return program


@pytest.fixture
def start_key_values(tmp_path):
    """start_key_values("Valkey") or ("Redis"): a running `KeyValues`."""
    started = []

    def start(name):
        server = KeyValues(valkey.find_program() if name == "Valkey" else _redis(), tmp_path)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.child.wait_stopped(0)


@pytest.fixture
def redis_url(request):
    """What the web process uses: the Valkey of all tests, or, for a test marked ON_BOTH, also a Redis of its own."""
    if getattr(request, "param", "embedded Valkey") == "embedded Valkey":
        return os.environ["REDIS_URL"]
    return request.getfixturevalue("start_key_values")("Redis").url
