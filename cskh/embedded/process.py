"""Child processes that never outlive the process that started them."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .stopping import check_stop

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_LOG_KEEP_BYTES = 5 * 1024 * 1024


class LaunchError(Exception):
    """A server could not be started; the text tells the person at the terminal what to do."""


@dataclass(frozen=True)
class Service:
    """One program to run: how it starts, how it is asked to stop, and where its words go.

    `death_signal` is what the kernel sends it when we die without a chance to stop it (Linux).
    `log` is a file that takes its output; without one the output is a pipe (see `Child.output`).
    `user` is the (uid, gid) to become, for programs that refuse to run as root.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    stop_seconds: float = 5
    log: Path | None = None
    user: tuple[int, int] | None = None
    before_start: Callable[[], None] | None = None


def bound_to_this_process(death_signal: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` that makes the kernel send `death_signal` to the child when the starting thread ends.

    Start children from the main thread: the kernel watches the thread that forked, not the process.
    """
    parent = os.getpid()

    def bind() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
            if os.getppid() != parent:  # it died between fork and prctl
                os.kill(os.getpid(), signal.SIGKILL)

    return bind


class Child:
    """A running (or stopped) `Service`."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def output(self) -> int | None:
        """File descriptor of the output pipe, or None when there is a log file."""
        if self.process is None or self.process.stdout is None:
            return None
        return self.process.stdout.fileno()

    def start(self) -> None:
        """Starts the program in a session of its own, so that Ctrl-C reaches only us."""
        service = self.service
        self._close_pipe()
        if service.before_start:
            service.before_start()
        log = _open_log(service.log) if service.log else None
        uid, gid = service.user or (None, None)
        try:
            self.process = subprocess.Popen(  # noqa: S603 - argv is ours
                list(service.argv),
                env=None if service.env is None else dict(service.env),
                cwd=service.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log if log is not None else subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=uid,
                group=gid,
                extra_groups=None if uid is None else [],
                preexec_fn=bound_to_this_process(service.death_signal),
            )
        finally:
            if log is not None:
                os.close(log)
        self.started_at = time.monotonic()

    def ask_to_stop(self) -> None:
        if self.process is not None and self.running:
            self.process.send_signal(self.service.stop_signal)

    def wait_stopped(self, deadline: float) -> None:
        """Waits until `deadline` (of `time.monotonic`), then kills; either way the process is gone and reaped."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._close_pipe()

    def _close_pipe(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()

    def stop(self) -> None:
        """Asks the program to stop and waits `stop_seconds`, then kills it."""
        self.ask_to_stop()
        self.wait_stopped(time.monotonic() + self.service.stop_seconds)


def wait_until_ready(child: Child, ready: Callable[[], bool], seconds: float) -> None:
    """Waits until `ready()`; raises LaunchError with the end of the log when the child stops or the time is over."""
    deadline = time.monotonic() + seconds
    while not ready():
        check_stop()
        if not child.running or time.monotonic() > deadline:
            said = _tail(child.service.log) if child.service.log else ""
            raise LaunchError(f"{child.service.name} did not start.\n{said}".rstrip())
        time.sleep(0.02)


def _open_log(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LOG_KEEP_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _tail(path: Path, lines: int = 15) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
