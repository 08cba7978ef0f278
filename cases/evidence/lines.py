"""What a case needs, line by line: what was asked, what came, what was said and found. Pure; `queries` fills it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format

from cases.models import Case
from cskh.core.amounts import money

from .models import FOUND, CaseField, ChecklistItem, EvidenceItem, FactEntry, Part, RequestedItem
from .names import same_name

MISSING = "missing"
CLAIMED = FactEntry.Kind.CLAIMED.value
AWAITING_SECOND = "awaiting_second"
CLAIM_MAX = 500
State = RequestedItem.State
Kind = FactEntry.Kind
_THERE = frozenset({State.RECEIVED.value, State.ACCEPTED.value})


@dataclass(frozen=True)
class Claim:
    """A fact as the customer says it: in `item`, in `message`, or (neither) as the case has it.

    `entry` is set where somebody put it down, `noted_at` where it was read out of words, when these came.
    """

    value: str
    item: EvidenceItem | None = None
    message: int | None = None
    entry: FactEntry | None = None
    noted_at: datetime | None = None

    @property
    def came_at(self) -> datetime | None:
        return self.item.received_at if self.item else self.noted_at


@dataclass
class Line:
    """One thing a case needs or was asked for, what came in for it, and for a fact what was said and found.

    `on_case` is the fact as the case's details have it, `noted` as it was read out of what the customer wrote.
    `alternatives` are the other lines of which one suffices, `rejected_since` what it was confirmed with and was rejected
    then, `rests_on_nothing` whether that was all it was confirmed with.
    """

    name: str
    why: str = ""
    mandatory: bool = True
    checklist_item: ChecklistItem | None = None
    on_case: str = ""
    noted: Claim | None = None
    either_of: str = ""
    asked: list[RequestedItem] = field(default_factory=list)
    items: list[EvidenceItem] = field(default_factory=list)
    said: list[FactEntry] = field(default_factory=list)
    rejected_since: list[EvidenceItem] = field(default_factory=list)
    rests_on_nothing: bool = False
    alternatives: list["Line"] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def of_entry(cls, entry: ChecklistItem, case: Case) -> "Line":
        said = said_by_case(case, entry.case_field)
        return cls(entry.name, entry.why, entry.is_mandatory, entry, on_case=said, either_of=entry.either_of)

    @classmethod
    def of_asked(cls, requested: RequestedItem) -> "Line":
        """What was asked for and is not, or no longer, on the checklist."""
        entry = requested.checklist_item
        return cls(requested.name, requested.why, either_of=entry.either_of if entry else "")

    @property
    def slug(self) -> str:
        return self.checklist_item.slug if self.checklist_item else ""

    @property
    def is_fact(self) -> bool:
        return self.checklist_item is not None and self.checklist_item.part == Part.FACT

    @property
    def part(self) -> str:
        return (Part.FACT if self.is_fact else Part.EVIDENCE).value

    @property
    def must_be_verified(self) -> bool:
        """Whether nothing is decided before this fact is verified."""
        return self.checklist_item is not None and self.is_fact and self.checklist_item.must_be_verified

    @property
    def takes_noted_codes(self) -> bool:
        """Whether this is the transaction, and the case's details do not name it."""
        is_transaction = self.checklist_item is not None and self.checklist_item.case_field == CaseField.TRANSACTION
        return self.is_fact and is_transaction and not self.on_case

    # What the customer is told about it.

    @property
    def told_state(self) -> str:
        """Its `state`; where what is as good is there, nothing more is asked for."""
        return State.NOT_NEEDED.value if self.is_covered and self.state not in _THERE else self.state

    @property
    def told_why(self) -> str:
        """Why it is needed: in the words it is being asked for with, where they are not the checklist's."""
        return (self._being_asked.own_reason if self._being_asked else "") or self.why

    @property
    def formats(self) -> str:
        return self.checklist_item.formats if self.checklist_item else ""

    @property
    def example(self) -> str:
        return self.checklist_item.example if self.checklist_item else ""

    @property
    def otherwise(self) -> str:
        return self.checklist_item.otherwise if self.checklist_item else ""

    @property
    def state(self) -> str:
        """Where it is on its way from us to the customer and back: `missing` or a RequestedItem.State.

        A fact that was said is there, and accepted once it is corroborated; one that could not be confirmed can be
        proven otherwise, so it is as what was rejected. So is one of which all that confirmed it was rejected since.
        """
        asking = self._of_items()
        if not self.is_fact:
            return State.NOT_NEEDED.value if self._is_set_aside and asking not in _THERE else asking
        found = self.fact_state
        if found in (CLAIMED, AWAITING_SECOND):
            return asking if asking == State.ACCEPTED else State.RECEIVED.value
        if self.is_proven:
            return State.ACCEPTED.value
        if found == Kind.SET_ASIDE:
            return State.NOT_NEEDED.value
        if found in FOUND:
            return asking if asking == State.REQUESTED or self._came_since_found() else State.REJECTED.value
        return asking

    @property
    def _is_set_aside(self) -> bool:
        return bool(self.said) and self.said[-1].kind == Kind.SET_ASIDE

    def _of_items(self) -> str:
        """The best of what came in, else what was asked last."""
        states = {item.state for item in self.items}
        for best in (EvidenceItem.State.ACCEPTED, EvidenceItem.State.RECEIVED):
            if best in states:
                return best.value
        if self._being_asked and self._being_asked.state == State.REQUESTED:
            return State.REQUESTED.value
        if states:
            return State.REJECTED.value
        last = self.asked[-1] if self.asked else None
        return State.NOT_NEEDED.value if last and last.state == State.NOT_NEEDED else MISSING

    def _came_since_found(self) -> bool:
        found = self.verdict
        return found is not None and any(
            item.state == EvidenceItem.State.RECEIVED and item.received_at > found.at for item in self.items
        )

    @property
    def _being_asked(self) -> RequestedItem | None:
        """What stands for it in the request that is open."""
        last = self.asked[-1] if self.asked else None
        return last if last and last.request.ended_at is None else None

    @property
    def is_asked_besides(self) -> bool:
        """Whether the customer is being asked for it although what is as good is there."""
        return self._being_asked is not None and self._being_asked.is_besides

    @property
    def is_covered(self) -> bool:
        """Whether another thing is there of those of which one suffices, asked for or not, and is taken for enough."""
        return not self.is_asked_besides and any(other.state in _THERE for other in self.alternatives)

    @property
    def awaits_check(self) -> bool:
        """Whether it has come, or what is as good, and nobody has looked at that."""
        came = (item for one in (self, *self.alternatives) for item in one.items)
        return any(item.state == EvidenceItem.State.RECEIVED for item in came)

    @property
    def may_be_asked_besides(self) -> bool:
        """Whether what is as good is there and was looked at, so that somebody can say why it is not enough."""
        return self.is_covered and self.state not in _THERE and not self.awaits_check

    @property
    def is_missing(self) -> bool:
        """Whether it would have to be asked for now."""
        if self.is_covered:
            return False
        if self.state == State.REJECTED:
            return True
        return self.state == MISSING and self.mandatory

    @property
    def is_awaited(self) -> bool:
        """Whether it has to come still: it would have to be asked for now, or is being asked for."""
        return self.is_missing or (self.state == State.REQUESTED and not self.is_covered)

    @property
    def is_on_file(self) -> bool:
        """Whether asking for it would be asking again: it is there, checked or not, or what is as good is."""
        return self.state in _THERE or self.is_covered

    @property
    def needs_nothing_more(self) -> bool:
        """Whether it, or what is as good, was accepted, or nobody needs it any more."""
        if self.state in (State.ACCEPTED, State.NOT_NEEDED):
            return True
        as_good = () if self.is_asked_besides else self.alternatives
        return any(other.state == State.ACCEPTED for other in as_good)

    def was_asked_in_vain(self, round_number: int) -> bool:
        """Whether the customer let the longest wait pass on it in that round."""
        last = self.asked[-1] if self.asked else None
        return (
            last is not None
            and last.state == State.REQUESTED
            and last.request.ended_at is not None
            and last.request.round == round_number
        )

    @property
    def was_never_asked(self) -> bool:
        """Whether nobody has asked for it and nothing came or was said: it has been open all the time."""
        return not (self.asked or self.items or self.said)

    def answers_to(self, name: str, checklist_item: ChecklistItem | None = None) -> bool:
        """Whether this is the thing that `name` (in any of its languages, or its slug) or `checklist_item` means."""
        own = self.checklist_item
        if own is None:
            return same_name(self.name, name)
        if checklist_item is not None and own.slug == checklist_item.slug:
            return True
        return any(same_name(known, name) for known in (own.name_vi, own.name_en, own.slug))

    # What was said and found about a fact.

    @property
    def claim(self) -> Claim | None:
        """What the customer says: the latest of what somebody put down and what came in for it, else what the case says."""
        entry = next((one for one in reversed(self.said) if one.kind == Kind.CLAIMED), None)
        texts = [item for item in self.items if item.text and item.state != EvidenceItem.State.REJECTED]
        item = texts[-1] if texts else None
        if self._noted_anew(entry.at if entry else None, item.received_at if item else None):
            return self.noted
        if entry is not None and (item is None or entry.at >= item.received_at):
            return Claim(entry.value, message=entry.message, entry=entry)
        if item is not None:
            return Claim(item.text[:CLAIM_MAX], item=item)
        return Claim(self.on_case) if self.on_case else self.noted

    def _noted_anew(self, *said_at: datetime | None) -> bool:
        """Whether something was noted after a finding, and later than what else was said."""
        noted_at = self.noted.noted_at if self.noted and self.findings else None
        return noted_at is not None and all(noted_at > at for at in said_at if at)

    @property
    def verdict(self) -> FactEntry | None:
        """What was found or decided last; None where the customer has said something else since."""
        last = self.said[-1] if self.said else None
        if last is None or last.kind == Kind.CLAIMED:
            return None
        claim = self.claim
        if claim is None or claim.entry is not None or not (claim.item or self.findings):
            return last
        return None if claim.came_at and claim.came_at > last.at else last

    @property
    def fact_state(self) -> str:
        """`missing`, `claimed`, `awaiting_second`, or what was found: a FactEntry.Kind."""
        found = self.verdict
        if found is None:
            return CLAIMED if self.claim else MISSING
        if awaits_second(found):
            return AWAITING_SECOND
        return found.kind

    @property
    def is_to_verify(self) -> bool:
        """Whether the customer said it and nobody has found anything that counts."""
        return self.is_fact and self.fact_state in (CLAIMED, AWAITING_SECOND)

    @property
    def settled(self) -> FactEntry | None:
        """What was found, where no second verifier is awaited."""
        return None if self.fact_state == AWAITING_SECOND else self.verdict

    @property
    def findings(self) -> list[FactEntry]:
        """Everything that was found, whatever was said since."""
        return [one for one in self.said if one.kind in FOUND]

    @property
    def unread(self) -> list[EvidenceItem]:
        """What came in for it, without the words about which somebody has found something."""
        if not self.findings:
            return self.items
        found_at = self.findings[-1].at
        return [item for item in self.items if item.file_id or item.received_at > found_at]

    @property
    def stands(self) -> FactEntry | None:
        """The last finding that counts or counted, whatever was said since."""
        return next((one for one in reversed(self.findings) if not awaits_second(one)), None)

    @property
    def was_found_by_two(self) -> bool:
        """Whether the last finding that counts or counted was confirmed by a second person."""
        return self.stands is not None and self.stands.confirms_id is not None

    def overturns_two(self, kind: str) -> bool:
        """Whether a finding of that kind would be another than two people have found."""
        return self.was_found_by_two and self.stands is not None and self.stands.kind != kind

    @property
    def is_disputed(self) -> bool:
        """Whether the last finding is a contradiction, or was never confirmed; whatever was said since."""
        last = self.findings[-1] if self.findings else None
        return last is not None and (last.kind == Kind.CONTRADICTED or awaits_second(last))

    @property
    def is_unconfirmed(self) -> bool:
        """Whether what was found last took two people and had one, whatever the customer has said since."""
        ours = next((one for one in reversed(self.said) if one.kind != Kind.CLAIMED), None)
        return ours is not None and awaits_second(ours)

    def blocks_decisions(self, round_number: int) -> bool:
        """Whether nothing is decided in that round before somebody has verified this or set it aside (I3).

        What a silent customer was asked for and did not tell is decided without; what was found and never confirmed by the
        second person it takes is not, nor what was corroborated by evidence alone that was rejected then.
        """
        if not self.is_fact:
            return False
        if self.is_unconfirmed:
            return True
        state = self.fact_state
        if not self.must_be_verified or state == Kind.SET_ASIDE:
            return False
        if any(other.is_proven for other in self.alternatives):
            return False
        if state == Kind.CORROBORATED:
            return not self.is_proven
        asked_in_vain = any(one.was_asked_in_vain(round_number) for one in (self, *self.alternatives))
        return state == CLAIMED or (state == MISSING and not asked_in_vain)

    @property
    def is_proven(self) -> bool:
        """Whether it is corroborated, by something that still stands."""
        return self.fact_state == Kind.CORROBORATED and not self.rests_on_nothing


def awaits_second(found: FactEntry) -> bool:
    """Whether it counts only once a second person has confirmed it, and is not confirmed."""
    return found.needs_second and found.confirms_id is None


def join_alternatives(lines: Iterable[Line]) -> None:
    """Lets the lines of which one suffices know of each other."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        if line.either_of:
            groups.setdefault(line.either_of, []).append(line)
    for group in groups.values():
        for line in group:
            line.alternatives = [other for other in group if other is not line]


def by_choice(items: Iterable[RequestedItem]) -> list[list[RequestedItem]]:
    """What is asked for, together where one of several things suffices. No query where their `checklist_item` is read."""
    groups: dict[object, list[RequestedItem]] = {}
    for item in items:
        choice = item.checklist_item.either_of if item.checklist_item and not item.is_besides else ""
        groups.setdefault(choice or item.pk, []).append(item)
    return list(groups.values())


def said_by_case(case: Case, case_field: str) -> str:
    """The fact as the case's own details have it, in the language in use; "" where they do not."""
    value = getattr(case, case_field) if case_field else None
    if value in (None, ""):
        return ""
    if case_field == CaseField.AMOUNT:
        return money(value)
    if case_field == CaseField.INCIDENT:
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    return str(value)
