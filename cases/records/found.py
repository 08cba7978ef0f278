"""What is known about the transaction codes of a case: what each source said, how that differs, on which cases they stand too."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases.models import Case

from . import snapshots
from .comparing import Claim, differences
from .imported import ImportedSource
from .models import KINDS_OF_CODES, Asked, Pull, Snapshot, TransactionCode
from .registry import Elsewhere, elsewhere
from .rows import masked


@dataclass(frozen=True)
class Found:
    """A row of a source, as it is shown (masked), and what in it `differs` from what the case says."""

    row: dict[str, Any]
    differs: frozenset[str]
    snapshot: Snapshot

    @property
    def at(self) -> datetime | None:
        return parse_datetime(self.row.get("at", ""))


@dataclass(frozen=True, kw_only=True)
class Lookup(ABC):
    """What came of asking: `looked_in` are the snapshots of it, those without a row too."""

    rows: list[Found]
    looked_in: list[Snapshot]

    @property
    @abstractmethod
    def asked(self) -> Asked: ...

    @property
    def is_there(self) -> bool | None:
        """Whether there is such a record. None where that is not known: while it is looked up, where a source is silent, and
        where one told only a part."""
        if self.rows:
            return True
        is_whole = self.asked.state == Asked.State.ANSWERED and all(one.found_nothing for one in self.looked_in)
        return False if is_whole else None

    @property
    def cut(self) -> list[Snapshot]:
        """Those that hold only a part of what their source has."""
        return [snapshot for snapshot in self.looked_in if snapshot.is_cut]


@dataclass(frozen=True, kw_only=True)
class OfCode(Lookup):
    code: TransactionCode
    elsewhere: Elsewhere

    @property
    def asked(self) -> TransactionCode:
        return self.code


def claim_of(case: Case) -> Claim:
    return Claim(amount=case.amount, at=case.incident_at, customer=case.customer.external_id or "")


def found_on(case: Case, actor: Actor, kept: list[Snapshot] | None = None) -> list[OfCode]:
    """By code, in the order in which they came up. Three queries, one where there is no code; `kept` as in `pulled_on`."""
    noted = list(TransactionCode.objects.filter(case=case))
    if not noted:
        return []
    codes = [one.code for one in noted]
    others, claim = elsewhere(actor, case, codes), claim_of(case)
    latest = snapshots.latest_of(case) if kept is None else kept
    of_codes = [snapshot for snapshot in latest if snapshot.kind in KINDS_OF_CODES]
    return [
        OfCode(
            code=one,
            looked_in=(mine := [snapshot for snapshot in of_codes if snapshot.asked_for == one.code]),
            rows=[
                Found(masked(row, codes), differences(claim, row), snapshot)
                for snapshot in mine
                for row in snapshot.content
            ],
            elsewhere=others.get(one.code, Elsewhere()),
        )
        for one in noted
    ]


@dataclass(frozen=True, kw_only=True)
class OfPull(Lookup):
    """`rows` are the newest first: those of all sources together, of which none is *the* row of the matter."""

    pull: Pull

    @property
    def asked(self) -> Pull:
        return self.pull


def pulled_on(case: Case, kept: list[Snapshot] | None = None) -> dict[str, OfPull]:
    """By kind, what was pulled for the customer of the case. Two queries, one where nothing was; one less where the caller
    has `kept` at hand, which is `snapshots.latest_of(case)`."""
    pulls = list(Pull.objects.filter(case=case))
    latest = snapshots.latest_of(case) if pulls and kept is None else kept or []
    return {pull.kind: _of_pull(pull, latest) for pull in pulls}


def _of_pull(pull: Pull, kept: list[Snapshot]) -> OfPull:
    mine = [snapshot for snapshot in kept if (snapshot.kind, snapshot.asked_for) == (pull.kind, pull.asked_for)]
    rows = [Found(masked(row), frozenset(), snapshot) for snapshot in mine for row in snapshot.content]
    newest_first = sorted(rows, key=lambda one: one.at.timestamp() if one.at else 0, reverse=True)
    return OfPull(pull=pull, rows=newest_first, looked_in=mine)


def is_connected() -> bool:
    """Whether there is anything to ask."""
    return bool(settings.OPERATOR_RECORDS_URL) or ImportedSource.has_any()


def source_label(name: str) -> str:
    """A source as people call it."""
    if name == ImportedSource.name:
        return _("imported files")
    return name.removeprefix("rest:")
