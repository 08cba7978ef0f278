"""Facts are verified, not pictures (R-44): what the customer says, what somebody finds about it, and from which source.

A contradiction, or whatever is found where much money is at stake, counts once a second person has confirmed it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from operator import attrgetter

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from cases import policies
from cases.events import EventKind, record
from cases.evidence import custody, queries
from cases.evidence.case_file import CaseFile
from cases.evidence.lines import AWAITING_SECOND, CLAIM_MAX, Line
from cases.evidence.models import FOUND, Check, EvidenceItem, FactEntry, RequestedItem
from cases.fair_words import require_fair
from cases.models import Case
from cases.no_payment import require_no_demand
from cases.records import registry
from cases.records.models import Snapshot
from cases.states import Step
from cskh.core.errors import Conflict, Invalid, NotPermitted, StepNotAllowed
from cskh.core.text import clean, one_line

from . import _stakes, _waiting, resolution
from ._own_filing import rests_on_own_filing
from ._stakes import is_amount_unknown as is_amount_unknown
from ._take_step import change_case
from .evidence import note_check, require_released

Kind = FactEntry.Kind
NEEDS_OWN_WORDS = gettext_lazy("Two people found otherwise. Say what is known now.")
_MAX_VALUE = CLAIM_MAX
_MAX_STATEMENT = 300
_STILL_ASKED = (RequestedItem.State.REQUESTED, RequestedItem.State.REJECTED)


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What a finding rests on: evidence of the case, a record of ours as it was, or a statement that is named."""

    evidence: Collection[EvidenceItem] = ()
    snapshot: Snapshot | None = None
    statement: str = ""


def note_claim(case: Case, *, actor: Actor, fact: str, value: str, message: int | None = None) -> FactEntry:
    """Puts down what the customer says about the fact (its slug), perhaps in a `message` (its id). It is to be verified anew,
    and waited for no longer."""
    with transaction.atomic():
        with change_case(case) as held:
            line = _line(held, actor, fact)
            _stakes.require_amount(line, value)
            entry = _claim(held, line, actor=actor, value=value, message=message)
        _waiting.complete_if_whole(case)
    return entry


def add_code(case: Case, *, actor: Actor, code: str) -> None:
    """Somebody of ours read a transaction code: it is looked up, and asked of the customer no longer.

    Raises Invalid where it is none, NotPermitted, NotVisible, StepNotAllowed on a closed case.
    """
    with transaction.atomic():
        with change_case(case) as held:
            registry.add(held, code, actor=actor)
        _waiting.complete_if_whole(case)


def verify_fact(
    case: Case,
    *,
    actor: Actor,
    fact: str,
    result: FactEntry.Kind | str,
    sources: Sources,
    value: str = "",
    sentence: str = "",
) -> FactEntry:
    """Says what `actor`, a person, found about the fact (its slug): corroborated, contradicted, or that it cannot be verified.

    `value` is the fact as the customer says it, where that is not on the case yet. The `sentence` is for the customer, who
    is told what could not be confirmed and how to prove it otherwise. Evidence that corroborates is accepted with it, once
    the finding counts. Raises Invalid without a source that stands, without a value or for one that is no amount where it
    should be, without words of one's own where two have found otherwise, and for words that accuse or ask for money;
    StepNotAllowed for a file that nobody can have seen.
    """
    if result not in FOUND:
        raise Invalid(errors={"result": [_("Say what was found.")]})
    kind = Kind(result)
    with transaction.atomic():
        with change_case(case) as held:
            file = queries.file_of(held)
            line = _line(held, actor, fact, file)
            if not actor.is_staff:
                raise NotPermitted(_("A person verifies facts, and is named."))
            said = line.claim
            if one_line(value) and (said is None or one_line(value) != one_line(said.value)):
                said = None
            if said is None:
                _stakes.require_amount(line, value)
            if said is None or said.entry is None:
                item, message = (said.item, said.message) if said else (None, None)
                value = said.value if said else value
                line.said.append(_claim(held, line, actor=actor, value=value, item=item, message=message))
            entry = _note(
                held,
                line,
                actor=actor,
                kind=kind,
                sources=_checked(held, kind, sources),
                sentence=_checked_sentence(held, line, kind, sentence),
                needs_second=_takes_two(held, kind, line, file) or rests_on_own_filing(actor, sources.evidence),
            )
            if kind == Kind.CORROBORATED and not entry.needs_second:
                _accept_what_it_rests_on(held, line, sources.evidence, actor=actor, is_second=False)
        _complete_if_nothing_is_left(case)
    return entry


