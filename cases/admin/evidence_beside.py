"""What the panel shows beside each evidence item: what its file says of itself, where else it turned up, and whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.actors import Actor
from cases.evidence.elsewhere import Elsewhere, elsewhere
from cases.evidence.models import EvidenceItem
from cases.evidence.traces import Trace, traces_of
from cases.models import Case


@dataclass(frozen=True)
class Beside:
    trace: Trace | None
    elsewhere: Elsewhere | None
    is_own: bool  # filed by whoever looks at it: somebody else accepts it


def put_beside(items: Sequence[EvidenceItem], case: Case, actor: Actor) -> None:
    """Gives each item a `beside` for its template. A constant number of queries, none where there are no files."""
    traces, found = traces_of(items, case, actor), elsewhere(items, case, actor)
    for item in items:
        file = item.file_id or 0
        item.beside = Beside(traces.get(file), found.get(file), item.was_filed_by(actor))  # type: ignore[attr-defined]
