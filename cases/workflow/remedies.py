"""What is done to put an issue right: proposed, approved by somebody else, accepted, carried out once, confirmed (R-47)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from cases.complaints import limits
from cases.complaints.connector import Connector
from cases.complaints.destinations import Destination, destinations_of, is_still_theirs
from cases.complaints.models import Decision, Issue, Outcome, PolicyClause, Remedy, RemedyApproval, RemedyExecution
from cases.complaints.remedy_rights import Rights, is_weighed, visible_to
from cases.complaints.remedy_states import GIVEN_UP, MOVES, OF_MONEY, Level, RemedyKind, RemedyStep, is_enough
from cases.events import EventKind
from cases.evidence.models import EvidenceItem
from cases.evidence.pipeline.receive import Upload
from cases.models import Case
from cases.states import Channel, Status, Step
from cskh.core.amounts import money
from cskh.core.errors import Conflict, Invalid, NotPermitted, NotVisible, StepNotAllowed
from cskh.core.jobs import enqueue_after_commit
from cskh.core.text import one_line, require_length

from . import evidence, resolution
from ._take_step import change_case
from .answer import require_said_since
from .complaint import by, issue_of, require_no_approver_waits, words_of, worked_on
from .deciding import for_customer, require_in_force
from .promises import move, note
from .sendable import require_sendable

CARRY_OUT = "cases.tasks.carry_out_remedy"
_LATEST = timedelta(days=366)
_NO_ACCOUNT = gettext_lazy(
    "No money can be sent: the operator's id of this customer is missing. "
    "A manager or administrator adds it on the customer's page."
)
_REFERENCE_MOST = 100
_State, _Way = RemedyExecution.State, RemedyExecution.Way


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """What is to be done about the issue of that `number`. `amount` is whole VND; `destination` is the key of one of the
    customer's own (`destinations_of`), the first where none is named; `clause` is the decision's where none is named; `problem`
    is the id of the problem record whose remedy everybody gets, if it is one."""

    issue: int
    kind: RemedyKind | str
    due_on: date
    reason: str
    amount: int | None = None
    destination: str = ""
    clause: PolicyClause | None = None
    problem: int | None = None


def propose(case: Case, *, actor: Actor, proposed: Proposed) -> Remedy:
    """Puts a remedy before somebody who may approve it. The issue is decided first: nothing is promised before the facts are
    known (I3), nor where the decision says that there is no remedy."""
    with change_case(case) as held:
        complaint = worked_on(held, actor, Step.ANSWER)
        if Rights(actor, held).gains:
            raise NotPermitted(_("Somebody else does this: you are the customer."))
        issue = issue_of(complaint, proposed.issue)
        decision = _decision_for(issue, held)
        clause = proposed.clause or decision.clause
        if clause is not None:
            require_in_force(clause, complaint)
        kind, amount = _checked_kind(proposed)
        _require_approvable(amount)
        destination = _destination(held, proposed.destination) if kind in OF_MONEY else None
        _require_day(proposed.due_on)
        words = for_customer(held, proposed.reason, "reason", _("Say what is done, as the customer will read it."))
        _require_new(issue, kind, amount)
        remedy = Remedy.objects.create(
            issue=issue,
            kind=kind,
            amount=amount,
            due_on=proposed.due_on,
            destination_kind=destination.kind if destination else "",
            destination=destination.text if destination else "",
            reason=words,
            clause=clause,
            **by(actor, held),
        )
        resolution.take_back_approval(held, why="complaint_changed")
        note(
            held,
            EventKind.REMEDY_PROPOSED,
            remedy,
            actor=actor,
            words=words,
            destination=remedy.destination_kind,
            clause=clause.number if clause else None,
            version=clause.version if clause else None,
            **({"problem": proposed.problem} if proposed.problem else {}),
        )
    return remedy


def approve(case: Case, *, actor: Actor, remedy: int) -> Remedy:
    """Somebody else agrees. Beyond what they may approve alone it stays proposed until a second person has agreed too."""
    with _held(case, remedy, RemedyStep.APPROVE, actor) as (held, kept):
        if kept.due_on < timezone.localdate():
            raise StepNotAllowed(_("Its day has passed. Cancel it, and propose it with a day to come."))
        if kept.approvals.filter(by=actor.subject).exists():
            raise Conflict(_("You have approved this already. It waits for a second person."))
        rights = Rights(actor, held)
        level = rights.level
        RemedyApproval.objects.create(remedy=kept, by=actor.subject, level=level)
        reach = rights.matter.reach
        given = [(reach[Level(one.level)], rights.sum_agreed(one.by_id, kept)) for one in kept.approvals.all()]
        if is_enough(given):
            move(held, kept, RemedyStep.APPROVE, actor=actor, level=level)
        else:
            note(held, EventKind.REMEDY_APPROVAL_GIVEN, kept, actor=actor, level=level)
    return kept


def decline(case: Case, *, actor: Actor, remedy: int, reason: str) -> Remedy:
    """Somebody who may approve it does not, and says why."""
    with _held(case, remedy, RemedyStep.DECLINE, actor) as (held, kept):
        words = words_of(reason, "reason", _("Say why it is declined."))
        resolution.take_back_approval(held, why="complaint_changed")
        move(held, kept, RemedyStep.DECLINE, actor=actor, words=words)
    return kept


def cancel(case: Case, *, actor: Actor, remedy: int, reason: str) -> Remedy:
    """It is not done after all. Once it was promised that is for those who approve, the customer reads why, and it is not
    done while they weigh the answer that promises it."""
    with _held(case, remedy, RemedyStep.CANCEL, actor) as (held, kept):
        require_no_approver_waits(held)
        if is_weighed(kept, held):
            raise StepNotAllowed(
                _("The answer before the customer promises it: it can be cancelled once they have replied.")
            )
        words = words_of(reason, "reason", _("Say why it is cancelled."))
        if kept.promised_at:
            require_sendable(words, held, field="reason")
        if _latest_execution(kept) is not None:
            raise StepNotAllowed(_("It is being carried out: what became of that must be known first."))
        if held.status not in (Status.ANSWERED, Status.CLOSED):
            resolution.take_back_approval(held, why="complaint_changed")
        move(held, kept, RemedyStep.CANCEL, actor=actor, words=words)
        if kept.promised_at:
            note(held, EventKind.PROMISE_TAKEN_BACK, kept, actor=actor, words=words)
    return kept


def accept(case: Case, *, actor: Actor, remedy: int, message: int | None = None) -> Remedy:
    """The customer accepts this remedy by itself. Staff cite the message in which they do (R-34)."""
    with _held(case, remedy, RemedyStep.ACCEPT, actor) as (held, kept):
        if actor.is_staff and message is None:
            raise Invalid(errors={"message": [_("Cite what the customer said about it; log a call first.")]})
        if message is not None:
            require_said_since(held, kept.promised_at or _approved_at(kept), message)
        move(held, kept, RemedyStep.ACCEPT, actor=actor, message=message)
    return kept


def execute(case: Case, *, actor: Actor, remedy: int) -> RemedyExecution:
    """Has the operator's system carry it out, after commit. Raises Conflict where that was asked for already."""
    with _held(case, remedy, RemedyStep.EXECUTE, actor) as (held, kept):
        if Connector.of_settings() is None:
            raise StepNotAllowed(_("No system that carries out remedies is connected: do it by hand, then record it."))
        if kept.kind == RemedyKind.APOLOGY:
            raise StepNotAllowed(_("A person apologises: do it, then record it."))
        _require_theirs(held, kept)
        if _latest_execution(kept) is not None:
            raise Conflict(_("This is being carried out already."))
        execution = RemedyExecution.objects.create(
            remedy=kept,
            way=_Way.CONNECTOR,
            next_try_at=timezone.now(),
            by_kind=actor.kind.value,
            by_id=actor.id,
        )
        note(held, EventKind.REMEDY_BEGUN, kept, actor=actor, execution=execution.pk)
        enqueue_after_commit(CARRY_OUT, execution.pk)
    return execution


