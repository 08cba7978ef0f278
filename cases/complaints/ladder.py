"""The levels a complaint can climb, and what comes after each (R-54). Pure."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.states import LEVELS


@dataclass(frozen=True)
class Level:
    """How high a complaint stands: the answer, then the review by somebody who has not decided on it; `is_final` says that
    the operator has said its last word."""

    number: int
    is_final: bool = False

    @property
    def of(self) -> int:
        return LEVELS

    def __str__(self) -> str:
        return _("level %(number)d of %(of)d") % {"number": self.number, "of": self.of}

    @property
    def next(self) -> str:
        """What the customer can do who does not agree, in the language in use."""
        if self.is_final:
            return external_route()
        if self.number < LEVELS:
            return _("an independent review by somebody who has not decided on the complaint (level %(number)d)") % {
                "number": self.number + 1
            }
        return _("our final response, which says where to turn outside")


def level_of_round(number: int, *, is_final: bool = False) -> Level:
    """The first round is answered at the first level; every later one is a review at the last."""
    return Level(min(number, LEVELS), is_final)


def external_route() -> str:
    """Where the customer can turn outside, as the operator has it, in the language in use."""
    language = (get_language() or "").split("-")[0]
    return str(settings.EXTERNAL_ROUTE.get(language) or settings.EXTERNAL_ROUTE["vi"])
