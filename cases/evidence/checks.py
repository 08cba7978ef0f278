"""Checks of a checklist: what one of us looks at before a case is decided."""

from dataclasses import dataclass, field

from .models import ChecklistItem, FactEntry

Kind = FactEntry.Kind


@dataclass
class CheckToMake:
    """Something that one of us looks at before the case is decided, and who did: the latest of what was `said` counts."""

    entry: ChecklistItem
    said: list[FactEntry] = field(default_factory=list)

    @property
    def made(self) -> FactEntry | None:
        last = self.said[-1] if self.said else None
        return last if last is not None and last.kind == Kind.MADE else None

    @property
    def is_missing(self) -> bool:
        """Whether nothing is decided before somebody has made it."""
        return self.entry.is_mandatory and self.made is None
