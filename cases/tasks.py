"""Background work on cases: fetch, call, log."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from . import queries
from .evidence import queries as evidence
from .evidence.models import StoredFile
from .evidence.pipeline import derive
from .workflow import follow_up

log = logging.getLogger(__name__)

_BATCH = 200
_GRACE = timedelta(minutes=1)  # so long a task may be on its way
_BATCHES = 50  # then the next sweep goes on


@shared_task
def sweep_due() -> None:
    """Attends to every case on which a clock or a follow-up is due, a batch at a time until nothing is left."""
    passed: set[int] = set()
    for _ in range(_BATCHES):
        batch = queries.due(timezone.now(), _BATCH, besides=passed)
        passed.update(case_id for case_id in batch if not _attend(case_id))
        if not batch:
            break


def _attend(case_id: int) -> bool:
    try:
        return follow_up.attend(case_id)
    except Exception:  # one case that cannot be attended to must not hold up the others
        log.exception("follow-up on case %s failed", case_id)
        return False


@shared_task
def sweep_previews() -> None:
    """Makes the previews whose task was lost."""
    for file in evidence.without_preview(timezone.now() - _GRACE, _BATCH):
        derive.derive_preview(file)


@shared_task
def derive_preview(file_id: int) -> None:
    """Makes the copy of a picture that staff look at."""
    derive.derive_preview(StoredFile.objects.get(pk=file_id))
