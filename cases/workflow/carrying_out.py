"""A remedy is carried out by the operator's system: once, whatever breaks on the way (I6).

The row stands before the call, with the key that the other side knows it by. Whoever finds that it was asked already asks first
what became of it, and only where the other side never heard of it is it asked again, under the same key.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases.complaints.connector import Connector, Outcome, Told
from cases.complaints.models import Remedy, RemedyExecution
from cases.complaints.remedy_states import RemedyStep
from cases.events import EventKind
from cases.models import Case
from cskh.core.jobs import next_try

from ._take_step import change_case
from .promises import REMEDIES, move, note

_State = RemedyExecution.State
_OPEN = (_State.WAITING, _State.ASKED)


def due(limit: int) -> list[int]:
    """Ids of what is to be tried now, longest waiting first."""
    waiting = RemedyExecution.objects.filter(state__in=_OPEN, next_try_at__lte=timezone.now())
    return list(waiting.order_by("next_try_at").values_list("pk", flat=True)[:limit])


def carry_out(execution_id: int) -> None:
    """Tries one execution, if it is due and nobody else has it. What became of it is written on its row and on the case."""
    claimed = _claim(execution_id)
    if claimed is None:
        return
    execution, was_asked = claimed
    _settle(execution, _ask(execution, was_asked=was_asked))


def _claim(execution_id: int) -> tuple[RemedyExecution, bool] | None:
    """The execution as ours for a while, and whether it may have been asked for before: from now on it may have been."""
    with transaction.atomic():
        waiting = RemedyExecution.objects.select_for_update(of=("self",), skip_locked=True)
        waiting = waiting.filter(pk=execution_id, state__in=_OPEN, next_try_at__lte=timezone.now())
        execution = waiting.select_related("remedy__issue__complaint__case__customer", "remedy__clause").first()
        if execution is None:
            return None
        was_asked = execution.state == _State.ASKED
        execution.state = _State.ASKED
        execution.attempts += 1
        execution.next_try_at = timezone.now() + settings.OPERATOR_REMEDIES_CLAIM
        execution.save(update_fields=["state", "attempts", "next_try_at"])
    return execution, was_asked


def _ask(execution: RemedyExecution, *, was_asked: bool) -> Outcome:
    connector = Connector.of_settings()
    if connector is None:  # switched off meanwhile
        return Outcome(Told.NOTHING)
    key = str(execution.key)
    outcome = connector.what_became_of(key) if was_asked else Outcome(Told.UNKNOWN)
    return connector.carry_out(key, _order(execution.remedy)) if outcome.told == Told.UNKNOWN else outcome


def _order(remedy: Remedy) -> dict[str, Any]:
    """What the operator's system is told (docs/integration.md)."""
    case = remedy.issue.complaint.case
    return {
        "case": case.code,
        "issue": remedy.issue.number,
        "kind": remedy.kind,
        "amount": remedy.amount,
        "currency": "VND",
        "customer": case.customer.external_id,
        "destination": {"kind": remedy.destination_kind, "account": remedy.destination} if remedy.amount else None,
        "due_on": remedy.due_on.isoformat(),
        "clause": {"number": remedy.clause.number, "version": remedy.clause.version} if remedy.clause else None,
    }


def _settle(tried: RemedyExecution, outcome: Outcome) -> None:
    """A clear word stands whoever hears it; what says nothing counts only while the attempt is still ours."""
    with change_case(tried.remedy.issue.complaint.case) as held:
        execution = RemedyExecution.objects.select_for_update().get(pk=tried.pk)
        if execution.state in (_State.DONE, _State.REFUSED):
            return
        remedy = Remedy.objects.select_related("issue").get(pk=execution.remedy_id)
        if outcome.told == Told.DONE:
            execution.state, execution.reference = _State.DONE, outcome.reference
            execution.done_at, execution.next_try_at = timezone.now(), None
            execution.save()
            move(held, remedy, RemedyStep.EXECUTE, actor=REMEDIES, execution=execution.pk, way=execution.way)
        elif outcome.told == Told.REFUSED:
            execution.state, execution.failure, execution.next_try_at = _State.REFUSED, outcome.code, None
            execution.save()
            _note_failure(held, remedy, execution)
        elif execution.attempts == tried.attempts and execution.state == _State.ASKED:
            _wait(execution, outcome)
            if execution.state == _State.UNCLEAR:
                _note_failure(held, remedy, execution)


def _wait(execution: RemedyExecution, outcome: Outcome) -> None:
    """Asked again later. Where that was in vain too often, a person looks; what the other side works on is only asked about."""
    waits = settings.OPERATOR_REMEDIES_RETRY_SECONDS
    execution.next_try_at = next_try(execution.attempts, waits)
    if execution.next_try_at is None and outcome.told == Told.PENDING:
        execution.next_try_at = timezone.now() + timedelta(seconds=waits[-1])
    if execution.next_try_at is None:
        execution.state = _State.UNCLEAR
    execution.save()


def _note_failure(held: Case, remedy: Remedy, execution: RemedyExecution) -> None:
    note(
        held,
        EventKind.REMEDY_FAILED,
        remedy,
        actor=REMEDIES,
        execution=execution.pk,
        result=execution.state,
        code=execution.failure,
    )
