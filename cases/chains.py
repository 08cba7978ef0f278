"""Records that cannot be rewritten unnoticed: each link's hash covers what it says and the hash of the link before. Pure."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar


class Link(Protocol):
    """A row of such a record. `facts["words"]` is the salted hash of words that are kept apart, where they can be erased."""

    number: int
    facts: Any
    previous_hash: str
    hash: str


L = TypeVar("L", bound=Link)


def digest(said: object) -> str:
    """SHA-256 (hex) over `said` as canonical JSON."""
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def moment(at: datetime) -> str:
    """As it goes into a digest: UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def salted(salt: str, words: str) -> str:
    """The hash that stays in a link when its words are erased."""
    return hashlib.sha256((salt + words).encode()).hexdigest()


def breaks(
    links: Iterable[L], hash_of: Callable[[L], str], *, end: tuple[int, str] | None, what: str
) -> Iterator[tuple[int, str]]:
    """Where the chain of `links`, in their order, does not hold: the number, and what is wrong in words.

    `end` is the number and hash the last one must have; None where that is not known, which is a break. `what` names a link.
    """
    previous, expected = "", 1
    for link in links:
        if link.number != expected:
            yield expected, "missing"
            expected = link.number
        if link.previous_hash != previous:
            yield link.number, f"does not follow from the {what} before"
        if link.hash != hash_of(link):
            yield link.number, "altered"
        words = getattr(link, "words", None)
        if words and link.facts.get("words") != salted(words.salt, words.text):
            yield link.number, "its words were altered"
        previous, expected = link.hash, expected + 1
    if expected == 1 or (expected - 1, previous) != end:
        yield expected, "the end of the chain is missing or was replaced"
