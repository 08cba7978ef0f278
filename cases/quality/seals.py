"""Whether reviews still say what the record of their case sealed."""

from collections.abc import Collection, Iterator

from cases import chains
from cases.events import EventKind, Flaw
from cases.models import CaseEvent

from .models import Review


def seal_of(review: Review) -> str:
    """SHA-256 (hex) over all that a review says, with its salt: few things can be said, and a bare hash could be guessed."""
    marks = review.marks.order_by("criterion_id").values_list("criterion_id", "result", "comment")
    said = [review.salt, review.case_id, review.round, review.agent_id, review.reviewer_id]
    return chains.digest([*said, review.score, review.passed, review.summary, [list(mark) for mark in marks]])


def altered(codes: Collection[str] = ()) -> Iterator[Flaw]:
    """Reviews that were altered since, or are gone; of all cases, or of those with `codes`."""
    events = (
        CaseEvent.objects.filter(kind=EventKind.QUALITY_REVIEWED).select_related("case").order_by("case_id", "number")
    )
    if codes:
        events = events.filter(case__code__in=codes)
    for event in events.iterator(chunk_size=500):
        review = Review.objects.filter(pk=event.facts["review"]).first()
        if review is None:
            yield Flaw(event.case.code, event.number, "the quality review it names is gone")
        elif seal_of(review) != event.facts["sha256"]:
            yield Flaw(event.case.code, event.number, "its quality review was altered")
