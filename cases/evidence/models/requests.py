"""What customers were asked for."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import ACTOR_KINDS, Case

from .checklists import ChecklistItem, ItemKind


class EvidenceRequest(models.Model):
    """One asking: the items named, by when, and what became of it. The pause of the clocks runs from its delivery."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence_requests", verbose_name=_("case"))
    round = models.PositiveSmallIntegerField(_("round"))
    asked_by_kind = models.CharField(max_length=12, choices=ACTOR_KINDS)
    asked_by_id = models.CharField(max_length=64)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    due_at = models.DateTimeField(_("due"))
    delivered_at = models.DateTimeField(_("reached the customer at"), null=True, blank=True)
    bounced_at = models.DateTimeField(_("did not reach the customer"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("evidence request")
        verbose_name_plural = _("evidence requests")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="evidence_request_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.asked_at}"


class RequestedItem(models.Model):
    """One thing that was asked for. `checklist_item` is set where it comes from the category's checklist.

    What `is_besides` was asked for although another thing was there of those of which one suffices: it is waited for all
    the same.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("requested")
        RECEIVED = "received", _("received")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")
        NOT_NEEDED = "not_needed", _("not needed any more")

    request = models.ForeignKey(EvidenceRequest, on_delete=models.CASCADE, related_name="items")
    checklist_item = models.ForeignKey(
        ChecklistItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("name"), max_length=160)
    why = models.CharField(_("why"), max_length=300, blank=True)
    kind = models.CharField(_("form"), max_length=4, choices=ItemKind, default=ItemKind.ANY)
    is_besides = models.BooleanField(_("besides what is as good"), default=False, db_default=False)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.REQUESTED)

    class Meta:
        verbose_name = _("requested item")
        verbose_name_plural = _("requested items")

    def __str__(self) -> str:
        return self.name

    @property
    def own_reason(self) -> str:
        """Why it is needed where somebody said so themselves; empty where the checklist says it."""
        return own_reason(self.why, self.checklist_item)


def own_reason(why: str, entry: ChecklistItem | None) -> str:
    """The reason, unless it is the one that the checklist gives, in whichever language."""
    return "" if entry is not None and why in (entry.why_vi, entry.why_en) else why
