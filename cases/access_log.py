"""Who read which case, and which of its files."""

from accounts.actors import Actor

from .models.access import CASE_ITSELF, Access
from .models.access import this_hour as this_hour  # a migration knows it by this name


def note_access(actor: Actor, *case_ids: int, evidence_item: int = CASE_ITSELF, reason: str = "") -> None:
    """To be called before anything is shown: what cannot be noted is not shown. One statement."""
    if actor.is_staff or actor.is_integration:
        who = {"user": actor.subject} if actor.is_staff else {"program": actor.subject}
        Access.objects.bulk_create(
            # In one order, so that two who read the same cases never wait for each other.
            [Access(case_id=one, evidence_item=evidence_item, reason=reason, **who) for one in sorted(set(case_ids))],
            ignore_conflicts=True,
        )
