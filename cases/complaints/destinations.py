"""Where money of a remedy may go: to the customer's own account with the operator, or to a bank account that the operator's
books show as theirs (`cases.records`). What a customer writes of an account is no such proof."""

from collections.abc import Iterator
from dataclasses import dataclass

from cases.models import Case
from cases.records.models import RecordKind, Snapshot
from cases.records.rows import ending_of

from .models import Remedy

_PAYMENTS = (RecordKind.DEPOSITS, RecordKind.WITHDRAWALS)
_LONGEST = 120


@dataclass(frozen=True)
class Destination:
    """`text` is masked, and names it together with its `kind`."""

    kind: Remedy.Destination
    text: str

    @property
    def key(self) -> str:
        return f"{self.kind.value}:{self.text}"

    def __str__(self) -> str:
        return f"{self.kind.label} {self.text}"


def destinations_of(case: Case) -> list[Destination]:
    """The customer's own, the account with the operator first. One query; none where the operator does not know them."""
    number = case.customer.external_id
    if not number:
        return []
    return [Destination(Remedy.Destination.WALLET, ending_of(number)), *dict.fromkeys(_accounts(case, number))]


def is_still_theirs(remedy: Remedy, case: Case) -> bool:
    """Whether the money may go there today: customers are merged, and what was erased names nothing."""
    return any((one.kind, one.text) == (remedy.destination_kind, remedy.destination) for one in destinations_of(case))


def _accounts(case: Case, number: str) -> Iterator[Destination]:
    for rows in (
        Snapshot.objects.filter(case=case, kind__in=_PAYMENTS).order_by("-pk").values_list("content", flat=True)
    ):
        for row in rows:
            if row.get("customer") == number and row.get("account"):
                text = f"{row.get('bank', '')} {ending_of(str(row['account']))}".strip()
                yield Destination(Remedy.Destination.ACCOUNT, text[:_LONGEST])
