"""Tells staff what they must know about a case: on the desk, and by mail."""

from cases.models import Case, CaseEvent


def on_case_event(case: Case, event: CaseEvent) -> None:
    """Writes a notice to each person the event concerns. Called inside the transaction of the change."""
