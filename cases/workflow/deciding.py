"""Each issue of a complaint is found out about and decided, by the policy that was in force when it happened (R-45, R-52)."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases.complaints import policy
from cases.complaints.models import (
    TECHNICAL,
    Cause,
    Complaint,
    Decision,
    DeviationApproval,
    Fault,
    Finding,
    Issue,
    Outcome,
    PolicyClause,
)
from cases.complaints.remedy_states import BINDING
from cases.events import EventKind, record
from cases.evidence.models import FOUND, EvidenceItem, FactEntry
from cases.models import Case
from cases.records.models import Snapshot
from cases.states import Condition, Step
from cskh.core.errors import Conflict, Invalid, NotPermitted, StepNotAllowed
from cskh.core.text import one_line

from . import promises, resolution
from ._conditions import unmet
from ._take_step import change_case
from .complaint import by, issue_of, words_of, worked_on
from .evidence import require_released
from .sendable import require_sendable

_OTHER_SOURCE_MAX = 300


@dataclass(frozen=True, kw_only=True)
class Found:
    """What somebody found about an issue, and what it rests on: evidence, verified facts and records of this very case, or
    another source that is named. `plain` is for the customer."""

    what_happened: str
    plain: str
    cause: Cause | str
    fault: Fault | str
    evidence: Collection[EvidenceItem] = ()
    facts: Collection[FactEntry] = ()
    snapshots: Collection[Snapshot] = ()
    other_source: str = ""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """How an issue is decided: why, by which clause, and where nothing is done about it (no remedy), why not."""

    outcome: Outcome | str
    reason: str
    clause: PolicyClause | None = None
    deviates: bool = False
    deviation_reason: str = ""
    no_remedy_because: str = ""


def note_finding(case: Case, *, actor: Actor, number: int, found: Found) -> Finding:
    """Says what was found about the issue in this round; a finding made anew takes the place of the one before it."""
    with change_case(case) as held:
        issue = issue_of(worked_on(held, actor, Step.ANSWER), number)
        if found.cause not in Cause:
            raise Invalid(errors={"cause": [_("Say why it came to this.")]})
        if found.fault not in Fault:
            raise Invalid(errors={"fault": [_("Say whose fault it is, or that it is undetermined.")]})
        what = words_of(found.what_happened, "what_happened", _("Say what happened."))
        plain = for_customer(held, found.plain, "plain", _("Say it in plain words, as the customer will read it."))
        if found.cause in TECHNICAL and one_line(plain).casefold() == one_line(what).casefold():
            raise Invalid(
                errors={"plain": [_("These are the technical words. Say it so that the customer understands it.")]}
            )
        _require_own(held, found)
        finding = Finding.objects.create(
            issue=issue,
            what_happened=what,
            plain=plain,
            cause=found.cause,
            fault=found.fault,
            other_source=one_line(found.other_source)[:_OTHER_SOURCE_MAX],
            **by(actor, held),
        )
        finding.evidence.set(found.evidence)
        finding.facts.set(found.facts)
        finding.snapshots.set(found.snapshots)
        resolution.take_back_approval(held, why="complaint_changed")
        record(
            held,
            EventKind.ISSUE_FOUND,
            actor=actor,
            words=plain,
            issue=number,
            finding=finding.pk,
            cause=finding.cause,
            fault=finding.fault,
            evidence=sorted(one.pk for one in found.evidence),
            entries=sorted(one.pk for one in found.facts),
            snapshots=sorted(one.pk for one in found.snapshots),
        )
    return finding


def decide(case: Case, *, actor: Actor, number: int, decided: Decided) -> Decision:
    """Decides the issue in this round; deciding anew takes the place of the decision before it, and of the remedies that
    followed from that, unless the customer has accepted them.

    Raises StepNotAllowed while evidence is unchecked or a mandatory fact unverified, before something was found, and for
    saying that nothing is done about it while a remedy that the customer accepted stands;
    Invalid for a clause that was not in force when it happened.
    """
    with change_case(case) as held:
        complaint = worked_on(held, actor, Step.ANSWER)
        issue = issue_of(complaint, number)
        if decided.outcome not in Outcome:
            raise Invalid(errors={"outcome": [_("Say how the issue is decided.")]})
        if reason := unmet(Condition.EVIDENCE_CHECKED, held):
            raise StepNotAllowed(reason)
        outcome = Outcome(decided.outcome)
        if outcome != Outcome.WITHDRAWN and not issue.findings.filter(round=held.round).exists():
            raise StepNotAllowed(_("Say first what was found about this issue in this round."))
        _require_kept(issue, outcome, decided)
        decision = Decision.objects.create(
            issue=issue, outcome=outcome, **_checked(held, complaint, outcome, decided), **by(actor, held)
        )
        resolution.take_back_approval(held, why="complaint_changed")
        promises.drop_of(held, issue, actor=actor)
        clause = decision.clause
        record(
            held,
            EventKind.ISSUE_DECIDED,
            actor=actor,
            words=decision.reason,
            issue=number,
            decision=decision.pk,
            outcome=outcome,
            clause=clause.number if clause else None,
            version=clause.version if clause else None,
            deviates=decision.deviates,
            no_remedy=bool(decision.no_remedy_because),
        )
    return decision


def approve_deviation(decision: Decision, *, actor: Actor) -> DeviationApproval:
    """A second person, who may approve outcomes, agrees that the decision deviates from the policy.

    Raises NotPermitted for whoever decided it, and Conflict where it was decided anew since, or is approved.
    """
    with change_case(decision.issue.complaint.case) as held:
        worked_on(held, actor, Step.APPROVE)
        if not actor.is_staff:
            raise NotPermitted(_("A person approves this, and is named."))
        latest = Decision.objects.filter(issue=decision.issue_id).order_by("pk").last()
        if latest is None or latest.pk != decision.pk or latest.round != held.round or not latest.deviates:
            raise Conflict(_("The issue was decided anew meanwhile. Look at it again."))
        if DeviationApproval.objects.filter(decision=latest).exists():
            raise Conflict(_("Somebody has approved this already."))
        if latest.who == (actor.kind.value, actor.id):
            raise NotPermitted(_("Somebody else approves it: you decided it yourself."))
        approval = DeviationApproval.objects.create(decision=latest, by=actor.subject)
        record(held, EventKind.DEVIATION_APPROVED, actor=actor, issue=decision.issue.number, decision=latest.pk)
    return approval


def _require_own(held: Case, found: Found) -> None:
    """Sources of this very case that could be looked at, one at least."""
    things: list[EvidenceItem | FactEntry | Snapshot] = [*found.evidence, *found.facts, *found.snapshots]
    if any(thing.case_id != held.pk for thing in things):
        raise Invalid(errors={"evidence": [_("This does not belong to the case.")]})
    if any(fact.kind not in FOUND for fact in found.facts):
        raise Invalid(errors={"facts": [_("Nobody has verified this yet: it is only what the customer says.")]})
    for item in found.evidence:
        require_released(item)
    if not things and not one_line(found.other_source):
        raise Invalid(
            errors={
                "other_source": [_("Name a source: evidence, a fact, a record of ours, or what else you looked at.")]
            }
        )


def _require_kept(issue: Issue, outcome: Outcome, decided: Decided) -> None:
    """No decision says that nothing is done where the customer accepted something that is."""
    if outcome != Outcome.WITHDRAWN and not one_line(decided.no_remedy_because):
        return
    standing = issue.remedies.filter(status__in=sorted(BINDING)).first()
    if standing is not None:
        raise StepNotAllowed(
            _(
                "The customer has accepted “%(remedy)s” for this issue. Decide it without saying that nothing is done about "
                "it; or have that cancelled first, where it is not carried out yet."
            )
            % {"remedy": standing}
        )


def _checked(held: Case, complaint: Complaint, outcome: Outcome, decided: Decided) -> dict[str, object]:
    """What a decision says. An issue that the customer gave up has a reason and nothing else."""
    reason = for_customer(held, decided.reason, "reason", _("Give the reason, as the customer will read it."))
    if outcome == Outcome.WITHDRAWN:
        return {"reason": reason}
    clause = decided.clause
    if clause is None:
        raise Invalid(errors={"clause": [_("Name the clause of the policy this is decided by.")]})
    require_in_force(clause, complaint)
    ask = _("Say why this deviates from the policy.") if decided.deviates else ""
    return {
        "reason": reason,
        "clause": clause,
        "deviates": decided.deviates,
        "deviation_reason": words_of(decided.deviation_reason, "deviation_reason", ask) if decided.deviates else "",
        "no_remedy_because": for_customer(held, decided.no_remedy_because, "no_remedy_because"),
    }


def for_customer(held: Case, text: str, field: str, ask: str = "") -> str:
    """Words that the customer will read. Raises Invalid where they are not `sendable`."""
    words = words_of(text, field, ask)
    require_sendable(words, held, field=field)
    return words


def require_in_force(clause: PolicyClause, complaint: Complaint) -> None:
    """Raises Invalid for a version that did not hold when it happened, and names the one that did (R-52)."""
    first, last = complaint.days
    if clause.held_between(first, last):
        return
    right = next((one for one in policy.in_force_between(first, last) if one.number == clause.number), None)
    cited = {"number": clause.number, "version": clause.version, "day": date_format(first, "SHORT_DATE_FORMAT")}
    if right is None:
        text = _("Clause %(number)d was not in force on %(day)s, when it happened. Cite one that was.") % cited
    else:
        text = _(
            "Version %(version)d of clause %(number)d was not in force on %(day)s, when it happened. "
            "Cite version %(right)d, which was."
        ) % {**cited, "right": right.version}
    raise Invalid(errors={"clause": [text]})
