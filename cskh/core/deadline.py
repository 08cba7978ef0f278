"""A call to somebody else's server ends in time, however slowly the other side speaks."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def left(deadline: float) -> float:
    """Seconds until `deadline` (of the monotonic clock). Raises TimeoutError where there are none."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


@contextmanager
def cut_off_at(deadline: float, connected: socket.socket) -> Iterator[None]:
    """Ends the connection at `deadline`: a socket's own timeout starts anew with each byte that trickles in."""
    timer = threading.Timer(left(deadline), _hang_up, [connected])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(connected: socket.socket) -> None:
    with suppress(OSError):  # closed already
        socket.socket.shutdown(connected, socket.SHUT_RDWR)  # not TLS's own: whoever reads still uses that
