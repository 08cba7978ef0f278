"""The page where facts are verified: what came, what the customer says, and what our own records say, side by side."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from accounts.actors import Actor
from cases import policies, queries
from cases.access_log import note_access
from cases.evidence import queries as evidence
from cases.evidence.lines import AWAITING_SECOND, MISSING
from cases.evidence.models import EvidenceItem, FactEntry, StoredFile
from cases.evidence.queries import Checklist, Line
from cases.models import Case
from cases.records.models import Snapshot
from cases.states import Step
from cases.workflow.facts import NEEDS_OWN_WORDS, usual_sentence
from channels_app.models import Message
from cskh.core.amounts import money

from . import words
from .evidence_beside import put_beside
from .fact_forms import RESULTS
from .records_card import CodeLine, RecordsCard, card_of
from .records_pulled import ToPull, to_pull

_WORDS_SHOWN = 20
_TONES = {
    MISSING: "bad",
    FactEntry.Kind.CLAIMED: "new",
    AWAITING_SECOND: "warn",
    FactEntry.Kind.CORROBORATED: "good",
    FactEntry.Kind.CONTRADICTED: "bad",
    FactEntry.Kind.UNABLE: "warn",
    FactEntry.Kind.SET_ASIDE: "quiet",
}


@dataclass(frozen=True)
class Press:
    """One of the three buttons beside a fact, with what the customer will read, or that it takes words of one's own."""

    result: str
    label: str
    sentence: str


@dataclass(frozen=True)
class Said:
    """One entry on a fact, and by whom."""

    entry: FactEntry
    who: str


@dataclass(frozen=True)
class Card:
    """A fact with everything to decide on it. `sources` are chosen already: what came for this very fact and may be seen."""

    line: Line
    tone: str
    presses: list[Press]
    sources: frozenset[int]
    history: list[Said]
    is_own: bool

    @property
    def awaits_second(self) -> bool:
        return self.line.fact_state == AWAITING_SECOND

    @property
    def is_to_do(self) -> bool:
        return self.line.is_to_verify or self.line.is_missing


@dataclass(frozen=True)
class Source:
    """One of our records that a finding can rest on."""

    snapshot: Snapshot
    is_chosen: bool


@dataclass(frozen=True)
class Picture:
    """A page of something that came in, to be looked at closely."""

    item: EvidenceItem
    page: int


def show(request: HttpRequest, pk: int, page: Callable[[], dict[str, Any]]) -> HttpResponse:
    """A constant number of queries. Whoever may not work on the case's evidence reads it."""
    actor = Actor.staff(request.user)
    case = queries.for_file(policies.visible_to(actor)).filter(pk=pk).first()
    if case is None:
        raise Http404
    note_access(actor, case.pk)
    file = evidence.file_of(case)
    records, pulled = card_of(case, actor), to_pull(file.records, case, actor)
    items = [item for line in file.lines for item in line.items] + file.others
    put_beside(items, case, actor)
    said = Message.objects.filter(case=case, direction=Message.Direction.IN).order_by("-created_at", "-id")
    context = {
        **page(),
        "title": case.code,
        "case": case,
        "amount": money(case.amount),
        "cards": _cards(file, case, actor),
        "pictures": _pictures(items),
        "items": sorted(items, key=lambda item: (item.received_at, item.pk)),
        "said": list(said[:_WORDS_SHOWN]),
        "records": records,
        "sources": _to_rest_on(records, pulled),
        "to_pull": pulled,
        "checks": file.checks,
        "missing": file.missing_names,
        "may_verify": case.is_open and policies.may(actor, Step.REQUEST_EVIDENCE, case),
    }
    return render(request, "admin/cases/case/verification.html", context)


def tone_of(line: Line) -> str:
    if line.fact_state == MISSING and not line.is_missing:
        return "quiet"
    return _TONES[FactEntry.Kind(line.fact_state) if line.fact_state in FactEntry.Kind else line.fact_state]


def _cards(file: Checklist, case: Case, actor: Actor) -> list[Card]:
    """Facts to be worked on first, then what is settled, then what nobody has spoken of."""
    names = words.names_of(((one.by_kind, one.by_id) for line in file.facts for one in line.said), case)
    cards = []
    for line in file.facts:
        found = line.verdict
        cards.append(
            Card(
                line=line,
                tone=tone_of(line),
                presses=_presses(line, case),
                sources=frozenset(item.pk for item in line.items if _is_of_use(item)),
                history=[Said(entry, names[(entry.by_kind, entry.by_id)]) for entry in line.said],
                is_own=found is not None and (found.by_kind, found.by_id) == (actor.kind.value, actor.id),
            )
        )
    return sorted(cards, key=lambda card: (not card.is_to_do, card.line.fact_state == MISSING))


def _is_of_use(item: EvidenceItem) -> bool:
    """Whether a finding may rest on it: it was not rejected, and somebody can have looked at it."""
    return item.state != EvidenceItem.State.REJECTED and (item.file is None or item.file.is_released)


def _presses(line: Line, case: Case) -> list[Press]:
    with translation.override(case.customer.language):
        sentences = {result: usual_sentence(line, result) for result, _label in RESULTS}
    own_words = str(NEEDS_OWN_WORDS)
    return [
        Press(result, str(label), own_words if line.overturns_two(result) else sentences[result])
        for result, label in RESULTS
    ]


def _pictures(items: Iterable[EvidenceItem]) -> list[Picture]:
    """Every page of what may be seen, the latest that came first."""
    newest_first = sorted(items, key=lambda item: (item.received_at, item.pk), reverse=True)
    ready = StoredFile.PreviewState.READY
    return [
        Picture(item, page)
        for item in newest_first
        if item.file and item.file.is_released and item.file.preview_state == ready
        for page in (1, *item.file.further_pages)
    ]


def _to_rest_on(records: RecordsCard | None, pulled: Iterable[ToPull]) -> list[Source]:
    """What our records said, to be named as a source: first where something was found. Chosen already is only what says
    the same as the customer: a finding must not rest on what nobody looked at."""
    codes = records.codes if records else []
    same = {record.sha256 for line in codes for record in line.records if not record.differs}
    lines: list[CodeLine | ToPull] = [*codes, *pulled]
    # Two entries of a checklist may name the same record.
    snapshots = list(dict.fromkeys(snapshot for line in lines for snapshot in line.looked_in))
    snapshots.sort(key=lambda snapshot: snapshot.found_nothing)
    chosen = next((one for one in snapshots if one.sha256 in same), None)
    return [Source(one, is_chosen=one is chosen) for one in snapshots]
