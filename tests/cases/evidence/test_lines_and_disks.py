"""Clients that send a byte now and then, and a disk that takes no more: with real sockets and a real limit of the system, against
the web process as it runs."""

import hashlib
import random
import resource
import socket
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from accounts.models import ApiClient, Scope
from cases.evidence.models import EvidenceItem, StoredFile
from tests.cases.building import open_case

from .files import picture

MEGABYTE = 1024 * 1024
BOUNDARY = "a-line-of-its-own"


@pytest.fixture
def case(served):
    return open_case("deposit-not-credited")


@pytest.fixture
def key(served):
    return ApiClient.objects.create_with_key("app", [Scope.CASES_OPEN, Scope.CASES_READ, Scope.CASES_WORK])[1]


def address_of(case):
    return f"/api/v1/cases/{case.code}/evidence/"


def body_of(data, filename="anh.jpg"):
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n'
    return head.encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()


class Trickling(threading.Thread):
    """An upload that takes its time, on a socket of its own; `status` is what was answered in the end."""

    def __init__(self, served, case, key, data, *, seconds):
        super().__init__(daemon=True)
        self.line = socket.create_connection(("127.0.0.1", served.port), timeout=60)
        self.body, self.seconds, self.status = body_of(data), seconds, None
        self.head = (
            f"POST {address_of(case)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(self.body)}\r\n\r\n"
        ).encode()
        self.start()

    def run(self):
        with self.line:
            self.line.sendall(self.head)
            steps = 40
            size = -(-len(self.body) // steps)
            for at in range(0, len(self.body), size):
                self.line.sendall(self.body[at : at + size])
                time.sleep(self.seconds / steps)
            self.status = int(self.line.makefile("rb").readline().split()[1])


def test_others_are_served_while_many_send_slowly(served, case, key):
    pictures = [picture((60, 40), kind="PNG", color=(number, 0, 0)) for number in range(30)]
    slow = [Trickling(served, case, key, data, seconds=6) for data in pictures]
    time.sleep(1)
    waits, sent = [], None
    while all(one.is_alive() for one in slow) and len(waits) < 10:
        begun = time.monotonic()
        assert requests.get(f"{served.address}/request/", timeout=20).status_code == 200
        waits.append(time.monotonic() - begun)
        sent = sent or _send(served, case, key, picture(color=(0, 9, 0)))
    assert sent.status_code == 201
    assert len(waits) >= 3
    assert max(waits) < 4
    for one in slow:
        one.join(60)
    assert [one.status for one in slow] == [201] * len(slow)
    assert EvidenceItem.objects.count() == len(slow) + 1


def test_those_that_never_end_leave_nothing(served, case, key):
    with ExitStack() as lines:
        for _ in range(20):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=20))
            head = f"POST {address_of(case)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
            more = f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: 900000\r\n\r\n"
            line.sendall(f"{head}{more}".encode() + body_of(picture())[:200])
        assert _send(served, case, key, picture()).status_code == 201
    assert EvidenceItem.objects.count() == 1


def _send(served, case, key, data):
    return requests.post(
        f"{served.address}{address_of(case)}",
        body_of(data),
        headers={"Authorization": f"Bearer {key}", "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
        timeout=30,
    )


def noise(size):
    """A photo that no format makes smaller."""
    return picture((60, 40)) + b"\0\0\0\x18ftypmp42" + random.Random(size).randbytes(size)


@pytest.fixture
def no_more_room(served):
    """no_more_room(): from now on the system lets the web process write no file above 64 KB; no_more_room(False): it does again."""

    def limit(is_full=True):
        _soft, hard = resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (64 * 1024 if is_full else hard, hard))

    return limit


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Limits of another process are set on Linux only")
@pytest.mark.parametrize("size", [MEGABYTE, 4 * MEGABYTE], ids=["held in memory first", "spooled to the disk"])
def test_on_a_full_disk_the_sender_is_told_and_sends_it_again(served, case, key, no_more_room, tmp_path, size):
    data = noise(size)
    no_more_room()
    refused = _send(served, case, key, data)
    assert (refused.status_code, refused.json()["code"]) == (503, "not_kept")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert len(refused.json()["detail"]) > 20
    assert requests.get(f"{served.address}/request/", timeout=20).status_code == 200
    assert not EvidenceItem.objects.exists()
    assert not StoredFile.objects.exists()
    assert left_over(tmp_path) == []
    no_more_room(False)
    assert _send(served, case, key, data).status_code == 201
    assert EvidenceItem.objects.get().file.sha256 == hashlib.sha256(data).hexdigest()
    assert len(left_over(tmp_path)) == 1


def left_over(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file() and "evidence" in path.parts]
