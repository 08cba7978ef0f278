"""Files that somebody hands over: measured and hashed on their way to a private copy. Memory stays the same whatever the size."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from .errors import Invalid, TooLarge

_CHUNK = 64 * 1024


@dataclass(frozen=True)
class SizeLimit:
    """At most so many `bytes`; `advice` says what to do instead, with a place for %(limit)s."""

    bytes: int
    advice: str | Promise

    def require(self, size: int) -> None:
        """Raises TooLarge beyond the limit, Invalid for nothing at all."""
        if size > self.bytes:
            raise TooLarge(str(self.advice) % {"limit": filesizeformat(self.bytes)})
        if size <= 0:
            raise Invalid(errors={"file": [_("The file is empty. Choose it again.")]})


@contextmanager
def copied(stream: IO[bytes], limit: SizeLimit) -> Iterator[tuple[IO[bytes], str, int]]:
    """A private copy on disk, at its start, with its SHA-256 (hex) and size in bytes; gone when the block ends.

    Raises TooLarge as soon as the `limit` is passed, and Invalid for an empty stream.
    """
    digest, size = hashlib.sha256(), 0
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        stream.seek(0)
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            limit.require(size)
            digest.update(chunk)
            file.write(chunk)
        limit.require(size)
        file.flush()  # other programs look at it by its number
        file.seek(0)
        yield file, digest.hexdigest(), size
