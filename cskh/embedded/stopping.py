"""A request to stop, noticed where it is safe.

Signal handlers only take a note: an exception raised from one could leave a lock of the standard library taken for good.
"""

import os
import signal
import time
from types import FrameType

_IMPATIENT_SECONDS = 1.0  # wrappers such as timeout(1) deliver one signal twice


class Stop(Exception):
    """Somebody asked us to stop: Ctrl-C, SIGTERM, or the terminal is gone."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal.Signals(signal_number).name)
        self.exit_code = 128 + signal_number


_first: tuple[int, float] | None = None  # signal number, when; signals belong to the whole process
_raised = False


def stop_on_signals(*numbers: signal.Signals) -> None:
    """From now on these signals make `check_stop()` raise.

    Asked again a second later, we end at once, and the kernel ends the children (see `Service.death_signal`).
    """
    for number in numbers:
        signal.signal(number, _note)


def check_stop() -> None:
    """Raises `Stop`, once, when a signal has come; called by everything that waits."""
    global _raised
    if _first is not None and not _raised:
        _raised = True
        raise Stop(_first[0])


def _note(number: int, frame: FrameType | None) -> None:
    global _first
    if _first is None:
        _first = (number, time.monotonic())
    elif time.monotonic() - _first[1] > _IMPATIENT_SECONDS:
        os._exit(128 + number)
