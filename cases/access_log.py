"""Who read which case, and which of its files."""

from accounts.actors import Actor

from .models.access import CASE_ITSELF, Access
from .models.access import this_hour as this_hour  # a migration knows it by this name


def note_access(
    actor: Actor, case_id: int, *, evidence_item: int = CASE_ITSELF, is_saved: bool = False, reason: str = ""
) -> None:
    """To be called before anything is shown: what cannot be noted is not shown. One statement.

    `is_saved` says that the original of the file leaves us, which is another access than a look at its picture.
    """
    if actor.is_staff or actor.is_integration:
        who = {"user": actor.subject} if actor.is_staff else {"program": actor.subject}
        access = Access(case_id=case_id, evidence_item=evidence_item, is_saved=is_saved, reason=reason, **who)
        Access.objects.bulk_create([access], ignore_conflicts=True)