def confirm_finding(finding: FactEntry, *, actor: Actor) -> FactEntry:
    """A second person finds the same: now it counts, what it rests on is accepted, and the customer hears of it. Whoever does
    not, verifies the fact anew.

    Raises NotPermitted for the first verifier, Conflict where somebody was faster or found something else since,
    StepNotAllowed where a file it rests on is closed now, and Invalid where all it rests on was rejected since.
    """
    with transaction.atomic():
        with change_case(finding.case) as held:
            line = _line(held, actor, finding.slug)
            if not actor.is_staff:
                raise NotPermitted(_("A person verifies facts, and is named."))
            if line.fact_state != AWAITING_SECOND or line.verdict != finding:
                raise Conflict(_("This does not wait for a second verifier any more. Look at the fact again."))
            if (finding.by_kind, finding.by_id) == (actor.kind.value, actor.id):
                raise NotPermitted(_("Somebody else confirms it: you found it yourself."))
            sources = Sources(
                evidence=list(finding.evidence.select_related("file")),
                snapshot=finding.snapshot,
                statement=finding.statement,
            )
            _require_standing(held, Kind(finding.kind), sources)
            entry = _note(
                held,
                line,
                actor=actor,
                kind=Kind(finding.kind),
                sources=sources,
                sentence=finding.sentence,
                needs_second=True,
                confirms=finding,
            )
            if finding.kind == Kind.CORROBORATED:
                _accept_what_it_rests_on(held, line, sources.evidence, actor=actor, is_second=True)
        _complete_if_nothing_is_left(finding.case)
    return entry


def set_aside(case: Case, *, actor: Actor, thing: str, reason: str) -> None:
    """Somebody decides that a thing of the checklist (its slug, or its name) is not needed; the reason stays on record.

    Raises NotPermitted where that would get round the second verifier.
    """
    words = clean(reason)[:_MAX_VALUE]
    with transaction.atomic():
        with change_case(case) as held:
            file = queries.file_of(held)
            line = _line(held, actor, thing, file, facts_only=False)
            _require_may_set_aside(held, actor, line, file)
            if not words:
                raise Invalid(errors={"reason": [_("Say why this is not needed.")]})
            entry = None
            if line.slug:
                entry = FactEntry.objects.create(
                    case=held, slug=line.slug, kind=Kind.SET_ASIDE, by_kind=actor.kind, by_id=actor.id
                )
            asked = [one.pk for one in line.asked if one.state in _STILL_ASKED]
            RequestedItem.objects.filter(pk__in=asked).update(state=RequestedItem.State.NOT_NEEDED)
            record(
                held,
                EventKind.ITEM_SET_ASIDE,
                actor=actor,
                words=words,
                entry=entry.pk if entry else None,
                thing=line.slug,
                items=asked,
            )
        _complete_if_nothing_is_left(case)


def may_set_aside(case: Case, *, actor: Actor, file: CaseFile) -> frozenset[str]:
    """The facts (their slugs) that `actor`, who may work on the evidence of the case, may set aside; nothing is asked twice."""
    is_much, judges = _stakes.is_much(case, file), _judges(case, actor)
    return frozenset(
        line.slug for line in file.facts if not _why_not_aside(actor, line, is_much=is_much, judges=judges)
    )


def usual_sentence(line: Line, kind: str) -> str:
    """What the customer is told about a finding, unless somebody says it better; in the language in use."""
    said = {
        Kind.CORROBORATED.value: _("We have confirmed: %(fact)s."),
        Kind.CONTRADICTED.value: _("We could not match “%(fact)s” with our records."),
        Kind.UNABLE.value: _("We could not confirm “%(fact)s” yet."),
    }[kind]
    return said % {"fact": _name_now(line)}