def record_by_hand(
    case: Case, *, actor: Actor, remedy: int, reference: str, proof: Upload | None = None, sent_from: str = ""
) -> RemedyExecution:
    """Somebody did it, and says by which `reference` that can be found; `proof` is a file that shows it.

    Where the operator's system did not say what became of it, this says that it was found done there.
    """
    with _held(case, remedy, RemedyStep.EXECUTE, actor) as (held, kept):
        words = one_line(reference)
        if not words:
            raise Invalid(errors={"reference": [_("Say by which reference it can be found.")]})
        require_length(words, _REFERENCE_MOST, field="reference")
        execution = _latest_execution(kept)
        if execution is None:
            _require_theirs(held, kept)
            execution = RemedyExecution(remedy=kept, way=_Way.HAND, by_kind=actor.kind.value, by_id=actor.id)
        elif execution.state != _State.UNCLEAR:
            raise Conflict(_("This is being carried out already."))
        execution.state, execution.reference, execution.done_at = _State.DONE, words, timezone.now()
        execution.next_try_at = None
        execution.proof = _kept_proof(held, proof, actor, sent_from)
        execution.save()
        move(held, kept, RemedyStep.EXECUTE, actor=actor, execution=execution.pk, way=execution.way)
    return execution


def ask_again(case: Case, *, actor: Actor, remedy: int) -> None:
    """Asks the operator's system anew what became of it."""
    with _held(case, remedy, RemedyStep.EXECUTE, actor) as (held, kept):
        execution = _latest_execution(kept)
        if execution is None or execution.state != _State.UNCLEAR:
            raise StepNotAllowed(_("There is nothing to ask about."))
        execution.state, execution.attempts, execution.next_try_at = _State.ASKED, 0, timezone.now()
        execution.save()
        note(held, EventKind.REMEDY_BEGUN, kept, actor=actor, execution=execution.pk, again=True)
        enqueue_after_commit(CARRY_OUT, execution.pk)


