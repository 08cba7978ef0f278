"""What the operator's records are asked through: read only, one interface, whoever keeps them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from .models import RecordKind
from .rows import Row

MOST_ROWS = 200


class NoAnswer(Exception):
    """The operator's system does not answer, or nothing that could be used. Asking again may help."""


@dataclass(frozen=True)
class Period:
    """From `since` up to, not including, `until`."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.since.tzinfo is None or self.until.tzinfo is None or self.since >= self.until:
            raise ValueError("a period begins before it ends, both with their zone")


@dataclass(frozen=True)
class SourceAnswer:
    """What a source said: its rows, or MOST_ROWS of them where there are more (`is_cut`). Then `total` is how many
    there are, where the source tells."""

    rows: list[Row]
    is_cut: bool = False
    total: int | None = None

    @classmethod
    def of(cls, rows: list[Row], total: int | None = None) -> Self:
        """Of the `rows` that were read, which may be more than are kept, and of the number of rows that the source told."""
        kept, known = rows[:MOST_ROWS], total or 0
        return cls(kept, is_cut=known > len(rows) or len(rows) > len(kept), total=total if known > len(kept) else None)


class Source(Protocol):
    """Something that answers what the operator's books say.

    `name` is kept with every snapshot. `look_up` asks for the rows of one kind: those of a transaction `code` (in its normal
    form), those of a `customer` (the operator's id) in a `period`, or both together; at least one of code and customer is
    given. No row is an answer too, and says that there is none: where there are more rows than are given, some are given and
    the answer is marked as cut. Raises NoAnswer where there is none. It never changes anything.
    """

    @property
    def name(self) -> str: ...

    def look_up(
        self, kind: RecordKind, *, customer: str = "", code: str = "", period: Period | None = None
    ) -> SourceAnswer: ...
