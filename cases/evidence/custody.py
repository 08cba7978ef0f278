"""The chain of custody of each evidence item: what was done with it, by whom, when, with which tool, and on which bytes.

One chain an item, apart from the events of its case, so that a single item can be handed to somebody with its whole story.
Looking at it and fetching it stand in the access log, which locks nothing.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.utils import timezone

from accounts.actors import Actor
from cases import chains
from cases.events import Flaw

from .models import Custody, CustodyEntry, CustodyText, DeclaredName, DerivedPage, EvidenceItem, FactEntry, StoredFile
from .names import declared_name

Event = CustodyEntry.Event
PIPELINE = Actor.system("evidence")
_FOUND = {Event.VERIFIED: EvidenceItem.State.ACCEPTED, Event.REJECTED: EvidenceItem.State.REJECTED}
_CHUNK = 2000
_OTHER = "the item is not what was received"
_OTHER_NAME = "its declared name was altered"
_OTHER_TYPE = "its file is not of the type and size that were received"
_OTHER_STATE = "the item's state is not what was found last"
_OTHER_SCAN = "its file is not what the scanner said last"
_OTHER_PAGES = "the pages are not those that were made"
# What was received before custody was written down: whatever was done with it until then stands nowhere.
_WRITTEN_LATER = "written_down_later"


def begin(item: EvidenceItem, *, actor: Actor, filename: str = "", address_hash: str = "") -> None:
    """The item came in, in the caller's transaction. What is known of its file already is noted as well.

    `filename` is what its sender calls the file; `address_hash` stands for the network address it was sent from
    (`cskh.core.client_address`), and is empty where there is none, as with mail.
    """
    Custody.objects.create(item=item)
    facts: dict[str, Any] = {"channel": item.channel, "address_hash": address_hash}
    file = StoredFile.objects.select_for_update(no_key=True).get(pk=item.file.pk) if item.file else None
    if file:
        facts |= {"size": file.size, "content_type": file.content_type, "declared_type": item.declared_type}
    note(
        item,
        Event.RECEIVED,
        actor=actor,
        at=item.received_at,
        words=item.text,
        filename=declared_name(filename),
        before="",
        after=file.sha256 if file else "",
        **facts,
    )
    if file and file.scanned_at:
        _note_scan(item, file)
    if file and file.preview_pages:
        _note_pages(item, file, list(file.pages.all()))


def note(
    item: EvidenceItem,
    event: Event,
    *,
    actor: Actor,
    words: str = "",
    filename: str = "",
    at: datetime | None = None,
    before: str | None = None,
    after: str | None = None,
    tool: str = "",
    **facts: object,
) -> CustodyEntry:
    """Appends an entry, in the caller's transaction; whoever notes something on the same item meanwhile waits.

    `before` and `after` are SHA-256 of the bytes that were worked on and of what came of it; left out, the original was
    neither changed nor read. `words` and a declared `filename` can be erased; the entry keeps only their salted hashes.
    """
    head = Custody.objects.select_for_update().get(item=item)
    original = item.file.sha256 if item.file else ""
    apart = _kept_apart(words, filename)
    entry = CustodyEntry(
        item=item,
        number=head.last_number + 1,
        event=event,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        at=at or timezone.now(),
        sha256_before=original if before is None else before,
        sha256_after=original if after is None else after,
        tool=tool,
        facts={**facts, **{one.fact: one.digest for one in apart}},
        previous_hash=head.last_hash,
    )
    entry.hash = chain_hash(entry)
    entry.save(force_insert=True)
    for one in apart:
        one.entry = entry
        one.save(force_insert=True)
    head.last_number, head.last_hash = entry.number, entry.hash
    head.save()
    return entry


def _kept_apart(words: str, filename: str) -> list[CustodyText | DeclaredName]:
    """The texts there are, each with a salt of its own."""
    apart: list[CustodyText | DeclaredName] = []
    if words:
        apart.append(CustodyText(text=words, salt=secrets.token_hex(16)))
    if filename:
        apart.append(DeclaredName(text=filename, salt=secrets.token_hex(16)))
    return apart


def note_scan(file: StoredFile) -> None:
    """The scanner has said what it thinks of the file, which the caller holds locked: on every item that is this file."""
    for item in _items_of(file):
        _note_scan(item, file)


def note_pages(file: StoredFile, pages: Collection[DerivedPage]) -> None:
    """The copies were made, or could not be; as `note_scan`."""
    for item in _items_of(file):
        _note_pages(item, file, pages)


def note_check(item: EvidenceItem, *, actor: Actor, is_accepted: bool, words: str, check: int) -> None:
    """Somebody looked at it and said what it is worth."""
    event = Event.VERIFIED if is_accepted else Event.REJECTED
    note(item, event, actor=actor, words=words, check=check)


def note_filing(item: EvidenceItem, *, actor: Actor) -> None:
    """It counts as another thing than before."""
    note(
        item,
        Event.LINKED,
        actor=actor,
        requested_item=item.requested_item_id,
        checklist_item=item.checklist_item_id,
    )


def note_citing(item: EvidenceItem, *, actor: Actor, finding: FactEntry) -> None:
    """Somebody found something about a fact, or confirmed it, and names the item as what that rests on."""
    note(item, Event.CITED, actor=actor, fact=finding.slug, finding=finding.pk, result=finding.kind)


def _items_of(file: StoredFile) -> Iterable[EvidenceItem]:
    return file.items.select_related("file").order_by("pk")


def _note_scan(item: EvidenceItem, file: StoredFile) -> None:
    note(item, Event.SCANNED, actor=PIPELINE, at=file.scanned_at, tool=file.scanner, result=file.scan_state)


def _note_pages(item: EvidenceItem, file: StoredFile, pages: Collection[DerivedPage]) -> None:
    """What came of it are the pages: their hashes, and one over them in their order."""
    hashes = [page.sha256 for page in pages]
    first = next(iter(pages), None)
    note(
        item,
        Event.DERIVED,
        actor=PIPELINE,
        at=first.made_at if first else None,
        after=hashlib.sha256("".join(hashes).encode()).hexdigest() if hashes else "",
        tool=first.tool if first else "",
        result=file.preview_state,
        pages=hashes,
        parameters=first.parameters if first else {},
    )


def chain_hash(entry: CustodyEntry) -> str:
    """SHA-256 over everything the entry says and the hash of the entry before it."""
    return chains.digest(
        [
            entry.previous_hash,
            entry.item_id,
            entry.number,
            str(entry.event),
            entry.actor_kind,
            entry.actor_id,
            chains.moment(entry.at),
            entry.sha256_before,
            entry.sha256_after,
            entry.tool,
            entry.facts,
        ]
    )


def flaws_of(item: EvidenceItem) -> list[str]:
    """Everything wrong with the chain of one item, in words."""
    stored = EvidenceItem.objects.select_related("case", "file", "custody").get(pk=item.pk)
    entries = stored.custody_entries.select_related("words", "declared_name").order_by("number")
    return [f"entry {flaw.number}: {flaw.what}" for flaw in _flaws(stored, list(entries))]


def all_flaws(codes: Collection[str] = ()) -> Iterator[Flaw]:
    """What is wrong with the chains of all items, or of those of the cases with `codes`: read as a stream."""
    items, entries = EvidenceItem.objects.select_related("case", "file"), CustodyEntry.objects.all()
    if codes:
        items, entries = items.filter(case__code__in=codes), entries.filter(item__case__code__in=codes)
    for bare in items.filter(custody_entries__isnull=True).iterator():
        yield from _flaws(bare, [])
    stream = entries.select_related("words", "declared_name", "item__case", "item__file", "item__custody")
    stream = stream.prefetch_related("item__file__pages")
    for _item, chain in groupby(stream.order_by("item_id", "number").iterator(_CHUNK), key=attrgetter("item_id")):
        entries_of_item = list(chain)
        yield from _flaws(entries_of_item[0].item, entries_of_item)


def _flaws(item: EvidenceItem, entries: list[CustodyEntry]) -> Iterator[Flaw]:
    head = getattr(item, "custody", None)
    end = (head.last_number, head.last_hash) if head else None
    others = ((entry.number, _OTHER) for entry in entries if entry.event == Event.RECEIVED and _is_other(item, entry))
    names = ((entry.number, _OTHER_NAME) for entry in entries if _has_other_name(entry))
    breaks = chains.breaks(entries, chain_hash, end=end, what="entry")
    for number, what in (*breaks, *others, *names, *_otherwise(item, entries)):
        yield Flaw(item.case.code, number, what, record=f"custody of evidence {item.pk}, entry")


def _is_other(item: EvidenceItem, received: CustodyEntry) -> bool:
    """Whether the item now stands for another file or other words. Erased words may be missing from both."""
    sha256, words = item.file.sha256 if item.file else "", getattr(received, "words", None)
    return sha256 != received.sha256_after or (words is not None and words.text != item.text)


def _otherwise(item: EvidenceItem, entries: list[CustodyEntry]) -> Iterator[tuple[int, str]]:
    """Where the item and its file are not now what the last entry about it says; what there is no entry of, has not happened."""
    if not entries:
        return
    last = {entry.event: entry for entry in entries if entry.event not in _FOUND}
    found = next((entry for entry in reversed(entries) if entry.event in _FOUND), None)
    has_all = not entries[0].facts.get(_WRITTEN_LATER)
    for entry, is_as_said, what in (
        (found, _has_state_of, _OTHER_STATE),
        (last.get(Event.SCANNED), _is_scanned_as, _OTHER_SCAN),
        (last.get(Event.DERIVED), _has_pages_of, _OTHER_PAGES),
        (last.get(Event.RECEIVED), _has_type_of, _OTHER_TYPE),
    ):
        if (entry or has_all) and not is_as_said(item, entry):
            yield (entry or entries[-1]).number, what


def _has_state_of(item: EvidenceItem, found: CustodyEntry | None) -> bool:
    return item.state == (_FOUND[Event(found.event)] if found else EvidenceItem.State.RECEIVED)


def _is_scanned_as(item: EvidenceItem, scanned: CustodyEntry | None) -> bool:
    if item.file is None:
        return scanned is None
    state = StoredFile.ScanState
    return item.file.scan_state in ([scanned.facts.get("result")] if scanned else [state.OFF, state.WAITING])


def _has_pages_of(item: EvidenceItem, derived: CustodyEntry | None) -> bool:
    pages = [page.sha256 for page in item.file.pages.all()] if item.file else []
    return pages == (derived.facts.get("pages", []) if derived else [])


def _has_type_of(item: EvidenceItem, received: CustodyEntry | None) -> bool:
    """Of another file that is said already. Entries hold what was known of the file when they were written."""
    said = received.facts if received and item.file and item.file.sha256 == received.sha256_after else {}
    return all(getattr(item.file, fact) == said[fact] for fact in ("content_type", "size") if fact in said)


def _has_other_name(entry: CustodyEntry) -> bool:
    """Whether the name that stands beside the entry is not the one it was given. It may be erased."""
    name = getattr(entry, "declared_name", None)
    return name is not None and entry.facts.get(name.fact) != name.digest
