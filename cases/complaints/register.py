"""Entering a case in the complaint register."""

from cases.models import Case

from .models import Complaint


def register_complaint(case: Case) -> None:
    """Enters the case in the register unless it is there. An entry is never taken out again (R-37)."""
    Complaint.objects.bulk_create([Complaint(case=case)], ignore_conflicts=True)
