"""Asks customers once a round how satisfied they are, after the outcome, and takes what they say (R-38)."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.customers.models import Contact
from cases import policies
from cases.events import EventKind, record
from cases.models import Case
from cases.satisfaction import SCORES, question_of
from cases.states import Channel, ClosedAs, Step
from cskh.core.errors import Invalid, NotPermitted, StepNotAllowed
from cskh.core.text import clean, require_length

from . import protection, reopening
from ._take_step import change_case

_SURVEY = Actor.system("survey")
_ASKED_AFTER = frozenset({ClosedAs.ACCEPTED, ClosedAs.NO_REPLY, ClosedAs.FINAL_RESPONSE})
# Where customers read what we write with no address of theirs: in the app, in the chat, on the page of their request.
_READ_WITHOUT_ADDRESS = frozenset({Channel.APP, Channel.CHAT, Channel.WEB})
COMMENT_MAX = 4000


def ask(held: Case) -> None:
    """Asks about the round of the locked case that has just ended, where there was an outcome. Never twice, never somebody who
    is to be left in peace, and without a reminder. Whoever has only a telephone is not called for this, so not asked: a
    question that reaches nobody would stand in the reports as one that nobody answered."""
    if not settings.SATISFACTION_ASKED or held.closed_as not in _ASKED_AFTER or not _is_reached_in_writing(held):
        return
    if policies.may_be_solicited(held.customer):
        record(held, EventKind.SATISFACTION_ASKED, actor=_SURVEY, round=held.round, **reopening.after_final(held))


def _is_reached_in_writing(held: Case) -> bool:
    """Whether `channels_app.outbox` delivers what nobody is called for."""
    return held.channel in _READ_WITHOUT_ADDRESS or (
        held.contact is not None and held.contact.kind == Contact.Kind.EMAIL
    )


def give(case: Case, *, actor: Actor, score: int, ease: int | None = None, comment: str = "") -> None:
    """What the customer says, themselves or through the operator's app; said again while the question is open, it takes the
    place of what they said before.

    Raises NotPermitted for staff, StepNotAllowed where nothing is asked (any more), Invalid for scores that there are not.
    """
    policies.require(actor, Step.ACCEPT, case)
    if actor.is_staff:
        raise NotPermitted(_("Customers say this themselves."))
    for field, value in (("score", score), ("ease", ease)):
        if value not in SCORES and (value is not None or field == "score"):
            raise Invalid(errors={field: [_("Choose a number from 1 to 5.")]})
    words = clean(comment)
    require_length(words, COMMENT_MAX, field="comment")
    with change_case(case) as held:
        question = question_of(held)
        if held.is_open or question is None or not question.is_open:
            raise StepNotAllowed(_("This is not asked any more. You can write to us about it all the same."))
        record(
            held,
            EventKind.SATISFACTION_GIVEN,
            actor=actor,
            words=words,
            round=held.round,
            score=score,
            ease=ease,
        )
        protection.heed_on(held, words, at=timezone.now())
