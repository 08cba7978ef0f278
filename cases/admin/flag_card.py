"""What a flagged case shows before everything else: what was found in which words, how long is left, and who clears it."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.actors import Actor
from cases import policies
from cases.models import Case
from cases.safety.detection import detect

from .conversation import Entry

_LOOKED_AT = 10  # the customer's latest words; what was said before stands in the conversation
_QUOTED = 3
_AROUND = 60


@dataclass(frozen=True)
class Quote:
    """The `found` words with what stands around them; `anchor` is where they were said."""

    anchor: str
    before: str
    found: str
    after: str


@dataclass(frozen=True)
class Flag:
    kinds: str
    quotes: list[Quote]
    may_clear: bool


def flag_of(case: Case, actor: Actor, entries: Iterable[Entry]) -> Flag:
    """No query. The words are found anew in what the page shows, since none are copied to where they could not be erased."""
    said = [entry for entry in entries if entry.look == "in"][-_LOOKED_AT:]
    quotes = [quote for entry in reversed(said) for quote in _quotes(entry)]
    return Flag(case.flagged_for, quotes[:_QUOTED], policies.may_clear_flag(actor, case))


def _quotes(entry: Entry) -> Iterable[Quote]:
    for one in detect(entry.body):
        before = entry.body[max(0, one.start - _AROUND) : one.start]
        after = entry.body[one.end : one.end + _AROUND]
        yield Quote(
            entry.anchor,
            f"…{before}" if one.start > _AROUND else before,
            entry.body[one.start : one.end],
            f"{after}…" if one.end + _AROUND < len(entry.body) else after,
        )
