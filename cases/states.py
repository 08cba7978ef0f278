"""Status, Step and the one table of legal moves.

`TRANSITIONS` drives the gate, the buttons of the desk, `allowed_steps` of the API, the test matrix and the diagram in the
README. Nothing else knows which step leads where.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# How high a matter can climb inside: the answer, and its review by somebody who has not decided on it.
LEVELS = 2


class Status(models.TextChoices):
    RECEIVED = "received", _("Received")
    ROUTED = "routed", _("With the department")
    AWAITING_CUSTOMER = "awaiting_customer", _("Waiting for the customer")
    VERIFYING = "verifying", _("Verifying")
    RESOLVING = "resolving", _("Being handled")
    AWAITING_APPROVAL = "awaiting_approval", _("Waiting for approval")
    ANSWERED = "answered", _("Answered")
    REOPENED = "reopened", _("Reopened")
    CLOSED = "closed", _("Closed")


class ClosedAs(models.TextChoices):
    ACCEPTED = "accepted", _("accepted by the customer")
    NO_REPLY = "no_reply", _("closed without reply")
    FINAL_RESPONSE = "final_response", _("final response given")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DUPLICATE = "duplicate", _("duplicate")
    SPAM = "spam", _("spam")


class Priority(models.TextChoices):
    LOW = "low", pgettext_lazy("priority", "low")
    NORMAL = "normal", pgettext_lazy("priority", "normal")
    HIGH = "high", pgettext_lazy("priority", "high")
    URGENT = "urgent", pgettext_lazy("priority", "urgent")


PRIORITY_RANK = {Priority.LOW: 0, Priority.NORMAL: 1, Priority.HIGH: 2, Priority.URGENT: 3}
FLAGGED_RANK = 4  # before everything else in every queue: flagged for protection


class Nature(models.TextChoices):
    QUESTION = "question", _("question")
    SERVICE_REQUEST = "service_request", _("service request")
    SUGGESTION = "suggestion", _("suggestion")
    COMPLAINT = "complaint", _("complaint")
    DISPUTE = "dispute", _("dispute")
    DATA_SUBJECT_REQUEST = "data_subject_request", _("data-subject request")


class Channel(models.TextChoices):
    CHAT = "chat", _("live chat")
    EMAIL = "email", _("email")
    HOTLINE = "hotline", _("hotline")
    APP = "app", _("app")
    WEB = "web", _("web form")


class Step(models.TextChoices):
    CLASSIFY = "classify", _("Classify")
    RECLASSIFY = "reclassify", _("Classify again")
    ASSIGN = "assign", _("Assign or transfer")
    REQUEST_EVIDENCE = "request-evidence", _("Ask for evidence")
    EVIDENCE_COMPLETED = "evidence-completed", _("Evidence is complete")
    EVIDENCE_OVERDUE = "evidence-overdue", _("Longest wait is over")
    START_RESOLVING = "start-resolving", _("Start handling")
    PROPOSE = "propose", _("Propose the outcome")
    APPROVE = "approve", _("Approve the outcome")
    RETURN = "return", _("Return for rework")
    ANSWER = "answer", _("Answer the customer")
    ACCEPT = "accept", _("Customer accepts")
    REJECT = "reject", _("Customer rejects")
    CLOSE_NO_REPLY = "close-no-reply", _("Close without reply")
    FINAL_RESPONSE = "final-response", _("Give the final response")
    REOPEN = "reopen", _("Reopen")
    WITHDRAW = "withdraw", _("Withdraw")
    MARK_DUPLICATE = "mark-duplicate", _("Mark as duplicate")
    MARK_SPAM = "mark-spam", _("Mark as spam")


class Condition(StrEnum):
    """What else must hold, beyond the status. `cases.workflow._conditions` says how each is found out."""

    EVIDENCE_CHECKED = "evidence_checked"
    APPROVED_WHERE_NEEDED = "approved_where_needed"
    COMPLAINT_COMPLETE = "complaint_complete"
    NOT_FLAGGED = "not_flagged"
    FIRST_ROUND = "first_round"
    LATER_ROUND = "later_round"
    MAY_BE_SORTED_OUT = "may_be_sorted_out"


OPEN = frozenset(set(Status) - {Status.CLOSED})
# Of these the round is answered: what was found and decided in it stays as it is.
ROUND_ANSWERED = frozenset({Status.ANSWERED, Status.CLOSED})
# Whose move is it? In these the customer's, in every other open one ours.
CUSTOMERS_TURN = frozenset({Status.AWAITING_CUSTOMER, Status.ANSWERED})


@dataclass(frozen=True)
class Move:
    """From any of `sources` to `target` (None: the status stays), for those who hold `permission`."""

    sources: frozenset[Status]
    target: Status | None
    permission: str
    conditions: tuple[Condition, ...] = field(default=())
    closed_as: ClosedAs | None = None


def _from(*sources: Status) -> frozenset[Status]:
    return frozenset(sources)


_S = Status
_COMPLETE = (Condition.EVIDENCE_CHECKED, Condition.COMPLAINT_COMPLETE)
_UNFLAGGED = (Condition.NOT_FLAGGED,)  # every way to close: nobody's cry for help ends with the case
# The ends that come without an answer and without the customer's word.
_SORTED_OUT = (Condition.MAY_BE_SORTED_OUT, *_UNFLAGGED)
TRANSITIONS: dict[Step, Move] = {
    Step.CLASSIFY: Move(_from(_S.RECEIVED), _S.ROUTED, "classify"),
    Step.RECLASSIFY: Move(OPEN, None, "classify"),
    Step.ASSIGN: Move(OPEN, None, "assign"),
    Step.REQUEST_EVIDENCE: Move(
        _from(_S.ROUTED, _S.VERIFYING, _S.RESOLVING, _S.REOPENED), _S.AWAITING_CUSTOMER, "evidence"
    ),
    Step.EVIDENCE_COMPLETED: Move(_from(_S.AWAITING_CUSTOMER), _S.VERIFYING, "evidence"),
    Step.EVIDENCE_OVERDUE: Move(_from(_S.AWAITING_CUSTOMER), _S.RESOLVING, "system"),
    Step.START_RESOLVING: Move(_from(_S.ROUTED, _S.VERIFYING, _S.REOPENED), _S.RESOLVING, "resolve"),
    Step.PROPOSE: Move(_from(_S.RESOLVING, _S.REOPENED), _S.AWAITING_APPROVAL, "decide", _COMPLETE),
    Step.APPROVE: Move(_from(_S.AWAITING_APPROVAL), _S.RESOLVING, "approve", _COMPLETE),
    Step.RETURN: Move(_from(_S.AWAITING_APPROVAL), _S.RESOLVING, "approve"),
    Step.ANSWER: Move(
        _from(_S.ROUTED, _S.RESOLVING, _S.REOPENED),
        _S.ANSWERED,
        "decide",
        (*_COMPLETE, Condition.APPROVED_WHERE_NEEDED),
    ),
    Step.ACCEPT: Move(_from(_S.ANSWERED), _S.CLOSED, "customer_word", _UNFLAGGED, ClosedAs.ACCEPTED),
    Step.REJECT: Move(_from(_S.ANSWERED), _S.REOPENED, "customer_word"),
    Step.CLOSE_NO_REPLY: Move(
        _from(_S.ANSWERED), _S.CLOSED, "system", (Condition.FIRST_ROUND, *_UNFLAGGED), ClosedAs.NO_REPLY
    ),
    Step.FINAL_RESPONSE: Move(
        _from(_S.RESOLVING),
        _S.CLOSED,
        "final_response",
        (Condition.LATER_ROUND, *_COMPLETE, Condition.APPROVED_WHERE_NEEDED, *_UNFLAGGED),
        ClosedAs.FINAL_RESPONSE,
    ),
    Step.REOPEN: Move(_from(_S.CLOSED), _S.REOPENED, "reopen"),
    Step.WITHDRAW: Move(OPEN, _S.CLOSED, "withdraw", _UNFLAGGED, ClosedAs.WITHDRAWN),
    Step.MARK_DUPLICATE: Move(OPEN, _S.CLOSED, "sort_out", _SORTED_OUT, ClosedAs.DUPLICATE),
    Step.MARK_SPAM: Move(OPEN, _S.CLOSED, "sort_out", _SORTED_OUT, ClosedAs.SPAM),
}
