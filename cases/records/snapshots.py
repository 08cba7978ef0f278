"""What a source said is kept, sealed, and found out where somebody altered it."""

from collections.abc import Collection, Iterator
from typing import Any

from django.utils import timezone

from cases import chains
from cases.models import Case

from .models import RecordKind, Snapshot
from .rows import to_json
from .source import SourceAnswer

_CHUNK = 2000


def keep(case: Case, kind: RecordKind, answer: SourceAnswer, *, source: str, asked_for: str) -> Snapshot:
    """The snapshot that says this: a new one, or the latest where nothing has changed since it was taken."""
    said = {"content": [to_json(row) for row in answer.rows], "is_cut": answer.is_cut, "total": answer.total}
    same = Snapshot.objects.filter(case=case, kind=kind, source=source, asked_for=asked_for)
    latest = same.order_by("-taken_at", "-pk").first()
    if latest is not None and said == {name: getattr(latest, name) for name in said}:
        return latest
    snapshot = Snapshot(case=case, kind=kind, source=source, asked_for=asked_for, taken_at=timezone.now(), **said)
    snapshot.sha256 = seal_of(snapshot, case.code)
    snapshot.save(force_insert=True)
    return snapshot


def seal_of(snapshot: Snapshot, code: str) -> str:
    """SHA-256 over the canonical JSON of everything the snapshot says and of the case (its `code`) it was taken for.

    That it is cut is named only where it is: what was sealed before there was such a mark stays sealed.
    """
    said: dict[str, Any] = {
        "case": code,
        "kind": str(snapshot.kind),
        "source": snapshot.source,
        "asked_for": snapshot.asked_for,
        "taken_at": chains.moment(snapshot.taken_at),
        "content": snapshot.content,
    }
    if snapshot.is_cut:
        said["cut_from"] = snapshot.total
    return chains.digest(said)


def altered(codes: Collection[str] = ()) -> Iterator[tuple[str, Snapshot]]:
    """Snapshots that no longer say what was sealed, with the code of their case; of all cases or those with `codes`."""
    kept = Snapshot.objects.select_related("case").only(*_SEALED).order_by("pk")
    if codes:
        kept = kept.filter(case__code__in=codes)
    for snapshot in kept.iterator(chunk_size=_CHUNK):
        if snapshot.sha256 != seal_of(snapshot, snapshot.case.code):
            yield snapshot.case.code, snapshot


_SEALED = ("kind", "source", "asked_for", "taken_at", "content", "is_cut", "total", "sha256", "case__code")


def latest_of(case: Case) -> list[Snapshot]:
    """What each source said last about each thing that was asked for on the case. One query."""
    newest = Snapshot.objects.filter(case=case).order_by("asked_for", "kind", "source", "-taken_at", "-pk")
    return list(newest.distinct("asked_for", "kind", "source"))
