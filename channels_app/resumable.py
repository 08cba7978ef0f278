"""Files that arrive in pieces, over lines that break: what has come stays, and the rest follows when the line is back.

The pieces are kept in the database: any process takes the next one, and none is half there. A whole file becomes evidence like
any other, when its sender says that it is sent.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases.evidence.names import declared_name
from cases.evidence.pipeline.receive import Upload, require_room, size_limit
from cases.evidence.sorting import room_left
from cases.models import Case
from cskh.core.errors import Conflict, Invalid, NotVisible
from cskh.core.incoming import keeping, scratch
from cskh.core.text import one_line

from .models import PartialUpload, UploadPiece


def begin(case: Case, *, actor: Actor, filename: str, declared_type: str, size: int) -> PartialUpload:
    """A file of `size` bytes will come from `actor` in pieces. Of too many at once the oldest is forgotten.

    Raises Invalid for an empty file and TooLarge for one that could not be taken anyway: nobody sends it in vain.
    """
    size_limit().require(size)
    require_room(size, room=room_left(case))
    theirs = _of(case, actor).order_by("-updated_at", "pk").values_list("pk", flat=True)
    drop(case, theirs[settings.EVIDENCE_MAX_FILES_PER_UPLOAD - 1 :], actor=actor)
    return PartialUpload.objects.create(
        case=case,
        sender_kind=actor.kind,
        sender_id=actor.id,
        declared_name=declared_name(filename),
        declared_type=one_line(declared_type)[:100],
        size=size,
    )


def found(case: Case, upload_id: UUID, *, actor: Actor) -> PartialUpload:
    """The file that `actor` is sending to the case. Raises NotVisible for everybody else."""
    upload = _of(case, actor).filter(pk=upload_id).first()
    if upload is None:
        raise NotVisible
    return upload


def add(upload: PartialUpload, data: bytes, *, start: int) -> int:
    """Keeps the next piece; how much has come now. Raises Conflict where it is not the next one, as after a piece that was
    taken and whose receipt was lost: ask how far it has come, and go on from there. Invalid for more than was announced."""
    with transaction.atomic():
        held = PartialUpload.objects.select_for_update().filter(pk=upload.pk).first()
        if held is None:
            raise NotVisible
        if start != held.received:
            raise Conflict(_("This is not the next piece of the file."))
        if not data or start + len(data) > held.size:
            raise Invalid(errors={"file": [_("The file has changed while it was sent. Choose it again.")]})
        piece = UploadPiece(upload=held, start=start)
        piece.content = data
        piece.save(force_insert=True)
        held.received += len(data)
        held.updated_at = timezone.now()
        held.save(update_fields=["received", "updated_at"])
    return held.received


def whole(case: Case, upload_ids: Sequence[UUID], *, actor: Actor) -> list[PartialUpload]:
    """Those files, in the order of the ids. Raises Invalid where one is not there as a whole."""
    theirs = _of(case, actor).in_bulk(upload_ids)
    uploads = [theirs[one] for one in dict.fromkeys(upload_ids) if one in theirs and theirs[one].is_whole]
    if len(uploads) < len(set(upload_ids)):
        raise Invalid(errors={"file": [_("A file has not arrived as a whole. Choose it again.")]})
    return uploads


@contextmanager
def put_together(partial: PartialUpload) -> Iterator[Upload]:
    """The file for `submit_evidence`, on disk while the block lasts. The caller forgets the pieces once it is kept."""
    with scratch() as file:
        with keeping():
            _write(partial, file)
        yield Upload(filename=partial.declared_name, stream=file, content_type=partial.declared_type)


def drop(case: Case, upload_ids: Iterable[UUID], *, actor: Actor) -> None:
    """Those files were of no use."""
    _of(case, actor).filter(pk__in=list(upload_ids)).delete()


def forget_old() -> None:
    """Files that nobody went on sending."""
    PartialUpload.objects.filter(updated_at__lt=timezone.now() - settings.UPLOAD_KEPT_FOR).delete()


def _write(partial: PartialUpload, file: IO[bytes]) -> None:
    for piece in partial.pieces.iterator(chunk_size=1):
        file.write(piece.content)
    file.flush()


def _of(case: Case, actor: Actor) -> QuerySet[PartialUpload]:
    return PartialUpload.objects.filter(case=case, sender_kind=actor.kind, sender_id=actor.id)
