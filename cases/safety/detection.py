"""Finds in a text what must not wait: `detect("e ko mun song nua")` → a crisis, and where it says so."""

from dataclasses import dataclass
from functools import cache

from . import lexicon
from .kinds import Kind
from .lexicon import Rule
from .reading import MARKS, Reading, read

MOST_CHARACTERS = 20_000  # of a longer text its beginning and its end are read
_LOOKED_BACK = 90  # characters: what turns the meaning stands close by
_DENIED_WITHIN = 6


@dataclass(frozen=True, order=True)
class Finding:
    """The words from `start` to `end` of the text say `kind`."""

    start: int
    end: int
    kind: Kind


def detect(text: str) -> list[Finding]:
    """Everything the text says that must not wait, in its order; overlapping words of one kind are one finding."""
    half = MOST_CHARACTERS // 2
    if len(text) <= MOST_CHARACTERS:
        return _findings(text)
    moved = len(text) - half
    tail = [Finding(one.start + moved, one.end + moved, one.kind) for one in _findings(text[moved:])]
    return _findings(text[:half]) + tail


def kinds_in(text: str) -> frozenset[Kind]:
    """What `detect` finds, without where."""
    return frozenset(one.kind for one in detect(text))


def _findings(text: str) -> list[Finding]:
    reading = read(text, _vocabulary().__contains__)
    found = sorted(
        Finding(*reading.span(match.start(), match.end()), rule.kind)
        for rule in lexicon.RULES
        for match in rule.pattern.finditer(reading.line)
        if _is_meant(rule, reading, match.start(), match.end())
    )
    kept: dict[Kind, list[Finding]] = {}
    for one in found:
        same = kept.setdefault(one.kind, [])
        if same and one.start < same[-1].end:
            same[-1] = Finding(same[-1].start, max(one.end, same[-1].end), one.kind)
        else:
            same.append(one)
    return sorted(one for same in kept.values() for one in same)


def _is_meant(rule: Rule, reading: Reading, start: int, end: int) -> bool:
    before = reading.line[max(0, start - _LOOKED_BACK) : start]
    after = reading.line[end : end + _LOOKED_BACK]
    if rule.before and rule.before.search(before):
        return False
    if rule.after and rule.after.match(after):
        return False
    return not (_is_denied(before) or lexicon.DENIED_AFTER.match(after))


def _is_denied(before: str) -> bool:
    """Whether "không" and the like stand before it, with nothing but words between that carry the denial on."""
    for word in reversed(before.split()[-_DENIED_WITHIN:]):
        bare = word.rstrip(MARKS)
        if bare in lexicon.DENYING:
            return True
        if bare not in lexicon.CARRYING_ON:
            return False
    return False


@cache
def _vocabulary() -> frozenset[str]:
    return lexicon.vocabulary()
