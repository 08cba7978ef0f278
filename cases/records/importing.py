"""Files of records: handed in, read as a whole or not at all, withdrawn.

A file is first kept. When its columns are confirmed a worker reads it: rows are staged in batches, so that one sees how far it
is, and count from the moment when all were read without an error. Until then, and once it is withdrawn, nobody finds them.
"""

import json
import logging
import shutil
import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import islice
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.template.defaultfilters import date
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from cases import policies
from cskh.core import vault
from cskh.core.errors import Conflict, Invalid, NotPermitted
from cskh.core.incoming import SizeLimit, copied, keeping
from cskh.core.jobs import enqueue_after_commit
from cskh.core.text import one_line

from . import looking_up
from .codes import codes_in
from .models import ImportedRow, RecordFile, RecordKind
from .reading import camt, table
from .reading.columns import FIELDS, missing
from .reading.lines import Outcome, Wrong, in_words
from .rows import Row, to_json

log = logging.getLogger(__name__)

_State = RecordFile.State
_READ = "cases.tasks.read_record_file"
_CLEAR = "cases.tasks.clear_record_file"
_BATCH = 5_000
_MOST_ERRORS = 100
_MOST_ATTEMPTS = 3
_FOLDER = "records"


def hand_in(stream: IO[bytes], *, filename: str, content: str, actor: Actor) -> RecordFile:
    """Keeps a file; a table then waits for its columns to be confirmed, a statement of a bank's own format is read at once.

    Raises NotPermitted, TooLarge, Invalid for what cannot be read at all, Conflict for a file that is here already, NotKept.
    """
    _require_may_import(actor)
    limit = SizeLimit(
        settings.RECORD_FILE_MAX_BYTES, gettext_lazy("The file is larger than %(limit)s. Hand it in in parts.")
    )
    with copied(stream, limit) as (file, sha256, size):
        _require_new(sha256, content)
        format_, columns = _looked_at(file, content)
        with keeping():
            stored = vault.save(f"{_FOLDER}/{sha256}", file, sha256=sha256)
    try:
        with transaction.atomic():
            made = RecordFile.objects.create(
                content=content,
                format=format_,
                filename=one_line(filename)[-255:] or sha256[:12],
                stored=stored,
                size=size,
                sha256=sha256,
                uploaded_by=actor.subject,
                columns=columns,
            )
            if format_ == RecordFile.Format.CAMT:
                _to_be_read(made)
    except IntegrityError:
        default_storage.delete(stored)
        _require_new(sha256, content)
        raise
    return made


def look_at(file: RecordFile) -> table.Table:
    """How the table that was handed in is written, for whoever confirms its columns."""
    with _opened(file) as stored:
        return table.look_at(stored, file.content)


def confirm_columns(file: RecordFile, columns: Mapping[str, int], *, actor: Actor) -> None:
    """Somebody says which column holds what: now it can be read. Raises NotPermitted, Invalid, Conflict."""
    _require_may_import(actor)
    chosen = {field: number for field, number in columns.items() if field in FIELDS[file.content]}
    if lacking := missing(chosen, file.content):
        raise Invalid(errors={"columns": [_("Say which column has this: %(what)s.") % {"what": ", ".join(lacking)}]})
    with transaction.atomic():
        held = _held(file)
        if held.state != _State.UPLOADED:
            raise Conflict
        held.columns = chosen
        _to_be_read(held)


def withdraw(file: RecordFile, *, actor: Actor) -> None:
    """The file no longer counts, at once; its rows are removed by and by. What was found in it stays in the snapshots."""
    _require_may_import(actor)
    with transaction.atomic():
        held = _held(file)
        if held.state not in (_State.UPLOADED, _State.LIVE):
            raise Conflict
        held.state, held.withdrawn_at, held.withdrawn_by = _State.WITHDRAWN, timezone.now(), actor.subject
        held.next_try_at = timezone.now()
        held.save()
        enqueue_after_commit(_CLEAR, held.pk)


def due(limit: int) -> tuple[list[int], list[int]]:
    """Ids of files to be read (or whose codes are to be looked up anew), and of withdrawn ones whose rows are still there."""
    waiting = RecordFile.objects.filter(next_try_at__lte=timezone.now()).order_by("next_try_at")
    to_read = waiting.filter(state__in=[_State.WAITING, _State.READING, _State.LIVE])
    to_clear = waiting.filter(state=_State.WITHDRAWN)
    return list(to_read.values_list("pk", flat=True)[:limit]), list(to_clear.values_list("pk", flat=True)[:limit])


