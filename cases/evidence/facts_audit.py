"""Whether what was said and found about facts is still what the record of its case says."""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from cases.events import EventKind, Flaw
from cases.models import CaseEvent

from .models import FactEntry

Kind = FactEntry.Kind
_CHUNK = 2000
# What the event says by being of its kind; what was found stands in `result`.
_KINDS = {
    EventKind.FACT_CLAIMED.value: Kind.CLAIMED.value,
    EventKind.FACT_VERIFIED.value: None,
    EventKind.ITEM_SET_ASIDE.value: Kind.SET_ASIDE.value,
    EventKind.CHECK_MADE.value: Kind.MADE.value,
    EventKind.CHECK_TAKEN_BACK.value: Kind.TAKEN_BACK.value,
}
# Where what an event tells stands in the entry.
_COLUMNS = {
    "fact": "slug",
    "thing": "slug",
    "made_check": "slug",
    "confirms": "confirms_id",
    "snapshot": "snapshot_id",
    "snapshot_sha256": "snapshot_sha256",
}


def altered(codes: Collection[str] = ()) -> Iterator[Flaw]:
    """Entries on facts and checks of all cases, or of those with `codes`, that say something else than their event. Texts may
    be emptied and are not looked at."""
    events = CaseEvent.objects.filter(kind__in=_KINDS).select_related("case")
    if codes:
        events = events.filter(case__code__in=codes)
    stream = events.order_by("case_id", "number").iterator(chunk_size=_CHUNK)
    while some := list(islice(stream, _CHUNK)):
        yield from _altered(some)


def _altered(events: Iterable[CaseEvent]) -> Iterator[Flaw]:
    told = {event.facts["entry"]: event for event in events if event.facts.get("entry")}
    entries = FactEntry.objects.in_bulk(told)
    for pk, event in told.items():
        entry = entries.get(pk)
        if entry is None:
            yield Flaw(event.case.code, event.number, "its entry on a fact is missing")
        elif not _is_as_told(entry, event):
            yield Flaw(event.case.code, event.number, "its entry on a fact was altered")


def _is_as_told(entry: FactEntry, event: CaseEvent) -> bool:
    """Events hold what was known of entries when they were written: what one does not tell is not compared."""
    facts, kind = event.facts, _KINDS[event.kind]
    told = {
        "case_id": event.case_id,
        "by_kind": event.actor_kind,
        "by_id": event.actor_id,
        "kind": kind or facts.get("result"),
        **{column: facts[name] for name, column in _COLUMNS.items() if name in facts},
    }
    if "settled" in facts and not facts.get("confirms"):
        told["needs_second"] = not facts["settled"]
    return all(getattr(entry, name) == value for name, value in told.items())
