"""What is done to put a matter right, how far that is, and the one table of its legal moves (R-47). Pure, as `cases.states`.

The gate (`cases.workflow.remedies`), the desk, `allowed_moves` of the API, the database's own guard and the test matrix go by
`MOVES`; nothing else knows which move leads where.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.states import Step


class RemedyKind(models.TextChoices):
    REFUND = "refund", _("refund")
    CREDIT = "credit", _("credit to the account")
    CORRECTION = "correction", _("correction")
    UNLOCK = "unlock", _("unlocking")
    RESETTLEMENT = "resettlement", _("settling anew")
    APOLOGY = "apology", _("apology")
    GOODWILL = "goodwill", _("goodwill payment")


class RemedyStatus(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("remedy", "proposed")
    APPROVED = "approved", pgettext_lazy("remedy", "approved")
    ACCEPTED = "accepted", pgettext_lazy("remedy", "accepted")
    EXECUTED = "executed", pgettext_lazy("remedy", "carried out")
    CONFIRMED = "confirmed", pgettext_lazy("remedy", "confirmed")
    DECLINED = "declined", pgettext_lazy("remedy", "declined")
    CANCELLED = "cancelled", pgettext_lazy("remedy", "cancelled")


class RemedyStep(models.TextChoices):
    APPROVE = "approve", _("Approve the remedy")
    DECLINE = "decline", _("Decline the remedy")
    ACCEPT = "accept", _("The customer accepts the remedy")
    EXECUTE = "execute", _("Carry out the remedy")
    CONFIRM = "confirm", _("Confirm that it arrived")
    CANCEL = "cancel", _("Cancel the remedy")


@dataclass(frozen=True)
class RemedyMove:
    """From any of `sources` to `target`, for those who may take `step` on the case (`remedy_rights` says more)."""

    sources: frozenset[RemedyStatus]
    target: RemedyStatus
    step: Step


def _from(*sources: RemedyStatus) -> frozenset[RemedyStatus]:
    return frozenset(sources)


_S, _WORK = RemedyStatus, Step.REQUEST_EVIDENCE
MOVES: dict[RemedyStep, RemedyMove] = {
    RemedyStep.APPROVE: RemedyMove(_from(_S.PROPOSED), _S.APPROVED, Step.APPROVE),
    RemedyStep.DECLINE: RemedyMove(_from(_S.PROPOSED, _S.APPROVED), _S.DECLINED, Step.APPROVE),
    RemedyStep.ACCEPT: RemedyMove(_from(_S.APPROVED), _S.ACCEPTED, Step.ACCEPT),
    RemedyStep.EXECUTE: RemedyMove(_from(_S.ACCEPTED), _S.EXECUTED, _WORK),
    RemedyStep.CONFIRM: RemedyMove(_from(_S.EXECUTED), _S.CONFIRMED, _WORK),
    RemedyStep.CANCEL: RemedyMove(_from(_S.PROPOSED, _S.APPROVED, _S.ACCEPTED), _S.CANCELLED, _WORK),
}
# These are an amount of money; the others have none.
OF_MONEY = frozenset({RemedyKind.REFUND, RemedyKind.CREDIT, RemedyKind.RESETTLEMENT, RemedyKind.GOODWILL})
# Still to be done; what stands whatever a later round decides; and those that were given up.
OWED = frozenset({_S.PROPOSED, _S.APPROVED, _S.ACCEPTED})
BINDING = frozenset({_S.ACCEPTED, _S.EXECUTED, _S.CONFIRMED})
GIVEN_UP = frozenset({_S.DECLINED, _S.CANCELLED})


class Level(models.TextChoices):
    """As whom somebody approves: each has limits of its own."""

    LEAD = "lead", _("department lead")
    MANAGER = "manager", _("manager")
    ADMINISTRATOR = "administrator", _("administrator")


@dataclass(frozen=True)
class Limit:
    """Up to how many VND somebody approves `alone`, and `together` with a second person."""

    alone: int = 0
    together: int = 0

    def reaches(self, amount: int) -> bool:
        return amount <= max(self.alone, self.together)


def is_enough(given: list[tuple[Limit, int]]) -> bool:
    """Whether approvals by different people are enough: of each their limit, and the sum they let go out by it (I6)."""
    return any(total <= one.alone for one, total in given) or sum(one.reaches(total) for one, total in given) >= 2
