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
from cases.evidence.models import EvidenceItem, FactEntry
from cases.evidence.queries import Checklist, Line
from cases.models import Case
from cases.records.models import Snapshot
from cases.states import Step
from cases.workflow.facts import usual_sentence
from channels_app.models import Message

from . import words
from .fact_forms import RESULTS

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
    """One of the three buttons beside a fact, with what the customer will read."""

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
    """A fact with everything to decide on it. `sources` are chosen already: what came for it, and every file."""

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
class Record:
    """One of our records as it was, as rows of names and values."""

    snapshot: Snapshot
    rows: list[list[tuple[str, str]]]


def show(request: HttpRequest, pk: int, page: Callable[[], dict[str, Any]]) -> HttpResponse:
    """A constant number of queries. Whoever may not work on the case's evidence reads it."""
    actor = Actor.staff(request.user)
    case = queries.for_file(policies.visible_to(actor)).filter(pk=pk).first()
    if case is None:
        raise Http404
    note_access(actor, case.pk)
    file = evidence.file_of(case)
    snapshots = list(Snapshot.objects.filter(case=case).order_by("-taken_at", "-id"))
    items = [item for line in file.lines for item in line.items] + file.others
    said = Message.objects.filter(case=case, direction=Message.Direction.IN).order_by("-created_at", "-id")
    context = {
        **page(),
        "title": case.code,
        "case": case,
        "amount": words.money(case.amount),
        "cards": _cards(file, case, actor, items),
        "pictures": [item for item in items if item.file and item.file.preview_state == "ready"],
        "items": sorted(items, key=lambda item: (item.received_at, item.pk)),
        "said": list(said[:_WORDS_SHOWN]),
        "records": [Record(snapshot, rows_of(snapshot.content)) for snapshot in snapshots],
        "to_pull": file.records,
        "checks": file.checks,
        "missing": file.missing_names,
        "may_verify": case.is_open and policies.may(actor, Step.REQUEST_EVIDENCE, case),
    }
    return render(request, "admin/cases/case/verification.html", context)


def tone_of(line: Line) -> str:
    if line.fact_state == MISSING and not line.is_missing:
        return "quiet"
    return _TONES[FactEntry.Kind(line.fact_state) if line.fact_state in FactEntry.Kind else line.fact_state]


def _cards(file: Checklist, case: Case, actor: Actor, items: Iterable[EvidenceItem]) -> list[Card]:
    """Facts to be worked on first, then what is settled, then what nobody has spoken of."""
    names = words.names_of(((one.by_kind, one.by_id) for line in file.facts for one in line.said), case)
    files = {item.pk for item in items if item.file_id and item.state != EvidenceItem.State.REJECTED}
    cards = []
    for line in file.facts:
        found = line.verdict
        cards.append(
            Card(
                line=line,
                tone=tone_of(line),
                presses=_presses(line, case),
                sources=frozenset(files | {item.pk for item in line.items}),
                history=[Said(entry, names[(entry.by_kind, entry.by_id)]) for entry in line.said],
                is_own=found is not None and (found.by_kind, found.by_id) == (actor.kind.value, actor.id),
            )
        )
    return sorted(cards, key=lambda card: (not card.is_to_do, card.line.fact_state == MISSING))


def _presses(line: Line, case: Case) -> list[Press]:
    with translation.override(case.customer.language):
        sentences = {result: usual_sentence(line, result) for result, _label in RESULTS}
    return [Press(result, str(label), sentences[result]) for result, label in RESULTS]


def rows_of(content: Any) -> list[list[tuple[str, str]]]:
    """What a record holds, as rows: a list of things, one thing, or things in a thing."""
    if isinstance(content, dict):
        inner = next((value for value in content.values() if isinstance(value, list)), None)
        return rows_of(inner) if inner else [[(str(name), _text(value)) for name, value in content.items()]]
    if isinstance(content, list):
        return [row for one in content for row in rows_of(one if isinstance(one, dict) else {"": one})]
    return [[("", _text(content))]]


def _text(value: Any) -> str:
    return "" if value is None else str(value)
