"""Entering a case in the complaint register."""

from cases.models import Case

from .models import Complaint


def register_complaint(case: Case) -> Complaint:
    """The case's entry in the register, made if there is none yet. An entry is never taken out again (R-37)."""
    return Complaint.objects.get_or_create(case=case)[0]
