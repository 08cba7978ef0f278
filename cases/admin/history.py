"""The event record as sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases import timeline
from cases.complaints.models import Cause, Fault, Outcome, Severity, Side
from cases.events import ANSWER_TEXTS, label_of
from cases.evidence.models import ChecklistItem, EvidenceItem, FactEntry
from cases.models import CLOCK_KINDS, SAFETY_KINDS, Case, CaseEvent, FollowUp
from cases.states import Channel, ClosedAs, Nature, Priority
from cskh.core.latest import Latest, latest, newest

from .words import Who, names_of

_CHOICES: dict[str, dict[str, Any]] = {
    "channel": dict(Channel.choices),
    "nature": dict(Nature.choices),
    "priority": dict(Priority.choices),
    "before": dict([*Priority.choices, *EvidenceItem.State.choices]),
    "closed_as": dict(ClosedAs.choices),
    "clock": dict(CLOCK_KINDS),
    "result": dict(FactEntry.Kind.choices),
    "follow_up": dict(FollowUp.Kind.choices),
    "why": {
        "new_evidence": gettext_lazy("new evidence"),
        "new_proposal": gettext_lazy("another outcome is proposed"),
        "complaint_changed": gettext_lazy("the complaint was worked on"),
    },
    "side": dict(Side.choices),
    "cause": dict(Cause.choices),
    "fault": dict(Fault.choices),
    "outcome": dict(Outcome.choices),
    "severity": dict(Severity.choices),
}
_SAFETY: dict[str, Any] = dict(SAFETY_KINDS)

# The facts of an event that are a slug on a checklist; `check` is the row of what was found about an evidence item.
_ON_CHECKLISTS = ("fact", "thing", "made_check")


@dataclass(frozen=True)
class Sentence:
    number: int
    at: datetime
    who: str
    what: str
    details: str
    words: str


def history_of(case: Case, before: str = "") -> Latest[Sentence]:
    """The latest, or what happened before the cursor `before`; newest first. Seven queries, however much happened."""
    found = latest(newest(case.events.select_related("words"), "number", before), lambda event: event.number)
    events = found.rows[::-1]
    names = names_of(timeline.whos_of(events), case)
    things = timeline.things_of(events) | _evidence_of(events) | _facts_of(events, case)
    sentences = [
        Sentence(
            number=event.number,
            at=event.at,
            who=names[(event.actor_kind, event.actor_id)],
            what=label_of(event.kind),
            details=", ".join(_details(event.facts, things, names)),
            words=event.words.text if hasattr(event, "words") and event.kind not in ANSWER_TEXTS else "",
        )
        for event in events
    ]
    return Latest(sentences, found.earlier)


def _evidence_of(events: Sequence[CaseEvent]) -> dict[tuple[str, str], str]:
    """What the evidence among these is called, as `timeline.things_of` has it."""
    ids = {event.facts["item"] for event in events if event.facts.get("item")}
    return {("item", str(one.pk)): str(one) for one in EvidenceItem.objects.filter(pk__in=ids)} if ids else {}


def _facts_of(events: Sequence[CaseEvent], case: Case) -> dict[tuple[str, str], str]:
    """What the things on the checklist are called that somebody spoke of; in the newest version that knows them."""
    slugs = {(key, event.facts[key]) for event in events for key in _ON_CHECKLISTS if event.facts.get(key)}
    if not slugs:
        return {}
    entries = ChecklistItem.objects.filter(
        checklist__category=case.category_id, slug__in={slug for _key, slug in slugs}
    )
    names = {entry.slug: entry.name for entry in entries.order_by("checklist__number")}
    return {(key, slug): names.get(slug, slug) for key, slug in slugs}


def _details(facts: dict[str, Any], things: dict[tuple[str, str], str], names: dict[Who, str]) -> list[str]:
    """The facts that mean something to a reader; ids of rows and hashes do not."""
    said = []
    for key, value in facts.items():
        if key == "settled":
            said += [] if value else [_("awaits a second verifier")]
        elif value in (None, ""):
            continue
        elif (key, str(value)) in things:
            said.append(things[(key, str(value))])
        elif key == "confirms":
            said.append(_("second verifier"))
        elif key == "safety":
            said += [str(_SAFETY[kind]) for kind in value if kind in _SAFETY]
        elif key == "is_vulnerable":
            said += [_("customer is vulnerable")] if value else []
        elif key in _CHOICES:
            label = str(_CHOICES[key].get(value, value))
            said.append(_("was %(value)s") % {"value": label} if key == "before" else label)
        elif key == "assignee":
            said.append("→ " + names[("staff", str(value))])
        elif key == "late":
            asked_late = ngettext(
                "%(count)d thing could have been asked for earlier",
                "%(count)d things could have been asked for earlier",
                len(value),
            )
            said += [asked_late % {"count": len(value)}] if value else []
        elif key == "issue":
            said.append(_("issue %(number)d") % {"number": value})
        elif key == "clause":
            said.append(_("clause %(number)d") % {"number": value})
        elif key == "round":
            said.append(_("round %(number)d") % {"number": value})
        elif key == "score":
            said.append(_("%(score)d of 5") % {"score": value})
        elif key in ("duplicate_of", "numbered"):
            said.append(str(value))
    return said
