"""Whoever files a piece of evidence for a customer is not the one on whose word alone it counts."""

from collections.abc import Iterable
from itertools import islice

from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies
from cases.evidence.models import EvidenceItem
from cases.models import Case
from cases.states import Step
from cskh.core.errors import NotPermitted

_NAMED = 5  # at most so many colleagues are named in one sentence


def rests_on_own_filing(actor: Actor, evidence: Iterable[EvidenceItem]) -> bool:
    """Whether something among it was filed by `actor`."""
    return any(item.was_filed_by(actor) for item in evidence)


def require_another(held: Case, item: EvidenceItem, *, actor: Actor) -> None:
    """Raises NotPermitted where `actor` filed it, and says who may accept it."""
    if not item.was_filed_by(actor):
        return
    others = policies.who_may(Step.REQUEST_EVIDENCE, held).exclude(pk=actor.subject.pk).order_by("username")
    if names := ", ".join(str(person) for person in islice(others, _NAMED)):
        raise NotPermitted(_("You filed this yourself. Somebody else accepts it: %(people)s.") % {"people": names})
    raise NotPermitted(
        _(
            "You filed this yourself, and nobody else here may check it. An administrator makes a colleague a member of the "
            "department."
        )
    )
