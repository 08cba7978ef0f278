"""The formal side of a case: its place in the register, what is complained about, what was found and decided, and by what.

And what the customer was officially told."""

from .choices import TECHNICAL, Cause, Fault, Outcome, Severity, Side
from .issues import Account, Decision, DeviationApproval, Finding, Issue, Recourse
from .policy import Days, PolicyClause
from .register import Complaint
from .responses import Response, ResponsePrint

__all__ = [
    "TECHNICAL",
    "Account",
    "Cause",
    "Complaint",
    "Days",
    "Decision",
    "DeviationApproval",
    "Fault",
    "Finding",
    "Issue",
    "Outcome",
    "PolicyClause",
    "Recourse",
    "Response",
    "ResponsePrint",
    "Severity",
    "Side",
]
