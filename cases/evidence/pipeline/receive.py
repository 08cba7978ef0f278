"""Takes a file in: streamed to quarantine while it is hashed and measured, identified, sealed under its hash.

Nothing here trusts what the sender says about name, type or size. It is read in pieces.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Self

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.evidence.models import StoredFile
from cskh.core import vault
from cskh.core.errors import Invalid, TooLarge
from cskh.core.incoming import SizeLimit, copied, keeping, size_in_words
from cskh.core.upload_handler import declared_name_of

from . import derive, identify, scan, soundness


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
        return cls(filename=declared_name_of(file), stream=file, content_type=file.content_type or "")


def uploads_of_form(files: Sequence[UploadedFile]) -> list[Upload]:
    """The files of one form. Raises Invalid where there are more than one form may carry."""
    if len(files) > settings.EVIDENCE_MAX_FILES_PER_UPLOAD:
        raise Invalid(errors={"file": [too_many_files()]})
    return [Upload.of_form(file) for file in files]


def too_many_files() -> str:
    return _("At most %(limit)d files at a time.") % {"limit": settings.EVIDENCE_MAX_FILES_PER_UPLOAD}


def size_limit() -> SizeLimit:
    """Of one file."""
    advice = gettext_lazy("The file is larger than %(limit)s. Send a smaller picture, or several files.")
    return SizeLimit(settings.EVIDENCE_MAX_BYTES, advice)


def require_room(size: int, *, room: int) -> None:
    """Raises TooLarge where the `size` is more than the `room` that is left on the case."""
    if size > room:
        limit = size_in_words(settings.EVIDENCE_MAX_BYTES_PER_CASE)
        raise TooLarge(_("All files of a case together are limited to %(limit)s.") % {"limit": limit})


@dataclass(frozen=True)
class Received:
    """A file whose original is in the storage; `row` makes it known to the database, in the caller's transaction."""

    sha256: str
    size: int
    content_type: str
    name: str

    def row(self) -> StoredFile:
        """The stored file, one for each hash, whoever sends it at the same time. Raises what `receive` raises where the same file
        was looked into before and refused."""
        state = StoredFile.PreviewState.WAITING if derive.can_have_preview(self.content_type) else ""
        file, _is_new = StoredFile.objects.get_or_create(
            sha256=self.sha256,
            defaults={
                "size": self.size,
                "content_type": self.content_type,
                "original": self.name,
                "scan_state": scan.first_state(),
                "soundness": soundness.first_state(self.content_type),
                "preview_state": state,
            },
        )
        if file.refused_why:
            raise identify.error_of(file.refused_why)
        return file


def receive(upload: Upload, *, room: int) -> Received:
    """Keeps the original in the storage under its SHA-256, once however often it comes. `room` is in bytes.

    Raises TooLarge, UnsupportedType or Invalid (empty or damaged), with a text that says what to send instead, or NotKept,
    and then nothing is kept. A crash after this and before the row leaves a file nobody refers to, never a row without its file.
    """
    with copied(upload.stream, size_limit()) as (file, sha256, size):
        require_room(size, room=room)
        return Received(sha256, size, identify.content_type(file), _keep(file, sha256))


def _keep(file: IO[bytes], sha256: str) -> str:
    """Seals the original where its hash says, unless it is there already."""
    with keeping():
        return vault.keep(f"evidence/{sha256[:2]}/{sha256[2:4]}/{sha256}", file, sha256=sha256)
