"""What a source said is kept, sealed, and found out where somebody altered it."""

from collections.abc import Collection, Iterator

from django.utils import timezone

from cases import chains
from cases.models import Case

from .models import RecordKind, Snapshot
from .rows import Row, to_json

_CHUNK = 2000


def keep(case: Case, kind: RecordKind, rows: list[Row], *, source: str, asked_for: str) -> Snapshot:
    """The snapshot that says this: a new one, or the latest where nothing has changed since it was taken."""
    content = [to_json(row) for row in rows]
    same = Snapshot.objects.filter(case=case, kind=kind, source=source, asked_for=asked_for)
    latest = same.order_by("-taken_at", "-pk").first()
    if latest is not None and latest.content == content:
        return latest
    snapshot = Snapshot(
        case=case, kind=kind, source=source, asked_for=asked_for, taken_at=timezone.now(), content=content
    )
    snapshot.sha256 = seal_of(snapshot, case.code)
    snapshot.save(force_insert=True)
    return snapshot


def seal_of(snapshot: Snapshot, code: str) -> str:
    """SHA-256 over the canonical JSON of everything the snapshot says and of the case (its `code`) it was taken for."""
    said = {
        "case": code,
        "kind": str(snapshot.kind),
        "source": snapshot.source,
        "asked_for": snapshot.asked_for,
        "taken_at": chains.moment(snapshot.taken_at),
        "content": snapshot.content,
    }
    return chains.digest(said)


def altered(codes: Collection[str] = ()) -> Iterator[tuple[str, Snapshot]]:
    """Snapshots that no longer say what was sealed, with the code of their case; of all cases or those with `codes`."""
    kept = Snapshot.objects.select_related("case").only(*_SEALED).order_by("pk")
    if codes:
        kept = kept.filter(case__code__in=codes)
    for snapshot in kept.iterator(chunk_size=_CHUNK):
        if snapshot.sha256 != seal_of(snapshot, snapshot.case.code):
            yield snapshot.case.code, snapshot


_SEALED = ("kind", "source", "asked_for", "taken_at", "content", "sha256", "case__code")


def latest_of(case: Case) -> list[Snapshot]:
    """What each source said last about each thing that was asked for on the case. One query."""
    newest = Snapshot.objects.filter(case=case).order_by("asked_for", "kind", "source", "-taken_at", "-pk")
    return list(newest.distinct("asked_for", "kind", "source"))
