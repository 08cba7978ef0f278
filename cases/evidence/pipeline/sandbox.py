"""Runs the decoder on a file: a process with limits of its own, beside the threads of a worker or a web server."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.conf import settings

from cskh.core.deadline import left

from .decoder.refused import Died, Refused, Why

_PROGRAM = (sys.executable, "-E", "-s", "-m", "cases.evidence.pipeline.decoder.program")


def ask(file: IO[bytes], do: str, *, until: float | None = None, **request: Any) -> dict[str, Any]:
    """What the decoder answers about the file, which is one of the operating system, flushed. Raises Refused; Died where it
    ends without an answer, or takes too long: longer than EVIDENCE_DECODE_SECONDS, or `until` that time of the monotonic clock.
    """
    until = time.monotonic() + settings.EVIDENCE_DECODE_SECONDS if until is None else until
    try:
        done = subprocess.run(  # noqa: S603 - a program of ours
            [*_PROGRAM, json.dumps({"do": do, **request})],
            stdin=file,
            capture_output=True,
            cwd=settings.BASE_DIR,
            env={},
            timeout=left(until),
            check=True,
        )
    except (subprocess.TimeoutExpired, TimeoutError, subprocess.CalledProcessError) as error:
        raise Died from error
    answer: dict[str, Any] = json.loads(done.stdout)
    if "refused" in answer:
        raise Refused(Why(answer["refused"]))
    return answer


@contextmanager
def on_disk(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """A copy that another process can read, wherever the original is stored; gone when the block ends."""
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        shutil.copyfileobj(stream, file)
        file.flush()
        yield file