def _name_now(line: Line) -> str:
    """In the language of this moment, which is the customer's; the line was read in that of whoever works on it."""
    return line.checklist_item.name if line.checklist_item else line.name


def _line(held: Case, actor: Actor, thing: str, file: CaseFile | None = None, *, facts_only: bool = True) -> Line:
    """The line of the locked case, for somebody who may work on its evidence while it is open."""
    policies.require(actor, Step.REQUEST_EVIDENCE, held)
    if not held.is_open:
        raise StepNotAllowed(_("The case is closed. Reopen it to check evidence."))
    lines = (file or queries.file_of(held)).lines
    line = next((one for one in lines if one.answers_to(thing) and (one.is_fact or not facts_only)), None)
    if line is None:
        raise Invalid(errors={"fact": [_("This is not on the checklist of the category.")]})
    return line


def _require_may_set_aside(held: Case, actor: Actor, line: Line, file: CaseFile) -> None:
    if reason := _why_not_aside(actor, line, is_much=_stakes.is_much(held, file), judges=_judges(held, actor)):
        raise NotPermitted(reason)


def _why_not_aside(actor: Actor, line: Line, *, is_much: bool, judges: Callable[[], bool]) -> str:
    """What nothing is decided without, or takes two to be found, does not go away by one: somebody who judges outcomes sets it
    aside, and did not find it."""
    if not line.is_fact or not (line.must_be_verified or line.is_disputed or line.was_found_by_two or is_much):
        return ""
    if not judges():
        return _("A manager or the lead sets this fact aside.")
    if any((one.by_kind, one.by_id) == (actor.kind.value, actor.id) for one in line.findings if not one.confirms_id):
        return _("Somebody else sets it aside: you verified it yourself.")
    return ""


def _judges(case: Case, actor: Actor) -> Callable[[], bool]:
    return cache(lambda: policies.may(actor, Step.RETURN, case))


def _claim(
    held: Case,
    line: Line,
    *,
    actor: Actor,
    value: str,
    item: EvidenceItem | None = None,
    message: int | None = None,
) -> FactEntry:
    value = one_line(value)[:_MAX_VALUE]
    if not value:
        raise Invalid(errors={"value": [_("Say what the customer says.")]})
    entry = FactEntry.objects.create(
        case=held,
        slug=line.slug,
        kind=Kind.CLAIMED,
        value=value,
        message=message,
        by_kind=actor.kind,
        by_id=actor.id,
    )
    if item is not None:
        entry.evidence.add(item)
    record(
        held,
        EventKind.FACT_CLAIMED,
        actor=actor,
        words=value,
        fact=line.slug,
        entry=entry.pk,
        item=item.pk if item else None,
        message=message,
    )
    return entry


def _note(
    held: Case,
    line: Line,
    *,
    actor: Actor,
    kind: FactEntry.Kind,
    sources: Sources,
    sentence: str,
    needs_second: bool,
    confirms: FactEntry | None = None,
) -> FactEntry:
    """Writes the finding. What was approved without it does not stand any more."""
    snapshot = sources.snapshot
    entry = FactEntry.objects.create(
        case=held,
        slug=line.slug,
        kind=kind,
        sentence=sentence,
        snapshot=snapshot,
        snapshot_sha256=snapshot.sha256 if snapshot else "",
        statement=sources.statement,
        needs_second=needs_second,
        confirms=confirms,
        by_kind=actor.kind,
        by_id=actor.id,
    )
    entry.evidence.set(sources.evidence)
    for item in sorted(sources.evidence, key=attrgetter("pk")):
        custody.note_citing(item, actor=actor, finding=entry)
    resolution.take_back_approval(held)
    record(
        held,
        EventKind.FACT_VERIFIED,
        actor=actor,
        words=sentence,
        fact=line.slug,
        entry=entry.pk,
        result=kind,
        settled="" if needs_second and confirms is None else kind,
        confirms=confirms.pk if confirms else None,
        evidence=sorted(item.pk for item in sources.evidence),
        files=sorted(item.file.sha256 for item in sources.evidence if item.file),
        snapshot=snapshot.pk if snapshot else None,
        snapshot_sha256=entry.snapshot_sha256,
    )
    return entry


