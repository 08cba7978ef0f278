"""Takes a file in: streamed to quarantine while it is hashed, limited, identified, and kept under its hash.

Nothing here trusts what the sender says about name, type or size. Memory stays constant whatever the size.
"""

import hashlib
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Self

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from cases.evidence.models import StoredFile
from cskh.core.errors import Invalid, TooLarge

from . import identify

_CHUNK = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file as somebody hands it over. Name and type are claims; `stream` is read once, from its start."""

    filename: str
    stream: IO[bytes]
    content_type: str = ""

    @classmethod
    def of_bytes(cls, data: bytes, *, filename: str, content_type: str = "") -> Self:
        """For what is in memory already, such as an attachment of a mail."""
        return cls(filename=filename, stream=io.BytesIO(data), content_type=content_type)

    @classmethod
    def of_form(cls, file: UploadedFile) -> Self:
        """For a file of a form or of a multipart request."""
        return cls(filename=file.name or "", stream=file, content_type=file.content_type or "")


def receive(upload: Upload) -> StoredFile:
    """The file kept: its row is saved, its original is in the storage under its SHA-256, once however often it comes.

    Raises TooLarge, UnsupportedType or Invalid (empty or broken), with a text that says what to send instead. The original
    is written before the row, so a crash between the two leaves a file nobody refers to, never a row without its file.
    """
    with _quarantined(upload.stream) as (file, sha256, size):
        known = StoredFile.objects.filter(sha256=sha256).first()
        if known is not None:
            return known
        content_type = identify.content_type(file)
        file.seek(0)
        name = _keep(file, sha256)
    return StoredFile.objects.get_or_create(
        sha256=sha256, defaults={"size": size, "content_type": content_type, "original": name}
    )[0]


@contextmanager
def _quarantined(stream: IO[bytes]) -> Iterator[tuple[IO[bytes], str, int]]:
    """A private copy outside the storage, with its hash and size; gone when the block ends."""
    digest, size = hashlib.sha256(), 0
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        stream.seek(0)
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > settings.EVIDENCE_MAX_BYTES:
                limit = filesizeformat(settings.EVIDENCE_MAX_BYTES)
                raise TooLarge(
                    _("The file is larger than %(limit)s. Send a smaller picture, or several files.") % {"limit": limit}
                )
            digest.update(chunk)
            file.write(chunk)
        if size == 0:
            raise Invalid(errors={"file": [_("The file is empty. Choose it again.")]})
        file.seek(0)
        yield file, digest.hexdigest(), size


def _keep(file: IO[bytes], sha256: str) -> str:
    """Writes the original where its hash says, unless it is there already."""
    name = f"evidence/{sha256[:2]}/{sha256[2:4]}/{sha256}"
    if default_storage.exists(name):
        return name
    return default_storage.save(name, File(file))
