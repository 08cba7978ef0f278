"""The real web process on a free port, on the test's own database and a real Valkey or Redis."""

import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import requests
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.db import connections

from cskh.embedded.installation import WEB_OPTIONS
from cskh.settings.env import redis_url
from tests import forked, forking

OPTIONS = ["cskh.asgi:application", "--host", "127.0.0.1", *WEB_OPTIONS]


class Served:
    """The web process: started, killed and started again on the same port."""

    def __init__(self, folder, **environment):
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, **forking.environment(CSKH_DATA=str(folder), **environment)}
        self.process = None
        RedisCache(redis_url(2), {}).clear()  # what visitors did in other tests, from the same address, counts no more

    def start(self):
        options = [*OPTIONS, "--port", str(self.port)]
        self.process = forking.context().Process(target=forked.serve, args=(options, self.environment))
        self.process.start()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.is_alive():
            try:
                return requests.get(f"{self.address}/healthz", timeout=2)
            except requests.ConnectionError:
                time.sleep(0.05)
        raise AssertionError("the web process does not answer")

    def kill(self):
        self.process.kill()
        self.process.join()

    def restart(self):
        """kill -9, and a new process at once."""
        self.kill()
        self.start()

    def memory(self):
        """Bytes that the process holds in memory."""
        with open(f"/proc/{self.process.pid}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def post(self, path, key="", **content):
        answer = requests.post(f"{self.address}{path}", json=content, headers=_authorization(key), timeout=20)
        return answer.status_code, answer.json()

    def get(self, path, key=""):
        answer = requests.get(f"{self.address}{path}", headers=_authorization(key), timeout=20)
        return answer.status_code, answer.json()


def _authorization(key):
    return {"Authorization": f"Chat {key}"} if key else {}


def meanwhile(work, *args, **kwargs):
    """Does something outside the browser's thread, where pushes can be sent."""

    def run():
        try:
            return work(*args, **kwargs)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


@pytest.fixture
def served(tmp_path, transactional_db, defaults, redis_url):
    cache.clear()  # what one address did is counted there: the tests are no single visitor
    web = Served(tmp_path, REDIS_URL=redis_url)
    web.start()
    yield web
    web.kill()
    connections.close_all()
