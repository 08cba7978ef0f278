"""What is complained about, issue by issue: both accounts, what was found, what was decided, and where one goes from there.

Rows are added, never changed, and the latest of a round counts: what an earlier round found and decided stays as it was.
Texts may be emptied when somebody's data are erased; the record in the case's chain, which carries none, stays.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.evidence.models import EvidenceItem, FactEntry
from cases.models import ACTOR_KINDS
from cases.records.models import Snapshot

from .choices import Cause, Fault, Outcome, Side
from .policy import PolicyClause
from .register import Complaint


class Entry(models.Model):
    """Something that was put down in a round, by whom and when."""

    round = models.PositiveSmallIntegerField(_("round"))
    by_kind = models.CharField(max_length=12, choices=ACTOR_KINDS)
    by_id = models.CharField(max_length=64)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        abstract = True

    @property
    def who(self) -> tuple[str, str]:
        return self.by_kind, self.by_id


class Issue(Entry):
    """One thing the customer complains about. What both sides say of it are its accounts."""

    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="issues", verbose_name=_("complaint")
    )
    number = models.PositiveSmallIntegerField(_("number"))

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        ordering = ["complaint_id", "number"]
        constraints = [models.UniqueConstraint(fields=["complaint", "number"], name="issue_number_once")]

    def __str__(self) -> str:
        return f"{self.complaint_id}/{self.number}"


class Account(Entry):
    """What one side says of an issue; the latest counts."""

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("issue"))
    side = models.CharField(_("side"), max_length=10, choices=Side)
    text = models.TextField(_("account"), blank=True)
    message = models.BigIntegerField(
        null=True, blank=True, help_text="The id of the message it was said in; opaque here."
    )

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.side}"


class Finding(Entry):
    """What was found about an issue: what happened, why, whose fault it is, and what that rests on (R-45)."""

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="findings", verbose_name=_("issue"))
    what_happened = models.TextField(_("what happened"), blank=True)
    plain = models.TextField(_("in plain words for the customer"), blank=True)
    cause = models.CharField(_("cause"), max_length=24, choices=Cause)
    fault = models.CharField(_("party at fault"), max_length=16, choices=Fault)
    evidence = models.ManyToManyField(EvidenceItem, related_name="+", blank=True, verbose_name=_("evidence"))
    facts = models.ManyToManyField(FactEntry, related_name="+", blank=True, verbose_name=_("verified facts"))
    snapshots = models.ManyToManyField(Snapshot, related_name="+", blank=True, verbose_name=_("our records"))
    other_source = models.CharField(_("other source"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.cause}"


class Decision(Entry):
    """How an issue is decided, why, and by which clause. What is done about it are its remedies, or here is why nothing is.

    `remedy` and `remedy_by` are words of decisions from before remedies were records; nothing writes them any more.
    """

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("issue"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    reason = models.TextField(_("reason"), blank=True)
    clause = models.ForeignKey(
        PolicyClause,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("policy clause"),
    )
    deviates = models.BooleanField(_("deviates from the policy"), default=False)
    deviation_reason = models.TextField(_("why it deviates"), blank=True)
    remedy = models.TextField(_("remedy"), blank=True)
    remedy_by = models.DateField(_("remedied by"), null=True, blank=True)
    no_remedy_because = models.TextField(_("no remedy because"), blank=True)

    class Meta:
        verbose_name = _("decision on an issue")
        verbose_name_plural = _("decisions on issues")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="decision_cites_a_clause", condition=Q(outcome=Outcome.WITHDRAWN) | Q(clause__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.outcome}"


class DeviationApproval(models.Model):
    """A second person agrees that a decision deviates from the policy."""

    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, related_name="approval", verbose_name=_("decision on an issue")
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("approved by"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("approval of a deviation")
        verbose_name_plural = _("approvals of deviations")

    def __str__(self) -> str:
        return f"{self.decision_id} {self.by_id}"


class Recourse(Entry):
    """Where the customer can turn who does not agree with the answer of a round, and by when."""

    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="recourses", verbose_name=_("complaint")
    )
    next_level = models.TextField(_("next level"), blank=True)
    respond_by = models.DateField(_("time to respond"))

    class Meta:
        verbose_name = _("recourse")
        verbose_name_plural = _("recourses")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.round}"
