"""What is known about the transaction codes of a case: what each source said, how that differs, on which cases they stand too."""

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
from .models import Snapshot, TransactionCode
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


@dataclass(frozen=True)
class OfCode:
    """`looked_in` are the snapshots of this code, those without a row too."""

    code: TransactionCode
    rows: list[Found]
    looked_in: list[Snapshot]
    elsewhere: Elsewhere


def claim_of(case: Case) -> Claim:
    return Claim(amount=case.amount, at=case.incident_at, customer=case.customer.external_id or "")


def found_on(case: Case, actor: Actor) -> list[OfCode]:
    """By code, in the order in which they came up. Three queries, one where there is no code."""
    noted = list(TransactionCode.objects.filter(case=case))
    if not noted:
        return []
    codes = [one.code for one in noted]
    kept, others, claim = snapshots.latest_of(case), elsewhere(actor, case, codes), claim_of(case)
    return [
        OfCode(
            code=one,
            looked_in=(mine := [snapshot for snapshot in kept if snapshot.asked_for == one.code]),
            rows=[
                Found(masked(row, codes), differences(claim, row), snapshot)
                for snapshot in mine
                for row in snapshot.content
            ],
            elsewhere=others.get(one.code, Elsewhere()),
        )
        for one in noted
    ]


def is_connected() -> bool:
    """Whether there is anything to ask."""
    return bool(settings.OPERATOR_RECORDS_URL) or ImportedSource.has_any()


def source_label(name: str) -> str:
    """A source as people call it."""
    if name == ImportedSource.name:
        return _("imported files")
    return name.removeprefix("rest:")