def read(file_id: int) -> None:
    """Reads one file, if it is due and nobody else does: all of its rows count from then on, or none, with what is wrong.

    What nobody foresaw is raised, and the file is begun anew later; the last time it ends refused as well.
    """
    if (file := _claimed(file_id)) is not None:
        _read(file)
    _tell(file_id)


def _read(file: RecordFile) -> None:
    _remove_rows(file)  # of somebody who died at it
    reading = _Reading(file)
    try:
        _read_rows(file, reading)
    except Wrong as wrong:
        reading.note(reading.number, wrong)
    except Exception:  # a stranger's file may break a reader in ways nobody foresaw; it is raised until the last try
        if file.attempts < _MOST_ATTEMPTS:
            raise
        log.exception("record file %s could not be read", file.pk)
        reading.note(reading.number, Wrong("unreadable"))
    _finish(file, reading)


def _read_rows(file: RecordFile, reading: "_Reading") -> None:
    if file.attempts > _MOST_ATTEMPTS:  # whoever read it last died at it
        raise Wrong("unreadable")
    with _opened(file) as stored:
        reading.run(stored)
    if not reading.errors and not file.kept:
        raise Wrong("nothing")


def _tell(file_id: int) -> None:
    """Has looked up anew what a file says that has come into use. Only once that is committed: a code that was looked up in
    between would have missed both. Until it is done the file is due, so that a sweep does it should we die."""
    with transaction.atomic():
        came = RecordFile.objects.select_for_update().filter(state=_State.LIVE, next_try_at__isnull=False)
        if (file := came.filter(pk=file_id).first()) is not None:
            looking_up.file_changed(file)
            RecordFile.objects.filter(pk=file.pk).update(next_try_at=None)


def clear(file_id: int) -> None:
    """Removes what is left of a withdrawn file."""
    file = RecordFile.objects.filter(pk=file_id, state=_State.WITHDRAWN, next_try_at__isnull=False).first()
    if file is None:
        return
    with transaction.atomic():
        looking_up.file_changed(file)
    _remove_rows(file)
    # In a bucket the same content lies under the same name, whoever handed it in.
    if file.stored and not RecordFile.objects.filter(stored=file.stored).exclude(pk=file.pk).exists():
        default_storage.delete(file.stored)
    RecordFile.objects.filter(pk=file.pk).update(next_try_at=None, stored="")


