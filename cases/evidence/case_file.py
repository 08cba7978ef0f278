"""Everything about the evidence, the facts and the checks of one case, and what of it is still to do. Pure; `queries` fills it."""

from dataclasses import dataclass, field

from cases.records.models import RecordKind

from .checks import CheckToMake
from .lines import MISSING, Line
from .models import ChecklistItem, EvidenceItem


@dataclass
class CaseFile:
    """The lines of a case in the order of its checklist, what is ours to pull and check, and what came in for no line."""

    lines: list[Line] = field(default_factory=list)
    records: list[ChecklistItem] = field(default_factory=list)
    checks: list[CheckToMake] = field(default_factory=list)
    others: list[EvidenceItem] = field(default_factory=list)
    round: int = 1

    @property
    def facts(self) -> list[Line]:
        return [line for line in self.lines if line.is_fact]

    @property
    def is_about_a_withdrawal(self) -> bool:
        """Whether customers' own money is waiting to be paid out: what is pulled are their withdrawals."""
        return any(entry.record == RecordKind.WITHDRAWALS for entry in self.records)

    def line_of(self, item: EvidenceItem) -> Line | None:
        """Under which line that came in."""
        return next((line for line in self.lines if item in line.items), None)

    @property
    def missing(self) -> list[Line]:
        """What would have to be asked for, or is being asked for and is not here yet. Empty: complete (R-25)."""
        return [line for line in self.lines if line.is_awaited]

    @property
    def needs_something(self) -> bool:
        """Whether there is anything to be complete: not where nothing is needed, asked for or here."""
        return bool(self.checks or self.others) or any(line.mandatory or line.state != MISSING for line in self.lines)

    @property
    def unchecked(self) -> list[EvidenceItem]:
        """What came in and nobody has accepted, rejected or found anything about yet, oldest first."""
        came = [*self.others, *(item for line in self.lines for item in line.unread)]
        waiting = {item.pk: item for item in came if item.state == EvidenceItem.State.RECEIVED}
        return sorted(waiting.values(), key=lambda item: (item.received_at, item.pk))

    @property
    def undecided(self) -> list[Line]:
        """Facts past which nothing is decided."""
        return [line for line in self.lines if line.blocks_decisions(self.round)]

    @property
    def unmade(self) -> list[CheckToMake]:
        """Checks past which nothing is decided."""
        return [check for check in self.checks if check.is_missing]

    @property
    def left_to_check(self) -> int:
        """How many things are here and nobody has found anything about them: what came in, and what was said of facts."""
        said = [line for line in self.facts if line.is_to_verify]
        of_these = {item.pk for line in said for item in line.items}
        return len(said) + len([item for item in self.unchecked if item.pk not in of_these])

    @property
    def missing_names(self) -> list[str]:
        """What is missing in words, for us: things of which one suffices in one, then checks that nobody has made."""
        told: list[str] = []
        done: set[int] = set()
        for line in self.missing:
            if id(line) in done:
                continue
            group = [line, *(other for other in line.alternatives if other in self.missing)]
            done |= {id(one) for one in group}
            told.append(" / ".join(one.name for one in group))
        return told + [check.entry.name for check in self.unmade]
