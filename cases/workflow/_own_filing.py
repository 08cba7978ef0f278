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


def filed_by(actor: Actor, item: EvidenceItem) -> bool:
    """Whether `actor`, one of us, filed it: at the desk, or for a caller. What customers send or write is filed by them."""
    return actor.is_staff and (item.sender_kind, item.sender_id) == (actor.kind.value, actor.id)


def rests_on_own_filing(actor: Actor, evidence: Iterable[EvidenceItem]) -> bool:
    """Whether something among it was filed by `actor`."""
    return any(filed_by(actor, item) for item in evidence)


def require_another(held: Case, item: EvidenceItem, *, actor: Actor) -> None:
    """Raises NotPermitted where `actor` filed it, and says who may accept it."""
    if not filed_by(actor, item):
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
