"""Has what must be decoded to be known looked into, once, before anybody may open it."""

import logging
from collections.abc import Collection
from typing import Any

from django.db import transaction

from cases.evidence.models import StoredFile
from cskh.core import vault

from . import derive, identify, sandbox
from .decoder.refused import Died, Why

log = logging.getLogger(__name__)

_TRIES = 3

State = StoredFile.Soundness


def first_state(content_type: str) -> State:
    """The state in which a file of that type comes in: most are known by their bytes."""
    return State.WAITING if content_type in identify.LOOKED_INTO else State.SOUND


def establish(file: StoredFile) -> None:
    """Notes whether the file is what it seemed to be and does no more than show something; if not, why it is refused.

    What does not come out of the storage as it went in stays closed. So does what the decoder ends at without a word, until it
    did so `_TRIES` times, some while apart (`queries.unexamined`): then it is taken for damaged.
    """
    if file.soundness != State.WAITING or not file.is_past_scanner:
        return
    try:
        with vault.opened(str(file.original.name), sha256=file.sha256) as original, sandbox.on_disk(original) as copy:
            why: str | None = identify.why_refused(copy)
    except vault.Altered:
        log.error("%s in the storage is not what came in: it stays closed", file)
        return
    except Died:
        why = Why.BROKEN if file.failed_tries + 1 >= _TRIES else None
        log.warning("the decoder ended at %s without a word, for the %s. time", file, file.failed_tries + 1)
    with transaction.atomic():
        held = StoredFile.objects.select_for_update(no_key=True).get(pk=file.pk)
        if held.soundness == State.WAITING:
            _note(held, why)
    file.refresh_from_db()


def look_anew(sha256: Collection[str] = ()) -> int:
    """What was taken for damaged, all of it or those files alone, waits to be looked into again, as after a worker was mended.
    What was rejected for it stays rejected until somebody takes that back or it is sent again. Returns how many files."""
    files = StoredFile.objects.filter(soundness=State.REFUSED, refused_why=Why.BROKEN)
    if sha256:
        files = files.filter(sha256__in=sha256)
    with_preview = files.filter(content_type__in=derive.WITH_PREVIEW)
    fresh: dict[str, Any] = {"soundness": State.WAITING, "refused_why": "", "failed_tries": 0}
    with transaction.atomic():
        return with_preview.update(**fresh, preview_state=StoredFile.PreviewState.WAITING) + files.update(**fresh)


def _note(held: StoredFile, why: str | None) -> None:
    """`why` is None where nobody can say yet, and empty where nothing is wrong."""
    if why is None:
        held.failed_tries += 1
    else:
        held.soundness, held.refused_why = (State.REFUSED if why else State.SOUND), why
    if why:
        held.preview_state = ""  # there will be none
    held.save(update_fields=["soundness", "refused_why", "preview_state", "failed_tries"])
