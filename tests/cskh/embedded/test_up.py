"""`manage.py up`: everything runs, comes back, and goes."""

import os
import signal
import socket
import time
import urllib.request

import pytest

from cskh.embedded.ports import free_or_other, is_free

pytestmark = pytest.mark.crash


@pytest.fixture
def port():
    return free_or_other("127.0.0.1", 0) or _any_port()


def _any_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
        return answer.status == 200


def wait_until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_everything_starts_comes_back_after_a_kill_and_stops_on_ctrl_c(launch, port):
    up = launch("up", "--no-demo", "--port", str(port))
    up.wait_for("Ctrl-C stops everything")
    assert answers(port)
    for words in (
        "uvicorn",
        "celery --quiet -A cskh worker --pool threads",
        "celery --quiet -A cskh worker --pool prefork",
        "celery --quiet -A cskh beat",
        "postgres -D",
        "valkey-server",
    ):
        before = up.pid_of(words)
        os.kill(before, signal.SIGKILL)
        up.wait_for("starting it again")
        wait_until(lambda words=words: any(words in line for line in up.processes().values()), 10)
        assert up.pid_of(words) != before
    wait_until(lambda: not is_free("127.0.0.1", port), 20)
    os.kill(up.process.pid, signal.SIGINT)
    code, said = up.finish(30)
    assert code == 0
    assert said.endswith("Everything is stopped.\n")
    assert up.processes() == {}
    assert is_free("127.0.0.1", port)


def test_killed_without_a_chance_everything_is_gone_within_ten_seconds_and_starts_again(launch, port):
    up = launch("up", "--no-demo", "--port", str(port))
    up.wait_for("Ctrl-C stops everything")
    assert len(up.processes()) >= 6
    os.kill(up.process.pid, signal.SIGKILL)
    up.process.wait(10)
    up.assert_all_gone(10)
    again = launch("up", "--no-demo", "--port", str(port))
    again.wait_for("Database: 0 migrations to apply")
    again.wait_for("Ctrl-C stops everything")
    os.kill(again.process.pid, signal.SIGTERM)
    assert again.finish(30)[0] == 0


def test_a_taken_port_is_said_before_anything_starts(launch, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = launch("up", "--no-demo", "--port", str(port)).finish()
    assert code == 1
    assert f"Port {port} on 127.0.0.1 is in use" in said
    assert f"--port {port + 1}" in said
    assert "Traceback" not in said
    assert not (tmp_path / "data").exists()
