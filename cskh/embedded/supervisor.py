"""Keeps a set of programs running, shows what they say, and stops them."""

import os
import selectors
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .process import Child, LaunchError
from .stopping import check_stop

_FIRST_WAIT = 1.0  # seconds before a program that ended is started again; doubled each time …
_LONGEST_WAIT = 30.0
_STEADY = 60.0  # … until it has run this long
_COLOURS = (36, 33, 35, 32, 34)


class Console:
    """The terminal; each line of a program carries its name."""

    def __init__(self) -> None:
        self._coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self._names: list[str] = []
        self._gone = False

    def say(self, text: str = "") -> None:
        """Shows a line; once nobody reads our output any more this is the request to stop, and later lines are dropped."""
        if self._gone:
            return
        try:
            print(text, flush=True)  # noqa: T201 - this is the terminal
        except OSError:
            self._gone = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered goes nowhere
            os.kill(os.getpid(), signal.SIGHUP)

    def line(self, name: str, text: str) -> None:
        if name not in self._names:
            self._names.append(name)
        label = f"{name:<7}|"
        if self._coloured:
            label = f"\033[{_COLOURS[self._names.index(name) % len(_COLOURS)]}m{label}\033[0m"
        self.say(f"{label} {text}")


@dataclass
class _Watched:
    child: Child
    wait: float = field(default_factory=lambda: _FIRST_WAIT)
    start_again_at: float | None = None
    unfinished: bytes = b""  # a line whose end has not come yet

    @property
    def name(self) -> str:
        return self.child.service.name


class Supervisor:
    """Runs programs as children of this process; all methods belong to the main thread."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._selector = selectors.DefaultSelector()
        self._watched: list[_Watched] = []
        self._started: list[Child] = []

    def watch(self, child: Child) -> None:
        """Starts `child` again when it ends by itself; whoever started it stops it."""
        self._watched.append(_Watched(child))

    def start(self, child: Child) -> None:
        """Starts `child`, shows its output, and keeps it running until `stop()`."""
        child.start()
        self._started.append(child)
        watched = _Watched(child)
        self._watched.append(watched)
        self._listen(watched)

    def finish(self, child: Child) -> None:
        """Runs `child` to its end, showing its output; LaunchError when it fails."""
        child.start()
        self._started.append(child)
        watched = _Watched(child)
        self._listen(watched)
        while child.running:
            self._show_output(0.1)
        while self._show_output(0):
            pass
        self._stop_listening(watched)
        self._started.remove(child)
        child.stop()  # nothing but its pipe is left
        if child.process is not None and child.process.returncode != 0:
            raise LaunchError(f"{child.service.name} failed ({_ending(child)}); what it said is above.")

    def wait_until(self, ready: Callable[[], bool], child: Child, seconds: float) -> None:
        """Shows output until `ready()`; LaunchError when `child` ends before or the time is over."""
        deadline = time.monotonic() + seconds
        while not ready():
            self._show_output(0.1)
            if not child.running or time.monotonic() > deadline:
                while self._show_output(0):
                    pass
                raise LaunchError(f"{child.service.name} did not start; what it said is above.")

    def run(self) -> None:
        """Shows output and brings back what ended, until a signal raises `Stop`."""
        while True:
            self._show_output(0.5)
            for watched in self._watched:
                if not watched.child.running:
                    self._bring_back(watched)

    def stop(self) -> None:
        """Asks all programs started here to stop, all at once, and kills what is not gone in its time."""
        for child in self._started:
            child.ask_to_stop()
        for child in self._started:
            deadline = time.monotonic() + child.service.stop_seconds
            while child.running and time.monotonic() < deadline:
                self._show_output(0.05)
        while self._show_output(0):
            pass
        self._selector.close()
        for child in self._started:
            child.wait_stopped(time.monotonic())

    def _bring_back(self, watched: _Watched) -> None:
        now = time.monotonic()
        if watched.start_again_at is None:
            if now - watched.child.started_at > _STEADY:
                watched.wait = _FIRST_WAIT
            watched.start_again_at = now + watched.wait
            self._console.say(
                f"{watched.name} ended ({_ending(watched.child)}); starting it again in {watched.wait:.0f} s"
            )
            watched.wait = min(_LONGEST_WAIT, watched.wait * 2)
        elif now >= watched.start_again_at:
            watched.start_again_at = None
            self._stop_listening(watched)
            watched.child.start()
            self._listen(watched)

    def _listen(self, watched: _Watched) -> None:
        pipe = watched.child.output
        if pipe is not None:
            os.set_blocking(pipe, False)
            self._selector.register(pipe, selectors.EVENT_READ, watched)

    def _stop_listening(self, watched: _Watched) -> None:
        """Lets go of the pipe of a program that ended; something it had started may still hold the other end."""
        pipe = watched.child.output
        if pipe is not None and pipe in self._selector.get_map():
            self._selector.unregister(pipe)

    def _show_output(self, seconds: float) -> bool:
        """Shows what has been said, waiting up to `seconds` for the first of it; whether there was something."""
        check_stop()
        if not self._selector.get_map():
            time.sleep(seconds)
            return False
        ready = self._selector.select(seconds)
        for key, _ in ready:
            watched: _Watched = key.data
            said = os.read(key.fd, 65536)
            if not said:
                self._selector.unregister(key.fd)
                said = b"\n" if watched.unfinished else b""
            *lines, watched.unfinished = (watched.unfinished + said).split(b"\n")
            for line in lines:
                self._console.line(watched.name, line.decode(errors="replace").rstrip())
        return bool(ready)


def _ending(child: Child) -> str:
    code = child.process.returncode if child.process else None
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"