def _checked(held: Case, kind: FactEntry.Kind, sources: Sources) -> Sources:
    """Sources of this very case that could be looked at, at least one: so it is where nothing could be found, too."""
    statement = one_line(sources.statement)[:_MAX_STATEMENT]
    foreign = any(item.case_id != held.pk for item in sources.evidence)
    if foreign or (sources.snapshot and sources.snapshot.case_id != held.pk):
        raise Invalid(errors={"evidence": [_("This does not belong to the case.")]})
    for item in sources.evidence:
        require_released(item)
    _require_standing(held, kind, Sources(evidence=sources.evidence, snapshot=sources.snapshot, statement=statement))
    if not (sources.evidence or sources.snapshot or statement):
        raise Invalid(
            errors={"statement": [_("Name a source: evidence, a record of ours, or what else you looked at.")]}
        )
    is_cut = sources.snapshot is not None and sources.snapshot.is_cut
    if kind == Kind.CONTRADICTED and is_cut and not (statement or sources.evidence):
        raise Invalid(errors={"snapshot": [_cut_proves_nothing()]})
    return Sources(evidence=sources.evidence, snapshot=sources.snapshot, statement=statement)


def _require_standing(held: Case, kind: FactEntry.Kind, sources: Sources) -> None:
    """Nothing is corroborated by evidence alone of which all was rejected."""
    if kind != Kind.CORROBORATED or not sources.evidence or sources.snapshot or sources.statement:
        return
    named = held.evidence.filter(pk__in=[item.pk for item in sources.evidence])
    if not named.exclude(state=EvidenceItem.State.REJECTED).exists():
        raise Invalid(
            errors={
                "evidence": [
                    _(
                        "This was rejected: %(evidence)s. Accept it first where it is right after all, or name another source."
                    )
                    % {"evidence": ", ".join(str(item) for item in sources.evidence)}
                ]
            }
        )


def _cut_proves_nothing() -> str:
    return _(
        "Of this record only a part is here: what is not in it may be in the rest. Name as other source what says "
        "otherwise, or choose “cannot be verified”."
    )


def _checked_sentence(held: Case, line: Line, kind: FactEntry.Kind, sentence: str) -> str:
    words = one_line(sentence)[:_MAX_VALUE]
    require_fair(words, field="sentence")
    require_no_demand(words, field="sentence")
    if words:
        return words
    if line.overturns_two(kind):
        raise Invalid(errors={"sentence": [str(NEEDS_OWN_WORDS)]})
    with translation.override(held.customer.language):
        return usual_sentence(line, kind.value)[:_MAX_VALUE]


def _takes_two(held: Case, kind: FactEntry.Kind, line: Line, file: CaseFile) -> bool:
    """Whether a finding counts only once a second person has confirmed it: what two have found, one does not overturn."""
    return kind == Kind.CONTRADICTED or line.was_found_by_two or _stakes.is_much(held, file)


def _accept_what_it_rests_on(
    held: Case, line: Line, evidence: Collection[EvidenceItem], *, actor: Actor, is_second: bool
) -> None:
    """What corroborates the fact is accepted, as this where it was nothing yet, and so are the words that say it. What was
    asked for is not awaited any more. What one person alone has filed and confirmed is not accepted by that."""
    asked = [one.pk for one in line.asked if one.state in _STILL_ASKED]
    RequestedItem.objects.filter(pk__in=asked).update(state=RequestedItem.State.ACCEPTED)
    words = [item for item in line.items if item.text and not item.file_id]
    for item in {item.pk: item for item in (*words, *evidence)}.values():
        if item.state == EvidenceItem.State.RECEIVED and (is_second or not item.was_filed_by(actor)):
            if item.requested_item is None and item.checklist_item is None:
                item.checklist_item = line.checklist_item
                custody.note_filing(item, actor=actor)
            note_check(held, item, actor=actor, result=Check.Result.ACCEPTED, words="")


def _complete_if_nothing_is_left(case: Case) -> None:
    """What the customer was still asked for was found here, or is not needed: nobody waits any longer."""
    request = queries.open_request(case)
    if request is not None and not queries.still_missing(request).exists():
        _waiting.complete(case, actor=_waiting.EVIDENCE, at=timezone.now())
