"""Who read which case, and which of its files."""

from accounts.actors import Actor

from .models.access import CASE_ITSELF, Access
from .models.access import this_hour as this_hour  # a migration knows it by this name


def note_access(
    actor: Actor, *case_ids: int, evidence_item: int = CASE_ITSELF, is_saved: bool = False, reason: str = ""
) -> None:
    """To be called before anything is shown: what cannot be noted is not shown. One statement.

    `is_saved` says that the original of the file leaves us, which is another access than a look at its picture.
    """
    if actor.is_staff or actor.is_integration:
        who = {"user": actor.subject} if actor.is_staff else {"program": actor.subject}
        of = {"evidence_item": evidence_item, "is_saved": is_saved, "reason": reason, **who}
        # In one order, so that two who read the same cases never wait for each other.
        rows = [Access(case_id=one, **of) for one in sorted(set(case_ids))]
        Access.objects.bulk_create(rows, ignore_conflicts=True)