class _Reading:
    """One file on its way into the database, and what was wrong with it."""

    def __init__(self, file: RecordFile) -> None:
        self.file, self.zone = file, ZoneInfo(settings.TIME_ZONE)
        self.errors: list[dict[str, Any]] = []
        self.number = 0
        file.lines = file.kept = file.skipped = file.error_count = 0

    def run(self, stored: IO[bytes]) -> None:
        with closing(self._outcomes(stored)) as outcomes:
            self._take(outcomes, stored)

    def _take(self, outcomes: Iterator[tuple[int, Outcome]], stored: IO[bytes]) -> None:
        while batch := list(islice(outcomes, _BATCH)):
            rows = [row for number, outcome in batch if (row := self._sorted(number, outcome)) is not None]
            if not self.errors:  # what is wrong somewhere is kept nowhere
                _stage(self.file, rows)
            self.file.kept += len(rows)
            self.file.lines += len(batch)
            self.number = batch[-1][0]
            self._tell(stored.tell())
            if self.file.lines > settings.RECORD_FILE_MAX_LINES:
                raise Wrong("too_long")

    def note(self, number: int, wrong: Wrong) -> None:
        self.file.error_count += 1
        if len(self.errors) < _MOST_ERRORS:
            self.errors.append(wrong.as_json(number))

    def _outcomes(self, stored: IO[bytes]) -> Generator[tuple[int, Outcome], None, None]:
        if self.file.format == RecordFile.Format.CAMT:
            return camt.read(stored, self.zone)
        written = table.look_at(stored, self.file.content)
        return table.read(stored, written, self.file.columns, self.file.content, self.zone)

    def _sorted(self, number: int, outcome: Outcome) -> tuple[int, RecordKind, Row] | None:
        if isinstance(outcome, Wrong):
            self.note(number, outcome)
        elif outcome is None:
            self.file.skipped += 1
        else:
            return number, *outcome
        return None

    def _tell(self, at: int) -> None:
        """How far it is, for whoever watches; and that we are alive."""
        self.file.share_read = min(99, at * 100 // max(1, self.file.size))
        until = timezone.now() + settings.OPERATOR_RECORDS_CLAIM
        told = {"lines": self.file.lines, "share_read": self.file.share_read, "error_count": self.file.error_count}
        RecordFile.objects.filter(pk=self.file.pk).update(**told, next_try_at=until)
        self.file.next_try_at = until


_COPY = "COPY records_importedrow (file_id, line, kind, codes, customer, amount, at, content) FROM STDIN"


def _stage(file: RecordFile, rows: list[tuple[int, RecordKind, Row]]) -> None:
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for number, kind, row in rows:
            content = json.dumps(to_json(row), ensure_ascii=False)
            copy.write_row((file.pk, number, kind.value, _codes_of(row), row.customer, row.amount, row.at, content))


def _codes_of(row: Row) -> list[str]:
    """Its own code, and what looks like one in the words of the transfer."""
    own = [row.code] if row.code else []
    return list(dict.fromkeys([*own, *codes_in(getattr(row, "content", ""))]))


def _finish(file: RecordFile, reading: _Reading) -> None:
    is_whole = not reading.errors
    if not is_whole:
        _remove_rows(file)
    with transaction.atomic():
        held = _held(file)
        if held.state != _State.READING or held.next_try_at != file.next_try_at:
            return  # somebody took us for dead and reads it anew
        held.state = _State.LIVE if is_whole else _State.REFUSED
        held.lines, held.kept, held.skipped = file.lines, file.kept if is_whole else 0, file.skipped
        held.errors, held.error_count, held.share_read = reading.errors, file.error_count, 100
        held.finished_at = timezone.now()
        held.next_try_at = held.finished_at if is_whole else None
        stored = held.stored
        if not is_whole:
            held.stored = ""
        held.save()
        if not is_whole:
            transaction.on_commit(lambda: default_storage.delete(stored), robust=True)
    log.info("record file %s: %s, %s rows, %s errors", held.pk, held.state, held.kept, held.error_count)


def _claimed(file_id: int) -> RecordFile | None:
    now = timezone.now()
    ours = RecordFile.objects.filter(pk=file_id, state__in=[_State.WAITING, _State.READING], next_try_at__lte=now)
    until = now + settings.OPERATOR_RECORDS_CLAIM
    if not ours.update(state=_State.READING, next_try_at=until, attempts=F("attempts") + 1):
        return None
    return RecordFile.objects.get(pk=file_id)


def _to_be_read(file: RecordFile) -> None:
    file.state, file.next_try_at = _State.WAITING, timezone.now()
    file.save()
    enqueue_after_commit(_READ, file.pk)


def _held(file: RecordFile) -> RecordFile:
    return RecordFile.objects.select_for_update().get(pk=file.pk)


def _remove_rows(file: RecordFile) -> None:
    ImportedRow.objects.filter(file=file)._raw_delete(using="default")


def _require_may_import(actor: Actor) -> None:
    if not policies.may_import_records(actor):
        raise NotPermitted


def _require_new(sha256: str, content: str) -> None:
    gone = [_State.REFUSED, _State.WITHDRAWN]
    known = RecordFile.objects.filter(sha256=sha256, content=content).exclude(state__in=gone).first()
    if known is not None:
        told = {"who": known.uploaded_by, "at": date(timezone.localtime(known.uploaded_at), "SHORT_DATETIME_FORMAT")}
        raise Conflict(
            _("This very file was handed in already, by %(who)s on %(at)s as “%(name)s”.")
            % {**told, "name": known.filename}
        )


def _looked_at(file: IO[bytes], content: str) -> tuple[str, dict[str, int]]:
    """The format, and the columns that can be guessed."""
    if camt.is_camt(file):
        if content != RecordFile.Content.STATEMENT:
            raise Invalid(errors={"content": [_("An XML file is read as a bank statement (camt.053) only.")]})
        return RecordFile.Format.CAMT, {}
    try:
        return RecordFile.Format.TABLE, table.look_at(file, content).columns
    except Wrong as wrong:
        raise Invalid(errors={"file": [capfirst(in_words(wrong.as_json(0)))]}) from None


@contextmanager
def _opened(file: RecordFile) -> Iterator[IO[bytes]]:
    """What was handed in, on this machine's disk."""
    with (
        vault.opened(file.stored, sha256=file.sha256) as stored,
        tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy,
    ):
        shutil.copyfileobj(stored, copy)
        copy.seek(0)
        yield copy
