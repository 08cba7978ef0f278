"""What the decoder may use. Set by itself before it reads the first byte of a stranger's file."""

import ctypes
import resource
import signal
import sys

_MEMORY = 1024**3  # bytes of address space: 40 megapixels and what decodes them
_PROCESSOR = 40  # seconds
_WRITTEN = 32 * 1024**2  # bytes of one file
_OPEN_FILES = 64
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


def accept() -> None:
    """From here on this process can harm nobody but itself; and it ends with whoever started it."""
    for what, limit in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _PROCESSOR),
        (resource.RLIMIT_FSIZE, _WRITTEN),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
