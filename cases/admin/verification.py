"""The page where facts are verified: what came, what the customer says, and what our own records say, side by side."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from accounts.actors import Actor
from cases import policies, queries
from cases.access_log import note_access
from cases.evidence import queries as evidence
from cases.evidence.lines import AWAITING_SECOND, MISSING
from cases.evidence.models import EvidenceItem, FactEntry, StoredFile
from cases.evidence.queries import CaseFile, Line
from cases.models import Case
from cases.records.models import Snapshot
from cases.states import Step
from cases.workflow import facts
from cases.workflow.facts import NEEDS_OWN_WORDS, usual_sentence
from channels_app.models import Message
from cskh.core.amounts import money
from cskh.core.snapshot import one_moment
from cskh.core.text import as_number

from . import words
from .checks_to_make import check_cards
from .evidence_beside import put_beside
from .fact_forms import RESULTS
from .news import news_since
from .records_card import CodeLine, RecordsCard, card_of, name_of
from .records_pulled import ToPull, to_pull
from .refused import Refused


@dataclass(frozen=True)
class Look:
    """How a state is shown: its colour, and an icon for those who do not tell colours apart."""

    tone: str
    icon: str


_WORDS_SHOWN = 20
_LOOKS = {
    MISSING: Look("bad", "help"),
    FactEntry.Kind.CLAIMED.value: Look("new", "chat_bubble"),
    AWAITING_SECOND: Look("warn", "group"),
    FactEntry.Kind.CORROBORATED.value: Look("good", "check_circle"),
    FactEntry.Kind.CONTRADICTED.value: Look("bad", "cancel"),
    FactEntry.Kind.UNABLE.value: Look("warn", "question_mark"),
    FactEntry.Kind.SET_ASIDE.value: Look("quiet", "remove"),
}


@dataclass(frozen=True)
class Press:
    """One of the three buttons beside a fact, with what the customer will read, or that it takes words of one's own."""

    result: str
    label: str
    sentence: str


@dataclass(frozen=True)
class Said:
    """One entry on a fact, by whom, and what it rests on in words."""

    entry: FactEntry
    who: str
    sources: str


@dataclass(frozen=True)
class Card:
    """A fact with everything to decide on it. `sources` and `snapshot` are chosen already: what came for this very fact and
    may be seen, and the record of ours that says the same; or, where it was just `refused`, what was chosen then."""

    line: Line
    look: Look
    presses: list[Press]
    sources: frozenset[int]
    snapshot: int | None
    history: list[Said]
    is_own: bool
    may_set_aside: bool
    refused: Refused | None

    @property
    def typed(self) -> Mapping[str, str]:
        return self.refused.typed if self.refused else {}

    @property
    def is_refused_finding(self) -> bool:
        return self.refused is not None and self.refused.action == "verify-fact"

    @property
    def is_refused_aside(self) -> bool:
        return self.refused is not None and self.refused.action == "set-aside"

    @property
    def awaits_second(self) -> bool:
        return self.line.fact_state == AWAITING_SECOND

    @property
    def rests_on(self) -> str:
        """What the last finding rests on, for whoever confirms it."""
        return self.history[-1].sources if self.history else ""

    @property
    def is_to_do(self) -> bool:
        return self.line.is_to_verify or self.line.is_missing


@dataclass(frozen=True)
class Source:
    """One of our records that a finding can rest on."""

    snapshot: Snapshot
    is_chosen: bool

    @property
    def name(self) -> str:
        return name_of(self.snapshot)


@dataclass(frozen=True)
class Picture:
    """A page of something that came in, to be looked at closely."""

    item: EvidenceItem
    page: int

    @property
    def name(self) -> str:
        return f"{self.item.pk}/{self.page}"


def show(
    request: HttpRequest, pk: int, page: Callable[[], dict[str, Any]], refused: Refused | None = None
) -> HttpResponse:
    """The page; with `fragment=live` its parts, as on the case page (`case_page.show`). A constant number of queries.

    Whoever may not work on the case's evidence reads it. What was just `refused` is said where it was pressed.
    """
    actor = Actor.staff(request.user)
    with one_moment():
        case = queries.for_file(policies.visible_to(actor)).filter(pk=pk).first()
        if case is None:
            raise Http404
        shown = content(case, actor, refused)
        if request.GET.get("fragment") == "live":
            news = news_since(case, actor, request.GET.get("since", ""))
            answer = render(request, "admin/cases/case/verification_live.html", {**shown, "news": news})
        else:
            status = refused.error.status if refused else 200
            answer = render(request, "admin/cases/case/verification.html", {**page(), **shown}, status=status)
    note_access(actor, case.pk)
    return answer


