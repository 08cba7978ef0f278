"""Files that somebody hands over: measured and hashed on their way to a private copy. Memory stays the same whatever the size."""

import hashlib
import logging
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from .errors import Invalid, NotKept, TooLarge

log = logging.getLogger(__name__)
EMPTY = gettext_lazy("The file is empty. Choose it again.")
_CHUNK = 64 * 1024


def size_in_words(size: int) -> str:
    """10 MB, 1,5 MB: a decimal only where it says something."""
    return re.sub(r"[.,]0(?=\s)", "", filesizeformat(size))


@dataclass(frozen=True)
class SizeLimit:
    """At most so many `bytes`; `advice` says what to do instead, with a place for %(limit)s."""

    bytes: int
    advice: str | Promise

    def require(self, size: int) -> None:
        """Raises TooLarge beyond the limit, Invalid for nothing at all."""
        if size > self.bytes:
            raise TooLarge(str(self.advice) % {"limit": size_in_words(self.bytes)})
        if size <= 0:
            raise Invalid(errors={"file": [EMPTY]})


@contextmanager
def keeping() -> Iterator[None]:
    """Around writing what somebody sent: where the disk or the storage fails, they hear of it as NotKept."""
    try:
        yield
    except _failures() as error:
        log.exception("a file could not be kept")
        raise NotKept from error


def _failures() -> tuple[type[Exception], ...]:
    """Looked up where something failed: the library of the bucket takes long to load."""
    from botocore.exceptions import BotoCoreError, ClientError

    return OSError, BotoCoreError, ClientError


@contextmanager
def scratch() -> Iterator[IO[bytes]]:
    """A file on disk while the block lasts."""
    with keeping():
        file = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - closed below
    try:
        yield file
    finally:
        with suppress(OSError):  # it tries once more to write what it could not
            file.close()


@contextmanager
def copied(stream: IO[bytes], limit: SizeLimit) -> Iterator[tuple[IO[bytes], str, int]]:
    """A private copy on disk, at its start, with its SHA-256 (hex) and size in bytes; gone when the block ends.

    Raises TooLarge as soon as the `limit` is passed, Invalid for an empty stream, and NotKept.
    """
    digest, size = hashlib.sha256(), 0
    with scratch() as file:
        stream.seek(0)
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            limit.require(size)
            digest.update(chunk)
            with keeping():
                file.write(chunk)
        limit.require(size)
        with keeping():
            file.flush()  # other programs look at it by its number
        file.seek(0)
        yield file, digest.hexdigest(), size
