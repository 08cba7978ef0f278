"""What came in, and what somebody found about it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from cases.models import ACTOR_KINDS, Case
from cskh.core.models import InAddresses

from .checklists import ChecklistItem
from .files import StoredFile
from .requests import RequestedItem


class EvidenceItem(InAddresses):
    """One thing that came in: a file, or words such as a transaction code."""

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("case"))
    requested_item = models.ForeignKey(
        RequestedItem,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="received",
        verbose_name=_("answers"),
    )
    checklist_item = models.ForeignKey(
        ChecklistItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    text = models.TextField(_("text"), blank=True)
    filename = models.CharField(_("file name"), max_length=255, blank=True)
    declared_type = models.CharField(max_length=100, blank=True)
    channel = models.CharField(_("channel"), max_length=10)
    sender_kind = models.CharField(max_length=12, choices=ACTOR_KINDS)
    sender_id = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)

    class Meta:
        verbose_name = _("evidence item")
        verbose_name_plural = _("evidence items")
        constraints = [
            models.CheckConstraint(name="evidence_item_has_content", condition=Q(file__isnull=False) | ~Q(text=""))
        ]
        indexes = [models.Index(fields=["case", "received_at"], name="evidence_by_case")]
        ordering = ["received_at", "id"]

    def __str__(self) -> str:
        return self.filename or self.text[:60]

    def was_filed_by(self, actor: Actor) -> bool:
        """Whether `actor`, one of us, filed it: at the desk, or for a caller. What customers send or write is filed by them."""
        return actor.is_staff and (self.sender_kind, self.sender_id) == (actor.kind.value, actor.id)

    @property
    def last_check(self) -> "Check | None":
        """What was found about it last; no query where the checks are prefetched."""
        return next(reversed(self.checks.all()), None)


class Check(models.Model):
    """What somebody found about an evidence item. The latest check is the item's state."""

    class Result(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="checks")
    result = models.CharField(_("result"), max_length=10, choices=Result)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by_kind = models.CharField(max_length=12, choices=ACTOR_KINDS)
    by_id = models.CharField(max_length=64)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.item_id} {self.result}"