def content(case: Case, actor: Actor, refused: Refused | None = None) -> dict[str, Any]:
    """Everything the page shows, ready for its template."""
    file = evidence.file_of(case)
    records, pulled = card_of(case, actor), to_pull(file.records, case, actor)
    items = [item for line in file.lines for item in line.items] + file.others
    put_beside(items, case, actor)
    said = Message.objects.filter(case=case, direction=Message.Direction.IN).order_by("-created_at", "-id")
    sources = _to_rest_on(records, pulled)
    checks = check_cards(file.checks, case, refused)
    cards = _cards(file, case, actor, sources, refused)
    told = [*(card.refused for card in cards), *(card.refused for card in checks)]
    return {
        "title": case.code,
        "opts": Case._meta,
        "original": case,
        "case": case,
        "amount": money(case.amount),
        "is_amount_unknown": facts.is_amount_unknown(case, file),
        "cards": cards,
        "pictures": _pictures(items),
        "items": sorted(items, key=lambda item: (item.received_at, item.pk)),
        "said": list(said[:_WORDS_SHOWN]),
        "records": records,
        "sources": sources,
        "found_nothing": [source for source in sources if source.snapshot.found_nothing],
        "to_pull": pulled,
        "checks": checks,
        "checks_made": len([card for card in checks if card.check.made]),
        "missing": file.missing_names,
        "left_to_check": file.left_to_check,
        "needs_something": file.needs_something,
        "may_verify": case.is_open and policies.may(actor, Step.REQUEST_EVIDENCE, case),
        "refused": refused,
        "form": refused.form if refused else None,
        "is_refused_elsewhere": bool(refused and not any(told)),
    }


def look_of(line: Line) -> Look:
    if line.fact_state == MISSING and not line.is_missing:
        return Look("quiet", "help")
    return _LOOKS[line.fact_state]


def _cards(file: CaseFile, case: Case, actor: Actor, sources: Iterable[Source], refused: Refused | None) -> list[Card]:
    """Facts to be worked on first, then what is settled, then what nobody has spoken of."""
    names = words.names_of(((one.by_kind, one.by_id) for line in file.facts for one in line.said), case)
    prefetch_related_objects([one for line in file.facts for one in line.said], "evidence")
    may_set_aside = facts.may_set_aside(case, actor=actor, file=file)
    chosen = next((source.snapshot.pk for source in sources if source.is_chosen), None)
    cards = []
    for line in file.facts:
        found, of_this = line.verdict, _of_this(refused, line)
        typed = of_this.typed if of_this and of_this.action == "verify-fact" else None
        cards.append(
            Card(
                line=line,
                look=look_of(line),
                presses=_presses(line, case),
                sources=_numbers(typed.getlist("evidence")) if typed else _came_for(line),
                snapshot=as_number(typed.get("snapshot", "")) if typed else chosen,
                history=[Said(one, names[(one.by_kind, one.by_id)], _rests_on(one)) for one in line.said],
                is_own=found is not None and (found.by_kind, found.by_id) == (actor.kind.value, actor.id),
                may_set_aside=line.slug in may_set_aside,
                refused=of_this,
            )
        )
    return sorted(cards, key=lambda card: (not card.is_to_do, card.line.fact_state == MISSING))


def _of_this(refused: Refused | None, line: Line) -> Refused | None:
    """What was refused, where it was wanted of this fact."""
    if refused is None:
        return None
    is_its = (
        refused.concerns("fact", line.slug)
        or refused.concerns("thing", line.slug)
        or any(refused.concerns("finding", one.pk) for one in line.findings)
    )
    return refused if is_its else None


def _numbers(texts: Iterable[str]) -> frozenset[int]:
    return frozenset(number for number in map(as_number, texts) if number is not None)


def _rests_on(entry: FactEntry) -> str:
    told = [str(item) for item in entry.evidence.all()]
    if entry.snapshot:
        told.append(name_of(entry.snapshot))
    return ", ".join(filter(None, [*told, entry.statement]))


def _came_for(line: Line) -> frozenset[int]:
    return frozenset(item.pk for item in line.items if _is_of_use(item))


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
