"""The codes of a case are looked up in every source, without being asked, and again where one did not answer."""

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import Actor
from cases.models import STILL_OPEN, Case
from cskh.core.jobs import enqueue_after_commit, next_try

from . import snapshots, sources
from .models import KINDS_OF_CODES, ImportedRow, Pull, RecordFile, RecordKind, TransactionCode
from .registry import LOOK_UP, require_may_ask
from .source import NoAnswer, Source, SourceAnswer

Answers = list[tuple[RecordKind, SourceAnswer]]
Anything = TypeVar("Anything", TransactionCode, Pull)
_State = TransactionCode.State
_AT_A_TIME = 120  # seconds: a server that answers slowly must not keep a task beyond its limit


def look_up_codes(case_id: int) -> bool:
    """Looks up the codes of the case that are due, for a while; what is left then is asked for anew. False where none was."""
    due = TransactionCode.objects.filter(case_id=case_id, next_try_at__lte=timezone.now()).order_by("pk")
    return ask_for(list(due.select_related("case")), _of_code, again=LOOK_UP)


def ask_for(due: Sequence[Anything], look_up: Callable[[Source, Anything], Answers], *, again: str) -> bool:
    """Asks every source about what is `due` on a case, for a while; then the task `again` goes on. False where nothing was."""
    connected, until = sources.connected() if due else [], time.monotonic() + _AT_A_TIME
    for asked in due:
        if time.monotonic() > until:
            enqueue_after_commit(again, asked.case.pk)
            break
        if _claim(asked):
            _ask(asked, connected, look_up)
    return bool(due)


def look_up_again(case: Case, *, actor: Actor) -> None:
    """Every code of the case is asked for anew. Raises NotPermitted, NotVisible or StepNotAllowed."""
    require_may_ask(actor, case)
    TransactionCode.objects.filter(case=case).update(state=_State.WAITING, attempts=0, next_try_at=timezone.now())
    enqueue_after_commit(LOOK_UP, case.pk)


def cases_due(limit: int, what: type[TransactionCode] | type[Pull] = TransactionCode) -> list[int]:
    """Ids of cases with codes (or pulls) to be looked up, longest waiting first."""
    due = what._default_manager.filter(next_try_at__lte=timezone.now()).order_by("next_try_at")
    return list(dict.fromkeys(due.values_list("case_id", flat=True)[:limit]))


def file_changed(file: RecordFile) -> None:
    """A file came into use, or is no longer: what it says on open cases is looked up anew, and what had no source before."""
    open_cases = Case.objects.filter(STILL_OPEN)
    codes = TransactionCode.objects.filter(case__in=open_cases)
    rows = ImportedRow.objects.filter(file=file)
    named = rows.filter(codes__overlap=list(codes.values_list("code", flat=True).distinct()[:_MOST_WAITING]))
    told = {code for some in named.values_list("codes", flat=True) for code in some}
    again = {"state": _State.WAITING, "attempts": 0, "next_try_at": timezone.now()}
    codes.filter(code__in=told).update(**again)
    codes.filter(state=_State.NO_SOURCE).update(**again)
    Pull.objects.filter(case__in=open_cases, state=_State.NO_SOURCE).update(**again)


_MOST_WAITING = 50_000


def _of_code(source: Source, code: TransactionCode) -> Answers:
    return [(kind, source.look_up(kind, code=code.code)) for kind in KINDS_OF_CODES]


def _claim(asked: TransactionCode | Pull) -> bool:
    """Ours for a while: whoever finds the claim run out takes us for dead and asks again."""
    until = timezone.now() + settings.OPERATOR_RECORDS_CLAIM
    ours = _unchanged(asked).update(next_try_at=until)
    asked.next_try_at = until
    return bool(ours)


def _ask(asked: Anything, connected: list[Source], look_up: Callable[[Source, Anything], Answers]) -> None:
    silent = ""
    for source in connected:
        try:
            found = look_up(source, asked)
        except NoAnswer:
            silent = silent or source.name
            continue
        with transaction.atomic():
            for kind, answer in found:
                snapshots.keep(asked.case, kind, answer, source=source.name, asked_for=asked.asked_for)
    _settle(asked, connected, silent)


def _settle(asked: TransactionCode | Pull, connected: list[Source], silent: str) -> None:
    """Writes how it went, unless it was asked for anew meanwhile."""
    attempts = asked.attempts + 1
    if not connected:
        became = {"state": _State.NO_SOURCE, "attempts": 0, "next_try_at": None}
    elif silent:
        again_at = next_try(attempts, settings.OPERATOR_RECORDS_RETRY_SECONDS)
        became = {"state": _State.UNANSWERED, "attempts": attempts, "next_try_at": again_at}
    else:
        became = {"state": _State.ANSWERED, "attempts": 0, "next_try_at": None, "looked_up_at": timezone.now()}
    _unchanged(asked).update(silent=silent, **became)


def _unchanged(asked: TransactionCode | Pull) -> QuerySet[Any]:
    """It, unless it was asked for anew since we read it."""
    return type(asked)._default_manager.filter(pk=asked.pk, next_try_at=asked.next_try_at)
