"""What is done to put an issue right: who proposed, approved and carried it out, and by when it is owed (R-47).

What was agreed never changes: a trigger keeps kind, amount, day and destination, lets the status move only as the table of
moves has it and only together with the event that says so, and lets nothing count as carried out without its one execution.
Reason and destination may be emptied when somebody's data are erased.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from cases.complaints.remedy_states import OF_MONEY, OWED, Level, RemedyKind, RemedyStatus
from cases.evidence.models import EvidenceItem
from cases.models import ACTOR_KINDS
from cskh.core.amounts import money

from .issues import Entry, Issue
from .policy import PolicyClause

AMOUNT_MOST = 10**15


class Remedy(Entry):
    """One concrete thing that is done about an issue. Amounts are whole VND; `due_on` is a day in our zone."""

    class Destination(models.TextChoices):
        WALLET = "wallet", _("the customer's account with us")
        ACCOUNT = "account", _("the customer's bank account")

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="remedies", verbose_name=_("issue"))
    kind = models.CharField(_("kind"), max_length=14, choices=RemedyKind)
    amount = models.BigIntegerField(_("amount (VND)"), null=True, blank=True)
    due_on = models.DateField(_("done by"))
    destination_kind = models.CharField(_("goes to"), max_length=8, choices=Destination, blank=True)
    destination = models.CharField(
        _("destination"), max_length=120, blank=True, help_text="Masked: of account numbers only the end."
    )
    reason = models.TextField(_("what is done, and why"), blank=True)
    clause = models.ForeignKey(
        PolicyClause, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("policy clause")
    )
    status = models.CharField(_("status"), max_length=10, choices=RemedyStatus, default=RemedyStatus.PROPOSED)
    promised_at = models.DateTimeField(
        _("promised at"), null=True, blank=True, help_text="When an answer told the customer of it."
    )
    overdue_since = models.DateTimeField(null=True, blank=True, help_text="When the alarm was raised.")

    class Meta:
        verbose_name = _("remedy")
        verbose_name_plural = _("remedies")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="remedy_amount_of_its_kind",
                condition=Q(kind__in=sorted(OF_MONEY), amount__isnull=False, amount__gt=0, amount__lte=AMOUNT_MOST)
                | ~Q(kind__in=sorted(OF_MONEY)) & Q(amount__isnull=True),
            ),
            models.CheckConstraint(
                name="remedy_money_goes_somewhere", condition=~Q(kind__in=sorted(OF_MONEY)) | ~Q(destination_kind="")
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], name="remedy_owed", condition=Q(status__in=sorted(OWED))),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [str(self.get_kind_display()), money(self.amount)]))

    @property
    def is_owed(self) -> bool:
        return self.status in OWED

    @property
    def is_overdue(self) -> bool:
        return self.is_owed and self.due_on < timezone.localdate()


class RemedyApproval(models.Model):
    """Somebody agrees with a remedy, at the level they have on the case. Some amounts take two."""

    remedy = models.ForeignKey(Remedy, on_delete=models.PROTECT, related_name="approvals", verbose_name=_("remedy"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("approved by"))
    level = models.CharField(_("level"), max_length=14, choices=Level)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("approval of a remedy")
        verbose_name_plural = _("approvals of remedies")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["remedy", "by"], name="remedy_approved_once_by_each")]

    def __str__(self) -> str:
        return f"{self.remedy_id} {self.by_id}"


class RemedyExecution(models.Model):
    """The one attempt to carry a remedy out; there is another only after one that surely did nothing.

    Written before the operator's system is called. `key` is what that system knows it by, however often it is asked.
    """

    class Way(models.TextChoices):
        CONNECTOR = "connector", _("by the operator's system")
        HAND = "hand", _("by hand")

    class State(models.TextChoices):
        WAITING = "waiting", _("about to be carried out")
        ASKED = "asked", _("asked for, the answer is awaited")
        UNCLEAR = "unclear", _("the operator's system does not say whether it was done")
        DONE = "done", pgettext_lazy("remedy", "carried out")
        REFUSED = "refused", _("refused, nothing was done")

    remedy = models.ForeignKey(Remedy, on_delete=models.PROTECT, related_name="executions", verbose_name=_("remedy"))
    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    way = models.CharField(_("way"), max_length=10, choices=Way)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try at"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    failure = models.CharField(max_length=60, blank=True, help_text="Why it was refused, as a code of the operator's.")
    proof = models.ForeignKey(
        EvidenceItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("proof")
    )
    by_kind = models.CharField(max_length=12, choices=ACTOR_KINDS)
    by_id = models.CharField(max_length=64)
    at = models.DateTimeField(_("at"), default=timezone.now)
    done_at = models.DateTimeField(_("carried out at"), null=True, blank=True)

    class Meta:
        verbose_name = _("execution of a remedy")
        verbose_name_plural = _("executions of remedies")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["remedy"], condition=~Q(state="refused"), name="remedy_executed_once"),
            models.CheckConstraint(
                name="remedy_done_says_when_and_how",
                condition=Q(state="done", done_at__isnull=False) & ~Q(reference="")
                | ~Q(state="done") & Q(done_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="remedy_execution_due", condition=Q(next_try_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.remedy_id} {self.state}"

    @property
    def who(self) -> tuple[str, str]:
        return self.by_kind, self.by_id


class ApprovalLimit(models.Model):
    """Up to how much somebody of a level may approve, from a day on. Added, never rewritten: the latest that has begun counts."""

    level = models.CharField(_("level"), max_length=14, choices=Level)
    alone = models.BigIntegerField(_("approves alone up to (VND)"))
    together = models.BigIntegerField(_("approves with a second person up to (VND)"))
    valid_from = models.DateField(_("valid from"), default=timezone.localdate)

    class Meta:
        verbose_name = _("approval limit")
        verbose_name_plural = _("approval limits")
        ordering = ["level", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["level", "valid_from"], name="approval_limit_once_a_day"),
            models.CheckConstraint(
                name="approval_limit_bounded",
                condition=Q(alone__gte=0, alone__lte=AMOUNT_MOST, together__gte=0, together__lte=AMOUNT_MOST),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}: {money(self.alone)} / {money(self.together)}"
