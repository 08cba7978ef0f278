"""The formal side of a case: its place in the register, what is complained about, what was found, decided and done about it.

And what the customer was officially told."""

from .choices import TECHNICAL, Cause, Fault, Outcome, Severity, Side
from .issues import Account, Decision, DeviationApproval, Finding, Issue, Recourse
from .policy import Days, PolicyClause
from .problems import Problem, ProblemLink, ProblemStatus
from .register import Complaint
from .remedies import ApprovalLimit, Remedy, RemedyApproval, RemedyExecution
from .responses import Response, ResponsePrint

__all__ = [
    "TECHNICAL",
    "Account",
    "ApprovalLimit",
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
    "Problem",
    "ProblemLink",
    "ProblemStatus",
    "Recourse",
    "Remedy",
    "RemedyApproval",
    "RemedyExecution",
    "Response",
    "ResponsePrint",
    "Severity",
    "Side",
]
