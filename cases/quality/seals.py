"""Whether reviews, and what agents said to them, still say what the record of their case sealed."""

from collections.abc import Collection, Iterator
from itertools import islice

from cases import chains
from cases.events import EventKind, Flaw
from cases.models import CaseEvent

from .models import AgentComment, Critical, Review

_AT_ONCE = 500


def text_hash(salt: str, text: str) -> str:
    """What stays of a text when it is emptied; "" where there was none."""
    return chains.salted(salt, text) if text else ""


def seal_of(review: Review) -> str:
    """SHA-256 (hex) over all that a review says and all that is counted of it, texts by their hashes, with its salt: few things
    can be said, and a bare hash could be guessed."""
    marks = sorted((mark.criterion_id, mark.result, mark.comment_sha256) for mark in review.marks.all())
    said = [review.salt, review.case_id, review.round, review.sample_id, review.agent_id, review.reviewer_id]
    counted = [
        review.department_id,
        chains.moment(review.done_at) if review.done_at else "",
        review.score,
        review.passed,
    ]
    ok = [getattr(review, f"{critical.value}_ok") for critical in Critical]
    return chains.digest([*said, *counted, ok, review.summary_sha256, [list(mark) for mark in marks]])


def seal_of_comment(said: AgentComment) -> str:
    """SHA-256 (hex) over what the agent said, by its hash, and when."""
    return chains.digest([said.salt, said.review_id, chains.moment(said.at), said.text_sha256])


def altered(codes: Collection[str] = ()) -> Iterator[Flaw]:
    """Reviews and comments that were altered since, or are gone; of all cases, or of those with `codes`. A text that was emptied
    is no flaw."""
    kinds = [EventKind.QUALITY_REVIEWED, EventKind.QUALITY_ANSWERED]
    events = CaseEvent.objects.filter(kind__in=kinds).select_related("case").order_by("case_id", "number")
    if codes:
        events = events.filter(case__code__in=codes)
    rest = events.iterator(chunk_size=_AT_ONCE)
    while some := list(islice(rest, _AT_ONCE)):
        named = Review.objects.filter(pk__in={event.facts["review"] for event in some})
        reviews = {one.pk: one for one in named.select_related("said").prefetch_related("marks")}
        for event in some:
            if wrong := _wrong(event, reviews.get(event.facts["review"])):
                yield Flaw(event.case.code, event.number, wrong)


def _wrong(event: CaseEvent, review: Review | None) -> str:
    """What does not hold, in words; "" where all does."""
    if review is None:
        return "the quality review it names is gone"
    if event.kind == EventKind.QUALITY_REVIEWED:
        texts = [(review.summary, review.summary_sha256)]
        texts += [(mark.comment, mark.comment_sha256) for mark in review.marks.all()]
        holds = seal_of(review) == event.facts["sha256"] and _hold(review.salt, texts)
        return "" if holds else "its quality review was altered"
    said = getattr(review, "said", None)
    if said is None:
        return "the comment on the quality review it names is gone"
    holds = seal_of_comment(said) == event.facts["sha256"] and _hold(said.salt, [(said.text, said.text_sha256)])
    return "" if holds else "the comment on its quality review was altered"


def _hold(salt: str, texts: list[tuple[str, str]]) -> bool:
    """Whether each text is the one of its hash, or was emptied."""
    return all(not text or text_hash(salt, text) == kept for text, kept in texts)
