"""Envelope encryption of a stream: what lies in a storage can be read by nobody without a key, nor changed unnoticed by anybody.

Each file has a random key of its own, which lies in front of it, wrapped with a key of the installation (AES-256-GCM both).
The content follows in pieces whose nonces carry their number and whether it is the last (the STREAM construction), so that a
piece that was changed, moved, left out or added does not open. The wrapped key is bound to what the content is (`of`: its
SHA-256), so that no file opens as another. What lies in a row is bound to
the name of that row instead (`sealed_rows`). Memory stays the same whatever the size.

    MAGIC (8) | id of the key (8) | nonce (12) | wrapped key of the file (48) | pieces (64 KiB + 16 each, the last one shorter)
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
MAGIC = b"\x89CSKH\x00\x01\n"  # no text, and none of the formats that are taken in; the 1 is the version
_ID, _NONCE, _TAG = 8, 12, 16
_WRAPPED = KEY_BYTES + _TAG
_PIECE = 64 * 1024


class DoesNotOpen(Exception):
    """It was changed, cut, put together from others, or is another file than was asked for."""


class NoKey(Exception):
    """It was sealed with a key that is not at hand."""


def sealed(content: IO[bytes], *, keys: Sequence[bytes], of: str) -> Iterator[bytes]:
    """The content from where it stands, in pieces as they are kept. The first of the keys wraps."""
    own, nonce, begin = AESGCM.generate_key(bit_length=8 * KEY_BYTES), os.urandom(_NONCE), front(keys[0])
    yield begin + nonce + AESGCM(keys[0]).encrypt(nonce, own, begin + of.encode())
    cipher = AESGCM(own)
    for number, (piece, is_last) in enumerate(_pieces(content, _PIECE)):
        yield cipher.encrypt(_nonce(number, is_last), piece, None)


def opened(kept: IO[bytes], *, keys: Sequence[bytes], of: str) -> Iterator[bytes]:
    """The content of what was sealed, which stands at its start. Raises NoKey, and DoesNotOpen, at the latest at the end:
    what came until then is what went in, but maybe not all of it."""
    begin, nonce, wrapped = kept.read(len(MAGIC) + _ID), kept.read(_NONCE), kept.read(_WRAPPED)
    if len(wrapped) < _WRAPPED:
        raise DoesNotOpen
    key = next((key for key in keys if front(key) == begin), None)
    if key is None:
        raise NoKey
    try:
        cipher = AESGCM(AESGCM(key).decrypt(nonce, wrapped, begin + of.encode()))
        for number, (piece, is_last) in enumerate(_pieces(kept, _PIECE + _TAG)):
            yield cipher.decrypt(_nonce(number, is_last), piece, None)
    except InvalidTag as error:
        raise DoesNotOpen from error


def is_sealed(beginning: bytes) -> bool:
    return beginning.startswith(MAGIC)


def is_sealed_with(key: bytes, beginning: bytes) -> bool:
    return beginning.startswith(front(key))


def front(key: bytes) -> bytes:
    """How everything begins that is sealed with it."""
    return MAGIC + _id(key)


def _id(key: bytes) -> bytes:
    """Tells which key it was, and nothing of the key."""
    return hashlib.sha256(b"cskh.envelope:" + key).digest()[:_ID]


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(_NONCE - 1) + bytes([is_last])


def _pieces(file: IO[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """At least one, the last one with True."""
    piece = file.read(size)
    while following := file.read(size):
        yield piece, False
        piece = following
    yield piece, True
