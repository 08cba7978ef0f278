"""What is counted, each once: the same conditions make the summaries, and the lists of cases behind a figure.

They are asked of `CountedCase`. Spam and duplicates are nobody's matter and count nowhere but in their own columns. A
complaint is a case in the register; how it came out counts once it is closed, and a reopened case is open again.
"""

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from cases.complaints.models import Outcome
from cases.states import ClosedAs

_COUNTS = ~Q(closed_as__in=[ClosedAs.SPAM, ClosedAs.DUPLICATE])
_CLOSED = _COUNTS & Q(closed_at__isnull=False)
_ASKED = _COUNTS & Q(asked_at__isnull=False)
CONTENT = 4  # of 5: from here on a customer counts as satisfied, and what was asked as easy
_JUDGED = _CLOSED & Q(is_complaint=True)
SOLVED = Q(closed_as__in=[ClosedAs.ACCEPTED, ClosedAs.FINAL_RESPONSE])
ENDED_OTHERWISE = Q(closed_as__in=[ClosedAs.NO_REPLY, ClosedAs.WITHDRAWN])


class Measure(TextChoices):
    CASES = "cases", _("cases")
    OPEN = "open", _("still open")
    CLOSED = "closed", _("cases closed")
    ACCEPTED = "accepted", ClosedAs.ACCEPTED.label
    FINAL_RESPONSE = "final_response", ClosedAs.FINAL_RESPONSE.label
    NO_REPLY = "no_reply", ClosedAs.NO_REPLY.label
    WITHDRAWN = "withdrawn", ClosedAs.WITHDRAWN.label
    DUPLICATE = "duplicate", ClosedAs.DUPLICATE.label
    SPAM = "spam", ClosedAs.SPAM.label
    ANSWERED = "answered", _("cases answered")
    REOPENED = "reopened", _("cases reopened")
    COMPLAINTS = "complaints", _("complaints closed")
    UPHELD = "upheld", Outcome.UPHELD.label
    PARTLY = "partly", Outcome.PARTLY.label
    NOT_UPHELD = "not_upheld", Outcome.NOT_UPHELD.label
    OUT_OF_SCOPE = "out_of_scope", Outcome.OUT_OF_SCOPE.label
    GIVEN_UP = "given_up", _("given up by the customer")
    UNDECIDED = "undecided", _("closed without a decision")
    ASKED = "asked", _("customers asked")
    SAID = "said", _("said how satisfied they are")
    SATISFIED = "satisfied", _("satisfied (4 or 5)")
    SCORE_1 = "score_1", _("1: not at all")
    SCORE_2 = "score_2", "2"
    SCORE_3 = "score_3", "3"
    SCORE_4 = "score_4", "4"
    SCORE_5 = "score_5", _("5: very satisfied")
    SAID_EASE = "said_ease", _("said how easy it was")
    EASY = "easy", _("easy (4 or 5)")


CONDITIONS: dict[str, Q] = {
    Measure.CASES: _COUNTS,
    Measure.OPEN: Q(closed_at__isnull=True),
    Measure.CLOSED: _CLOSED,
    Measure.ACCEPTED: Q(closed_as=ClosedAs.ACCEPTED),
    Measure.FINAL_RESPONSE: Q(closed_as=ClosedAs.FINAL_RESPONSE),
    Measure.NO_REPLY: Q(closed_as=ClosedAs.NO_REPLY),
    Measure.WITHDRAWN: Q(closed_as=ClosedAs.WITHDRAWN),
    Measure.DUPLICATE: Q(closed_as=ClosedAs.DUPLICATE),
    Measure.SPAM: Q(closed_as=ClosedAs.SPAM),
    Measure.ANSWERED: _COUNTS & Q(answered_at__isnull=False),
    Measure.REOPENED: _COUNTS & Q(answered_at__isnull=False, is_reopened=True),
    Measure.COMPLAINTS: _JUDGED,
    Measure.UPHELD: _JUDGED & Q(outcome=Outcome.UPHELD),
    Measure.PARTLY: _JUDGED & Q(outcome=Outcome.PARTLY),
    Measure.NOT_UPHELD: _JUDGED & Q(outcome=Outcome.NOT_UPHELD),
    Measure.OUT_OF_SCOPE: _JUDGED & Q(outcome=Outcome.OUT_OF_SCOPE),
    Measure.GIVEN_UP: _JUDGED & Q(outcome=Outcome.WITHDRAWN),
    Measure.UNDECIDED: _JUDGED & Q(outcome=""),
    Measure.ASKED: _ASKED,
    Measure.SAID: _ASKED & Q(score__isnull=False),
    Measure.SATISFIED: _ASKED & Q(score__gte=CONTENT),
    Measure.SCORE_1: _ASKED & Q(score=1),
    Measure.SCORE_2: _ASKED & Q(score=2),
    Measure.SCORE_3: _ASKED & Q(score=3),
    Measure.SCORE_4: _ASKED & Q(score=4),
    Measure.SCORE_5: _ASKED & Q(score=5),
    Measure.SAID_EASE: _ASKED & Q(ease__isnull=False),
    Measure.EASY: _ASKED & Q(ease__gte=CONTENT),
}
ENDS = (Measure.ACCEPTED, Measure.FINAL_RESPONSE, Measure.NO_REPLY, Measure.WITHDRAWN)
SORTED_OUT = (Measure.DUPLICATE, Measure.SPAM)
SCORES = (Measure.SCORE_1, Measure.SCORE_2, Measure.SCORE_3, Measure.SCORE_4, Measure.SCORE_5)
OUTCOMES = (
    Measure.UPHELD,
    Measure.PARTLY,
    Measure.NOT_UPHELD,
    Measure.OUT_OF_SCOPE,
    Measure.GIVEN_UP,
    Measure.UNDECIDED,
)
