"""The remedies of a complaint as the desk shows them: how far each is, who agreed, and what this person can do with it now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.complaints.connector import Connector
from cases.complaints.models import Remedy, RemedyExecution
from cases.complaints.remedy_rights import Rights, is_weighed
from cases.complaints.remedy_states import MOVES, RemedyKind, RemedyStatus, RemedyStep
from cases.complaints.standing import ComplaintFile
from cases.models import Case
from cases.timeline import Who
from cskh.core.amounts import money

from . import words

TONES = {
    RemedyStatus.PROPOSED.value: "warn",
    RemedyStatus.APPROVED.value: "new",
    RemedyStatus.ACCEPTED.value: "new",
    RemedyStatus.EXECUTED.value: "good",
    RemedyStatus.CONFIRMED.value: "good",
    RemedyStatus.DECLINED.value: "quiet",
    RemedyStatus.CANCELLED.value: "quiet",
}
_State = RemedyExecution.State


@dataclass(frozen=True)
class Press:
    """Something that is done with one press, or after what `form` asks for; `key` presses it at the first remedy that has it."""

    name: str
    label: object
    key: str
    form: str = ""


_PRESSES = {
    RemedyStep.APPROVE: Press("approve-remedy", gettext_lazy("Approve the remedy"), "y"),
    RemedyStep.DECLINE: Press("decline-remedy", gettext_lazy("Decline the remedy"), "n", "reason"),
    RemedyStep.ACCEPT: Press("accept-remedy", gettext_lazy("The customer accepts it…"), "", "page"),
    RemedyStep.CONFIRM: Press("confirm-remedy", gettext_lazy("It arrived"), "c"),
    RemedyStep.CANCEL: Press("cancel-remedy", gettext_lazy("Cancel the remedy"), "", "reason"),
}
_EXECUTE = Press("execute-remedy", gettext_lazy("Have it carried out"), "e")
_ASK_AGAIN = Press("ask-again-remedy", gettext_lazy("Ask the operator's system again"), "e")
_RECORD = Press("record-remedy", gettext_lazy("Record that it was done by hand"), "r", "reference")
_FOUND = Press("record-remedy", gettext_lazy("I found it done there"), "r", "reference")


@dataclass(frozen=True)
class RemedyLine:
    """One remedy. `why_not_mine` says why somebody who approves such things may not approve this one."""

    remedy: Remedy
    amount: str
    tone: str
    proposed_by: str
    approved_by: str
    carried_out_by: str
    execution: RemedyExecution | None
    presses: list[Press]
    why_not_mine: str


def lines_of(file: ComplaintFile, case: Case, rights: Rights) -> dict[int, list[RemedyLine]]:
    """By the id of the issue, those of this round and what stands of earlier ones. The same number of queries for any number."""
    remedies = [remedy for one in file.issues for remedy in one.remedies]
    names = words.names_of(_people(remedies), case) if remedies else {}
    is_connected = Connector.of_settings() is not None
    lines: dict[int, list[RemedyLine]] = {}
    for remedy in remedies:
        lines.setdefault(remedy.issue_id, []).append(_line(remedy, rights, names, is_connected))
    return lines


def _people(remedies: Iterable[Remedy]) -> Iterable[Who]:
    for remedy in remedies:
        yield remedy.who
        yield from (one.who for one in remedy.executions.all())


def _line(remedy: Remedy, rights: Rights, names: Mapping[Who, str], is_connected: bool) -> RemedyLine:
    execution = max(remedy.executions.all(), key=lambda one: one.pk, default=None)
    waits = remedy.status == RemedyStatus.PROPOSED and rights.may_judge
    why_not = rights.why_not(RemedyStep.APPROVE, remedy) if waits else ""
    return RemedyLine(
        remedy=remedy,
        amount=money(remedy.amount),
        tone="bad" if remedy.is_overdue else TONES[remedy.status],
        proposed_by=names[remedy.who],
        approved_by=", ".join(str(one.by) for one in remedy.approvals.all()),
        carried_out_by=names[execution.who] if execution else "",
        execution=execution,
        presses=list(_presses(remedy, rights, execution, is_connected)),
        why_not_mine=why_not
        or (_("You have approved it; a second person does too.") if _is_given(remedy, rights) else ""),
    )


def _presses(remedy: Remedy, rights: Rights, execution: RemedyExecution | None, is_connected: bool) -> Iterable[Press]:
    for step, press in _PRESSES.items():
        if remedy.status not in MOVES[step].sources or not rights.may(step, remedy):
            continue
        if step == RemedyStep.APPROVE and _is_given(remedy, rights):
            continue
        if step == RemedyStep.CANCEL and (_is_open(execution) or is_weighed(remedy, rights.case)):
            continue
        yield press
    if remedy.status in MOVES[RemedyStep.EXECUTE].sources and rights.may(RemedyStep.EXECUTE, remedy):
        yield from _ways(remedy, execution, is_connected)


def _ways(remedy: Remedy, execution: RemedyExecution | None, is_connected: bool) -> Iterable[Press]:
    """How it is carried out now: not at all while the operator's system is at it."""
    if execution is not None and execution.state == _State.UNCLEAR:
        yield from (_ASK_AGAIN, _FOUND)
    elif not _is_open(execution):
        if is_connected and remedy.kind != RemedyKind.APOLOGY:
            yield _EXECUTE
        yield _RECORD


def _is_open(execution: RemedyExecution | None) -> bool:
    return execution is not None and execution.state != _State.REFUSED


def _is_given(remedy: Remedy, rights: Rights) -> bool:
    return remedy.status == RemedyStatus.PROPOSED and any(
        one.by_id == rights.actor.subject.pk for one in remedy.approvals.all()
    )
