"""What the customer is told at the end of a round."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .case import Case
from .choices import ACTOR_KINDS


class Answer(models.Model):
    """What the operator says at the end of a round. One is sent a round."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        APPROVED = "approved", _("approved")
        RETURNED = "returned", _("returned for rework")
        SENT = "sent", _("sent")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="answers", verbose_name=_("case"))
    round = models.PositiveSmallIntegerField(_("round"))
    body = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=10, choices=State)
    is_final = models.BooleanField(_("final response"), default=False)
    author_kind = models.CharField(max_length=12, choices=ACTOR_KINDS)
    author_id = models.CharField(max_length=64)
    decided_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved or returned by"),
    )
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "round"],
                condition=Q(state__in=["proposed", "approved", "sent"]),
                name="answer_once_a_round",
            ),
            models.CheckConstraint(
                name="answer_sent_has_time", condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent")
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id}, {self.round}"
