"""The event record as sentences."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import timeline
from cases.events import ANSWER_TEXTS, label_of
from cases.evidence.models import EvidenceItem
from cases.models import CLOCK_KINDS, Case, FollowUp
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
    "follow_up": dict(FollowUp.Kind.choices),
    "why": {"new_evidence": gettext_lazy("new evidence"), "new_proposal": gettext_lazy("another outcome is proposed")},
}


@dataclass(frozen=True)
class Sentence:
    number: int
    at: datetime
    who: str
    what: str
    details: str
    words: str


def history_of(case: Case, before: str = "") -> Latest[Sentence]:
    """The latest, or what happened before the cursor `before`; newest first. Five queries, however much happened."""
    found = latest(newest(case.events.select_related("words"), "number", before), lambda event: event.number)
    events = found.rows[::-1]
    names = names_of(timeline.whos_of(events), case)
    things = timeline.things_of(events)
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


def _details(facts: dict[str, Any], things: dict[tuple[str, str], str], names: dict[Who, str]) -> list[str]:
    """The facts that mean something to a reader; ids of rows and hashes do not."""
    said = []
    for key, value in facts.items():
        if value in (None, ""):
            continue
        if (key, str(value)) in things:
            said.append(things[(key, str(value))])
        elif key in _CHOICES:
            label = str(_CHOICES[key].get(value, value))
            said.append(_("was %(value)s") % {"value": label} if key == "before" else label)
        elif key == "assignee":
            said.append("→ " + names[("staff", str(value))])
        elif key == "round":
            said.append(_("round %(number)d") % {"number": value})
        elif key == "duplicate_of":
            said.append(str(value))
    return said
