"""Entering a case in the complaint register, and finding it there."""

from cases.models import Case
from cases.states import Nature

from .models import Complaint

FORMAL = frozenset({Nature.COMPLAINT, Nature.DISPUTE})


def complaint_of(case: Case) -> Complaint | None:
    """The case's entry in the register. No query where the case was read with it (`queries.for_file`, `queries.locked`)."""
    complaint: Complaint | None = getattr(case, "complaint", None)
    return complaint


def note_new(case: Case) -> None:
    """A case that is just being opened stands in no register yet: said, so that nobody asks the database."""
    Complaint._meta.get_field("case").remote_field.set_cached_value(case, None)


def register_complaint(held: Case) -> Complaint | None:
    """Enters the locked case in the register, as far as the case knows the matter; None where it stands there already.

    An entry is never taken out again (R-37).
    """
    if complaint_of(held) is not None:
        return None
    return Complaint.objects.create(
        case=held,
        happened_from=held.incident_at,
        happened_until=held.incident_at,
        amount=held.amount or None,
    )
