"""Makes the copies staff look at: pixels only, written anew by the decoder. The original stays as it came."""

import hashlib
import io
import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction

from cases.evidence import custody
from cases.evidence.models import DerivedPage, FileMetadata, StoredFile
from cskh.core import vault

from . import identify, resemble, sandbox
from .decoder.refused import Refused

log = logging.getLogger(__name__)

State = StoredFile.PreviewState
WITH_PREVIEW = (*identify.PICTURES, identify.HEIC, identify.PDF)
_LONGEST_SIDE = 2000  # pixels: enough to read a receipt
_QUALITY = 85


def can_have_preview(content_type: str) -> bool:
    return content_type in WITH_PREVIEW


def derive_preview(file: StoredFile) -> None:
    """Stores the pages of a picture or document, once. What cannot be decoded to its end is marked so."""
    if not file.is_released or file.preview_state != State.WAITING:
        return
    try:
        with (
            vault.opened(str(file.original.name), sha256=file.sha256) as original,
            sandbox.on_disk(original) as copy,
            tempfile.TemporaryDirectory() as folder,
        ):
            made = _derived(copy, file, folder)
            pages = _pages(file, made, Path(folder))
    except vault.Altered:
        log.error("%s in the storage is not what came in: it is not shown", file)
        made, pages = {}, []
    except Refused:
        made, pages = {}, []
    with transaction.atomic():
        held = StoredFile.objects.select_for_update(no_key=True).get(pk=file.pk)
        if held.preview_state == State.WAITING:
            _note(held, pages, made)
    file.refresh_from_db()


def _note(held: StoredFile, pages: list[DerivedPage], made: Mapping[str, Any]) -> None:
    DerivedPage.objects.bulk_create(pages)
    if pages:
        FileMetadata.objects.create(file=held, found=made["metadata"], place=made["place"])
        resemble.note_likeness(held, made["likeness"])
    held.preview_state, held.preview_pages = (State.READY if pages else State.IMPOSSIBLE), len(pages)
    held.save(update_fields=["preview_state", "preview_pages"])
    custody.note_pages(held, pages)


def _derived(copy: IO[bytes], file: StoredFile, folder: str) -> dict[str, Any]:
    parameters = {
        "most_pages": settings.EVIDENCE_MAX_PAGES,
        "most_pixels": settings.EVIDENCE_MAX_PIXELS,
        "side": _LONGEST_SIDE,
        "quality": _QUALITY,
    }
    made = sandbox.ask(copy, "derive", kind=file.content_type, folder=folder, **parameters)
    return {**made, "parameters": parameters}


def _pages(file: StoredFile, made: Mapping[str, Any], folder: Path) -> list[DerivedPage]:
    return [
        DerivedPage(
            file=file,
            number=number,
            original_sha256=file.sha256,
            tool=made["tool"],
            parameters=made["parameters"],
            **_kept(folder / name),
        )
        for number, name in enumerate(made["pages"], start=1)
    ]


def _kept(page: Path) -> dict[str, str]:
    """Seals the page where its own hash says, unless it is there already."""
    data = page.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    name = vault.keep(f"preview/{sha256[:2]}/{sha256[2:4]}/{sha256}{page.suffix}", io.BytesIO(data), sha256=sha256)
    return {"picture": name, "sha256": sha256}
