"""What strangers sent and lies in the database, not in the storage: sealed as the files there are, with the same keys.

Each value is sealed by itself and bound to the name of its place (`of`), so that it opens nowhere else. What was written before
there was this lies plain, and is read as well until `manage.py seal_files` has sealed it.
"""

import io

from django.conf import settings
from django.db.models import BinaryField, F, Func, QuerySet

from . import envelope
from .vault import Altered, KeyMissing


def sealed(data: bytes, *, of: str) -> bytes:
    """As it is kept. Nothing stays nothing."""
    return b"".join(envelope.sealed(io.BytesIO(data), keys=settings.STORAGE_KEYS, of=of)) if data else b""


def opened(kept: bytes | memoryview, *, of: str) -> bytes:
    """What was sealed there. Raises KeyMissing, and Altered for what was changed or comes from another place."""
    data = bytes(kept)
    if not envelope.is_sealed(data):
        return data
    try:
        return b"".join(envelope.opened(io.BytesIO(data), keys=settings.STORAGE_KEYS, of=of))
    except envelope.NoKey as error:
        raise KeyMissing from error
    except envelope.DoesNotOpen as error:
        raise Altered from error


def to_be_sealed(rows: QuerySet, field: str) -> QuerySet:
    """Those of the rows whose `field` lies plain, or is sealed with another key than new ones are."""
    front = envelope.front(settings.STORAGE_KEYS[0])
    beginning = Func(F(field), 1, len(front), function="SUBSTRING", output_field=BinaryField())
    return rows.annotate(beginning=beginning).exclude(beginning__in=(front, b""))
