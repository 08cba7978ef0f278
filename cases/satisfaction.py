"""How satisfied customers say they are: asked once a round, kept in the record of the case (R-38).

The scores are facts of an event, and so for reports; what the customer adds in words is kept apart, where it can be erased.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from .events import EventKind
from .models import Case

SCORES = range(1, 6)  # 5 is best


@dataclass(frozen=True)
class Opinion:
    """`score` says how satisfied they are, `ease` how easy it was for them (None where they did not say)."""

    score: int
    ease: int | None
    comment: str
    at: datetime


@dataclass(frozen=True)
class Question:
    """That the customer was asked in a round, and what they said last."""

    asked_at: datetime
    opinion: Opinion | None = None

    @property
    def is_open(self) -> bool:
        """Whether it can still be answered, or the answer be changed."""
        return timezone.now() < self.asked_at + settings.SATISFACTION_OPEN_FOR


def question_of(case: Case) -> Question | None:
    """What was asked when the present round ended; None where it was not. One query."""
    kinds = [EventKind.SATISFACTION_ASKED, EventKind.SATISFACTION_GIVEN]
    question = None
    told = case.events.filter(kind__in=kinds, facts__round=case.round).select_related("words").order_by("number")
    for event in told:
        if event.kind == EventKind.SATISFACTION_ASKED:
            question = Question(event.at)
        elif question is not None:
            words = getattr(event, "words", None)
            said = Opinion(event.facts["score"], event.facts["ease"], words.text if words else "", event.at)
            question = Question(question.asked_at, said)
    return question
