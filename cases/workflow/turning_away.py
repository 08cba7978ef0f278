"""What was taken in and turned out to be of no use is rejected, and its sender told what to send instead."""

from django.utils import translation

from cases.evidence.models import Check, EvidenceItem, StoredFile
from cases.evidence.pipeline import identify

from . import evidence
from ._take_step import change_case
from ._waiting import EVIDENCE

_State = EvidenceItem.State


def turn_away(file: StoredFile) -> None:
    """Rejects a refused file on every open case that nobody has looked at it for, once, in the customer's language.

    Nobody could have opened it, so that there is nothing to judge. It then shows as missing again, and whether it is asked for
    once more is the handler's decision, as after any rejection. On a closed case it stays closed as it is.
    """
    if file.soundness != StoredFile.Soundness.REFUSED:
        return
    for item in EvidenceItem.objects.filter(file=file, state=_State.RECEIVED).select_related("case").order_by("pk"):
        with change_case(item.case) as held:
            item.refresh_from_db()
            if held.is_open and item.state == _State.RECEIVED:
                with translation.override(held.customer.language):
                    words = identify.words_of(file.refused_why)
                evidence.note_check(held, item, actor=EVIDENCE, result=Check.Result.REJECTED, words=words)
