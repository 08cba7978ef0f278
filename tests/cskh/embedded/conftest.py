"""Launches the launchers as a person does, and looks at what they leave behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
OURS = (
    *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "STORAGE_KEYS", "CSKH_DATA", "CSKH_DEMO", "EMAIL_URL"),
    "DJANGO_SETTINGS_MODULE",
)


class Launched:
    """A launcher in a process of its own, with a data folder nothing else uses."""

    def __init__(self, data, *arguments, **environment):
        self.data = data
        clean = {name: value for name, value in os.environ.items() if name not in OURS}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**clean, "CSKH_DATA": str(data), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said = ""

    def wait_for(self, words, seconds=90):
        """Reads what it says until a line has `words`; returns that line."""
        deadline = time.monotonic() + seconds
        for line in self.process.stdout:
            self.said += line
            if words in line:
                return line
            assert time.monotonic() < deadline, self.said
        raise AssertionError(f"ended without saying {words!r}:\n{self.said}")

    def finish(self, seconds=60):
        """(exit code, everything it said)"""
        self.said += self.process.communicate(timeout=seconds)[0]
        return self.process.returncode, self.said

    def processes(self):
        """Everything alive that works in the data folder, however it came to be: {pid: command line}."""
        return {pid: line for pid, line in _processes() if _works_in(pid, line, str(self.data))}

    def pid_of(self, words):
        """The one with those words; of a worker and what works for it, the worker."""
        pid, *_those_it_started = sorted(pid for pid, line in self.processes().items() if words in line)
        return pid

    def assert_all_gone(self, seconds):
        deadline = time.monotonic() + seconds
        while alive := self.processes():
            assert time.monotonic() < deadline, alive
            time.sleep(0.1)


def _processes():
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if state != "Z":
                yield int(entry.name), line


def _works_in(pid, line, data):
    """By command line, working folder or environment; PostgreSQL overwrites the last, others change none of them."""
    try:
        return (
            data in line
            or os.readlink(f"/proc/{pid}/cwd").startswith(data)
            or f"CSKH_DATA={data}".encode() in Path(f"/proc/{pid}/environ").read_bytes()
        )
    except OSError:
        return False


@pytest.fixture
def launch(tmp_path):
    """launch("with_servers", "--", …, NAME="value"): a `Launched`, killed with all it started when the test ends."""
    started = []

    def start(*arguments, data=None, **environment):
        started.append(Launched(data or tmp_path / "data", *arguments, **environment))
        return started[-1]

    yield start
    for launched in started:
        for pid in (launched.process.pid, *launched.processes()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        launched.process.wait(10)
        launched.process.stdout.close()
