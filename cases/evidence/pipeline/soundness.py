"""Has what must be decoded to be known looked into, once, before anybody may open it."""

import logging

from django.db import transaction

from cases.evidence.models import StoredFile
from cskh.core import vault

from . import identify, sandbox

log = logging.getLogger(__name__)

State = StoredFile.Soundness


def first_state(content_type: str) -> State:
    """The state in which a file of that type comes in: most are known by their bytes."""
    return State.WAITING if content_type in identify.LOOKED_INTO else State.SOUND


def establish(file: StoredFile) -> None:
    """Notes whether the file is what it seemed to be and does no more than show something; if not, why it is refused.

    What does not come out of the storage as it went in stays closed.
    """
    if file.soundness != State.WAITING or not file.is_past_scanner:
        return
    try:
        with vault.opened(str(file.original.name), sha256=file.sha256) as original, sandbox.on_disk(original) as copy:
            why = identify.why_refused(copy)
    except vault.Altered:
        log.error("%s in the storage is not what came in: it stays closed", file)
        return
    with transaction.atomic():
        held = StoredFile.objects.select_for_update(no_key=True).get(pk=file.pk)
        if held.soundness == State.WAITING:
            _note(held, why)
    file.refresh_from_db()


def _note(held: StoredFile, why: str) -> None:
    held.soundness, held.refused_why = (State.REFUSED if why else State.SOUND), why
    if why:
        held.preview_state = ""  # there will be none
    held.save(update_fields=["soundness", "refused_why", "preview_state"])
