"""Background work on cases: fetch, call, log."""

import logging

from celery import shared_task
from django.utils import timezone

from . import queries
from .evidence.models import StoredFile
from .evidence.pipeline import derive
from .workflow import follow_up

log = logging.getLogger(__name__)

_BATCH = 200


@shared_task
def sweep_due() -> None:
    """Attends to every case on which a clock or a follow-up is due, a batch at a time."""
    for case_id in queries.due(timezone.now(), _BATCH):
        try:
            follow_up.attend(case_id)
        except Exception:  # one case that cannot be attended to must not hold up the others
            log.exception("follow-up on case %s failed", case_id)


@shared_task
def derive_preview(file_id: int) -> None:
    """Makes the copy of a picture that staff look at."""
    derive.derive_preview(StoredFile.objects.get(pk=file_id))
