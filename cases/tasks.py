"""Background work on cases: fetch, call, log."""

import logging
from datetime import timedelta

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone

from channels_app import push
from cskh.core.jobs import enqueue_after_commit
from cskh.core.locks import unless_held

from . import queries
from .complaints.models import Response
from .evidence import orphans
from .evidence import queries as evidence
from .evidence.models import StoredFile
from .evidence.pipeline import examine
from .models import STILL_OPEN, Case
from .records import importing, looking_up, pulling
from .records.models import Pull
from .reports import keeping
from .workflow import carrying_out, follow_up, promises, recounting, responding, turning_away

log = logging.getLogger(__name__)

_BATCH = 200
_GRACE = timedelta(minutes=1)  # so long a task may be on its way
ORPHANS_EVERY = 300  # seconds: 256 slices are a day
_BATCHES = 50  # then the next sweep goes on
_SCANS_IN_VAIN = 3  # then the scanner is away, and the next sweep asks again
_EVIDENCE_LIMITS = {
    "soft_time_limit": 240,
    "time_limit": 280,
}  # seconds; scanner and decoder have shorter ones of their own


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
def recount_clocks(after: int = 0) -> None:
    """Counts the deadlines of every open case anew, a batch at a time in the order of their ids, beginning past `after`.

    Repeating it changes nothing. Each batch asks for the next, so that other work gets its turn.
    """
    batch = list(Case.objects.filter(STILL_OPEN, pk__gt=after).order_by("pk")[:_BATCH])
    for case in batch:
        try:
            recounting.recount(case)
        except Exception:  # the others' deadlines are counted all the same
            log.exception("the clocks of case %s could not be counted anew", case.pk)
    if batch:
        log.info("clocks of %s cases counted anew, up to id %s", len(batch), batch[-1].pk)
        enqueue_after_commit("cases.tasks.recount_clocks", batch[-1].pk)
    else:
        log.info("all clocks are counted anew")


@shared_task
def print_response(response_id: int) -> None:
    """Prints an official response before somebody asks for it; a task that was lost costs that reader a moment."""
    responding.print_once(Response.objects.select_related("complaint__case").get(pk=response_id))


@shared_task
def keep_reports() -> None:
    """Brings the summaries of the reports up to date: what changed since, and a little of everything anew."""
    keeping.keep_up()


@shared_task(**_EVIDENCE_LIMITS)
def sweep_files() -> None:
    """Goes on with files whose task was lost, or that the scanner could not be asked about. Those tried last come last, so
    that one the scanner chokes on, or that the storage has lost, holds up no other. One sweep at a time."""
    with unless_held("files are swept") as is_ours:
        if is_ours:
            _sweep_files()


def _sweep_files() -> None:
    without_verdict = 0
    for file in evidence.unexamined(timezone.now() - _GRACE, _BATCH):
        _examine(file)
        without_verdict += not (file.is_past_scanner or file.is_infected)
        if without_verdict == _SCANS_IN_VAIN:
            break


def _examine(file: StoredFile) -> None:
    try:
        _take_further(file)
    except SoftTimeLimitExceeded:  # the sweep's own time is up, which says nothing about the file
        raise
    except Exception:  # one file that the storage has lost must not hold up the others
        log.exception("file %s could not be examined", file.pk)


@shared_task(**_EVIDENCE_LIMITS)
def examine_file(file_id: int) -> None:
    """Has a file that came in scanned, and makes the copy of it that staff look at."""
    _take_further(StoredFile.objects.get(pk=file_id))


def _take_further(file: StoredFile) -> None:
    """Pages that show it look again where it came any further."""
    before = (file.scan_state, file.soundness, file.preview_state)
    examine.examine(file)
    turning_away.turn_away(file)
    if (file.scan_state, file.soundness, file.preview_state) != before:
        push.changed(*map(push.case_group, evidence.cases_with(file)))


@shared_task(**_EVIDENCE_LIMITS)
def sweep_orphans() -> None:
    """Removes what the storage keeps for rows that never came: each time another slice, by the clock."""
    with unless_held("orphans are swept") as is_ours:
        if is_ours:
            orphans.sweep(int(timezone.now().timestamp() // ORPHANS_EVERY))


@shared_task
def look_up_codes(case_id: int) -> None:
    """Asks the operator's records about the transaction codes of a case; pages that show it then look again."""
    if looking_up.look_up_codes(case_id):
        push.changed(push.case_group(case_id))


@shared_task
def pull_records(case_id: int) -> None:
    """Asks the operator's records about the customer of a case, as somebody wanted; pages that show it then look again."""
    if pulling.look_up_pulls(case_id):
        push.changed(push.case_group(case_id))


@shared_task
def sweep_records() -> None:
    """Codes and pulls whose look-up is due again or was lost, and files that wait."""
    for case_id in looking_up.cases_due(_BATCH):
        enqueue_after_commit("cases.tasks.look_up_codes", case_id)
    for case_id in looking_up.cases_due(_BATCH, Pull):
        enqueue_after_commit("cases.tasks.pull_records", case_id)
    to_read, to_clear = importing.due(_BATCH)
    for file_id in to_read:
        enqueue_after_commit("cases.tasks.read_record_file", file_id)
    for file_id in to_clear:
        enqueue_after_commit("cases.tasks.clear_record_file", file_id)


@shared_task
def read_record_file(file_id: int) -> None:
    """Reads a file of records that was handed in."""
    importing.read(file_id)


@shared_task
def clear_record_file(file_id: int) -> None:
    """Removes the rows of a file that was withdrawn."""
    importing.clear(file_id)


@shared_task
def carry_out_remedy(execution_id: int) -> None:
    """Asks the operator's system to carry a remedy out, or what became of that."""
    carrying_out.carry_out(execution_id)


@shared_task
def sweep_remedies() -> None:
    """Executions whose task was lost or that are asked about again, and remedies whose day has passed."""
    for execution_id in carrying_out.due(_BATCH):
        enqueue_after_commit("cases.tasks.carry_out_remedy", execution_id)
    for case_id in promises.cases_overdue(_BATCH):
        try:
            with transaction.atomic():
                promises.raise_alarms(case_id)
        except Exception:  # one case must not hold up the others
            log.exception("the alarm of case %s could not be raised", case_id)