def confirm(case: Case, *, actor: Actor, remedy: int) -> Remedy:
    """It arrived: the customer says so, or somebody who did not carry it out by hand has seen it."""
    with _held(case, remedy, RemedyStep.CONFIRM, actor) as (held, kept):
        move(held, kept, RemedyStep.CONFIRM, actor=actor)
    return kept


@contextmanager
def _held(case: Case, remedy: int, step: RemedyStep, actor: Actor) -> Iterator[tuple[Case, Remedy]]:
    """The locked case and its remedy, for somebody who may take the step on it, now. Raises NotVisible, NotPermitted or
    StepNotAllowed, and then nothing has changed."""
    with change_case(case) as held:
        visible = visible_to(actor).select_related("issue__complaint")
        kept = visible.filter(pk=remedy, issue__complaint__case=held).first()
        if kept is None:
            raise NotVisible
        Rights(actor, held).require(step, kept)
        if kept.status not in MOVES[step].sources:
            said = {"step": step.label, "status": kept.get_status_display()}
            raise StepNotAllowed(_("“%(step)s” is not possible: the remedy is “%(status)s”.") % said)
        yield held, kept


def _decision_for(issue: Issue, held: Case) -> Decision:
    decision = issue.decisions.filter(round=held.round).order_by("pk").last()
    if decision is None or decision.outcome == Outcome.WITHDRAWN:
        raise StepNotAllowed(_("Decide the issue first: a remedy follows from a decision."))
    if decision.no_remedy_because:
        raise StepNotAllowed(_("The decision says that there is no remedy. Decide the issue anew first."))
    return decision


def _checked_kind(proposed: Proposed) -> tuple[RemedyKind, int | None]:
    if proposed.kind not in RemedyKind:
        raise Invalid(errors={"kind": [_("Say what is done: a refund, a correction …")]})
    kind, amount = RemedyKind(proposed.kind), proposed.amount
    if kind not in OF_MONEY:
        if amount is not None:
            raise Invalid(errors={"amount": [_("This kind of remedy has no amount: leave it empty.")]})
    elif amount is None or amount <= 0:
        raise Invalid(errors={"amount": [_("Say how much: more than nothing.")]})
    elif amount > settings.AMOUNT_MAX_VND:
        most = money(settings.AMOUNT_MAX_VND)
        raise Invalid(errors={"amount": [_("This is more than %(most)s. Look at the figures again.") % {"most": most}]})
    return kind, amount


def _require_approvable(amount: int | None) -> None:
    most = limits.most(timezone.localdate())
    if amount and amount > most > 0:
        told = _("Nobody may approve more than %(most)s, not even two together. Look at the figure again.")
        raise Invalid(errors={"amount": [told % {"most": money(most)}]})


def _destination(held: Case, key: str) -> Destination:
    known = destinations_of(held)
    if not known:
        raise Invalid(errors={"destination": [_NO_ACCOUNT]})
    chosen = next((one for one in known if one.key == key), None) if key else known[0]
    if chosen is None:
        raise Invalid(errors={"destination": [_("This is no verified account of the customer. Choose one of theirs.")]})
    return chosen


def _require_day(due_on: date) -> None:
    today = timezone.localdate()
    if due_on < today:
        raise Invalid(errors={"due_on": [_("This day has passed: say by when it is done.")]})
    if due_on > today + _LATEST:
        latest = date_format(today + _LATEST, "SHORT_DATE_FORMAT")
        raise Invalid(errors={"due_on": [_("This is too far away: %(day)s at the latest.") % {"day": latest}]})


def _require_new(issue: Issue, kind: RemedyKind, amount: int | None) -> None:
    """The same again is most likely a slip, or was done in an earlier round, and would be paid twice."""
    if issue.remedies.filter(kind=kind, amount=amount).exclude(status__in=sorted(GIVEN_UP)).exists():
        raise Conflict(_("The same remedy stands there already."))


def _require_theirs(held: Case, remedy: Remedy) -> None:
    if remedy.kind in OF_MONEY and not is_still_theirs(remedy, held):
        raise StepNotAllowed(
            _("Where it was to go is no verified account of the customer any more. Cancel it, and propose it anew.")
        )


def _latest_execution(remedy: Remedy) -> RemedyExecution | None:
    """The one that may have done something."""
    return remedy.executions.exclude(state=_State.REFUSED).first()


def _approved_at(remedy: Remedy) -> datetime:
    last = remedy.approvals.order_by("pk").last()
    return last.at if last else remedy.at


def _kept_proof(held: Case, proof: Upload | None, actor: Actor, sent_from: str) -> EvidenceItem | None:
    """The file is taken in by the door of all files, which reads the case anew."""
    if proof is None:
        return None
    held.save()
    return evidence.submit_evidence(
        held, actor=actor, channel=Channel(held.channel), upload=proof, is_proof=True, address_hash=sent_from
    )
