"""The one door to the files that are kept: what goes in is sealed, and what comes out is to the byte what went in.

Nothing else opens or saves files of the storage. A file is known by its name there and by the SHA-256 of its content. What was
kept before there were keys lies there plain, and is read as well until `manage.py seal_files` has sealed it; what is not the
content that was asked for comes out in neither form.
"""

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from . import envelope
from .errors import DomainError
from .locks import held

_CHUNK = 64 * 1024
_LOCK = "kept file"
_BEGINNING = 16  # bytes, enough to tell what it is sealed with


class Altered(DomainError):
    """What lies in the storage is not what was put there."""

    code = "altered"
    status = 500
    default_message = _(
        "This file was altered in the storage: it is not what came in, and is not handed out. Tell whoever runs this site."
    )


class KeyMissing(DomainError):
    """It is sealed with a key that STORAGE_KEYS does not name: it waits for whoever has that key."""

    code = "key_missing"
    status = 503
    default_message = _(
        "This file is sealed with a key that is not here any more, so it cannot be opened. Tell whoever runs this site."
    )


def save(name: str, content: IO[bytes], *, sha256: str) -> str:
    """Keeps the content, whose hash that is, from its start; its name, which is another where that one is taken."""
    return str(default_storage.save(name, _sealed(content, sha256)))


def keep(name: str, content: IO[bytes], *, sha256: str) -> str:
    """Keeps it under that name, which no other content has. What is there already stays, unless it can be read no more, or has
    lain there so long that it may be taken for an orphan before the caller's row is committed."""
    with held(_LOCK, name):
        if not default_storage.exists(name):
            return save(name, content, sha256=sha256)
        if not _is_fresh(name) or not _is_whole(name, sha256):
            _replace(name, content, sha256)
    return name


def names_below(folder: str) -> Iterator[str]:
    """The name of everything that lies there."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in files)
    for inner in folders:
        yield from names_below(f"{folder}/{inner}")


def remove_orphan(name: str, *, is_needed: Callable[[], bool]) -> bool:
    """Removes what has lain there for ORPHANS_KEPT_FOR where nothing needs it; whether it did. Nobody keeps the same content
    meanwhile."""
    with held(_LOCK, name):
        try:
            if not _is_older(name, settings.ORPHANS_KEPT_FOR) or is_needed():
                return False
        except FileNotFoundError:  # gone already
            return False
        default_storage.delete(name)
    return True


@contextmanager
def opened(name: str, *, sha256: str) -> Iterator[IO[bytes]]:
    """The content, to be read once to its end. Raises FileNotFoundError, KeyMissing, and Altered, at the latest at the end."""
    with default_storage.open(name) as kept:
        yield _stream(_checked(_content(kept, sha256), sha256))


def hash_now(name: str, *, sha256: str) -> str:
    """The SHA-256 of the content as it is kept now; where that does not open any more, of the bytes that lie there; empty where
    there are none. It is that of the content only where nothing has happened to it. Raises KeyMissing."""
    try:
        with opened(name, sha256=sha256) as content:
            return _hash(content)
    except FileNotFoundError:
        return ""
    except Altered:
        with default_storage.open(name) as kept:
            return _hash(kept)


def is_up_to_date(name: str) -> bool:
    """Whether it is sealed with the key that new files are sealed with."""
    with default_storage.open(name) as kept:
        return envelope.is_sealed_with(settings.STORAGE_KEYS[0], kept.read(_BEGINNING))


def seal(name: str, *, sha256: str) -> None:
    """Puts the file, plain or sealed with a former key, sealed anew in its own place, at once. Raises what `opened` raises."""
    with opened(name, sha256=sha256) as content:
        _replace(name, content, sha256)


def _is_fresh(name: str) -> bool:
    """Whether whoever refers to it has half of ORPHANS_KEPT_FOR left to commit that."""
    return not _is_older(name, settings.ORPHANS_KEPT_FOR / 2)


def _is_older(name: str, age: timedelta) -> bool:
    return default_storage.get_modified_time(name) < datetime.now(UTC) - age


def _is_whole(name: str, sha256: str) -> bool:
    try:
        return hash_now(name, sha256=sha256) == sha256
    except KeyMissing:
        return False


def _replace(name: str, content: IO[bytes], sha256: str) -> None:
    """In a bucket the later file of a name takes the place of the earlier one; in a folder that has to be asked for."""
    put = getattr(default_storage, "save_over", default_storage.save)
    put(name, _sealed(content, sha256))


def _sealed(content: IO[bytes], sha256: str) -> File:
    if content.seekable():
        content.seek(0)
    return File(_stream(envelope.sealed(content, keys=settings.STORAGE_KEYS, of=sha256)))


def _content(kept: IO[bytes], sha256: str) -> Iterator[bytes]:
    is_sealed = envelope.is_sealed(kept.read(len(envelope.MAGIC)))
    kept.seek(0)
    return envelope.opened(kept, keys=settings.STORAGE_KEYS, of=sha256) if is_sealed else _plain(kept)


def _plain(kept: IO[bytes]) -> Iterator[bytes]:
    while piece := kept.read(_CHUNK):
        yield piece


def _checked(pieces: Iterator[bytes], sha256: str) -> Iterator[bytes]:
    """The pieces, each as it comes; then Altered, where together they are not what has that hash."""
    digest = hashlib.sha256()
    try:
        for piece in pieces:
            digest.update(piece)
            yield piece
    except envelope.NoKey as error:
        raise KeyMissing from error
    except envelope.DoesNotOpen as error:
        raise Altered from error
    if digest.hexdigest() != sha256:
        raise Altered


def _hash(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(_CHUNK):
        digest.update(piece)
    return digest.hexdigest()


class _Pieces(io.RawIOBase):
    """What comes piece by piece, to be read like a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)


def _stream(pieces: Iterator[bytes]) -> IO[bytes]:
    return io.BufferedReader(_Pieces(pieces), _CHUNK)
