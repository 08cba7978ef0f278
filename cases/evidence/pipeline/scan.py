"""Asks the malware scanner. Where one is configured, nothing leaves quarantine before it said that the file is clean.

Talks clamd's own protocol: INSTREAM in chunks that carry their length, VERSION for what is noted beside the verdict.
"""

import logging
import re
import socket
import struct
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases.evidence import custody
from cases.evidence.models import StoredFile
from cskh.core import vault
from cskh.core.deadline import cut_off_at, left

log = logging.getLogger(__name__)

State = StoredFile.ScanState
_OPEN = (State.OFF, State.WAITING)
_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096


class NoVerdict(Exception):
    """The scanner is away, too slow, or could not look at the file: what waits goes on waiting."""


@dataclass(frozen=True)
class Verdict:
    """What the scanner said: the name of what it found, empty for nothing; who it is."""

    found: str
    scanner: str


def first_state() -> State:
    """The state in which a file comes in."""
    return State.WAITING if settings.CLAMD else State.OFF


def scan(file: StoredFile) -> None:
    """Has the original looked at and notes the verdict, once. Without one the file waits on, and a later sweep asks again.

    What came in while there was no scanner is looked at as soon as there is one.
    """
    if not settings.CLAMD or file.scan_state not in _OPEN:
        return
    try:
        with vault.opened(str(file.original.name), sha256=file.sha256) as original:
            verdict = ask(original)
    except (NoVerdict, OSError, vault.KeyMissing) as error:
        log.warning("%s is not scanned yet: %s", file, error)
        return
    except vault.Altered:
        log.error("%s in the storage is not what came in: it stays closed", file)
        return
    with transaction.atomic():
        held = StoredFile.objects.select_for_update(no_key=True).get(pk=file.pk)
        if held.scan_state in _OPEN:
            _note(held, verdict)
    file.refresh_from_db()


def ask(stream: IO[bytes]) -> Verdict:
    """Shows the stream to the scanner, from where it stands. Raises NoVerdict, after CLAMD_TOTAL_SECONDS at the latest."""
    deadline = time.monotonic() + settings.CLAMD_TOTAL_SECONDS

    def show(line: socket.socket) -> None:
        line.sendall(b"zINSTREAM\0")
        while chunk := stream.read(_CHUNK):
            line.sendall(struct.pack(">I", len(chunk)) + chunk)
        line.sendall(struct.pack(">I", 0))

    said = _asked(show, deadline)
    if found := re.fullmatch(r"stream: (.+) FOUND", said):
        return Verdict(found[1], _version(deadline))
    if said != "stream: OK":
        raise NoVerdict(said)
    return Verdict("", _version(deadline))


def _note(held: StoredFile, verdict: Verdict) -> None:
    held.scan_state = State.INFECTED if verdict.found else State.CLEAN
    if verdict.found:
        held.preview_state = ""  # there will be none
    held.scanner, held.scanned_at = verdict.scanner, timezone.now()
    held.save(update_fields=["scan_state", "preview_state", "scanner", "scanned_at"])
    custody.note_scan(held)


def _version(deadline: float) -> str:
    return _asked(lambda line: line.sendall(b"zVERSION\0"), deadline)[:100]


def _asked(question: Callable[[socket.socket], None], deadline: float) -> str:
    """What the scanner answers to it, to the end of the answer."""
    try:
        with closing(_connect(deadline)) as line, cut_off_at(deadline, line):
            question(line)
            said = b""
            while not said.endswith(b"\0") and len(said) < _LONGEST_ANSWER:
                more = line.recv(_LONGEST_ANSWER)
                if not more:
                    break
                said += more
    except OSError as error:
        raise NoVerdict(f"the scanner does not answer: {error}") from error
    if not said.endswith(b"\0"):
        raise NoVerdict("the scanner hung up, or took too long")
    return said.rstrip(b"\0\n").decode(errors="replace")


def _connect(deadline: float) -> socket.socket:
    where, patience = urlsplit(settings.CLAMD), min(settings.CLAMD_TIMEOUT_SECONDS, left(deadline))
    if where.scheme == "unix":
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(patience)
        try:
            line.connect(where.path)
        except OSError:
            line.close()
            raise
        return line
    return socket.create_connection((where.hostname, where.port or 3310), timeout=patience)
