"""Seals what the database must keep but nobody may read there: webhook secrets, stored answers."""

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def seal(data: bytes) -> bytes:
    """`data` encrypted and authenticated with a key derived from SECRET_KEY."""
    return _fernet((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)).encrypt(data)


def unseal(sealed: bytes) -> bytes:
    """What was sealed, also under a former key (SECRET_KEY_FALLBACKS). Raises ValueError for anything else."""
    try:
        return _fernet((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)).decrypt(bytes(sealed))
    except InvalidToken as error:
        raise ValueError("not sealed with a key of this installation") from error


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet(
        Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"cskh.sealing:" + key.encode()).digest())) for key in keys
    )
