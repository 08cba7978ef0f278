"""What is due: running clocks, when they stand still, and dated follow-ups."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .case import Case
from .choices import CLOCK_KINDS
from .configuration import Calendar


class Pause(models.Model):
    """Customer-side time: from the delivery of an evidence request to its end (design of clocks). Half-open."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="pauses")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at__isnull=True), name="pause_one_open_a_case"),
            models.CheckConstraint(
                name="pause_ends_after_start", condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at} – {self.ended_at or '…'}"


class Clock(models.Model):
    """One running deadline of a case. `due_at` is stored; while a pause is open it is empty and `paused_at` is set.

    `next_look_at` is when the sweep must look at it again: the warning point, then the due time, then never.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks", verbose_name=_("case"))
    kind = models.CharField(_("clock"), max_length=20, choices=CLOCK_KINDS)
    round = models.PositiveSmallIntegerField(_("round"))
    started_at = models.DateTimeField(_("started at"))
    target_seconds = models.PositiveIntegerField(_("target (s)"))
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("calendar"))
    fixed_due_at = models.DateTimeField(
        null=True, blank=True, help_text="Set where people chose the due time themselves."
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    warn_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(_("paused since"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(_("breached at"), null=True, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(stopped_at__isnull=True), name="clock_one_running_a_kind"
            )
        ]
        indexes = [
            models.Index(fields=["next_look_at"], name="clock_to_look_at", condition=Q(next_look_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.case_id}"


# Follow-ups that are to be carried out yet.
STILL_PLANNED = Q(done_at__isnull=True, cancelled_at__isnull=True)


class FollowUp(models.Model):
    """Something dated that Celery or a person must do about a case. Done once, whoever looks first."""

    class Kind(models.TextChoices):
        PROGRESS = "progress", _("progress message")
        SILENCE_REMINDER = "silence_reminder", _("reminder of the answer")
        CLOSE_NO_REPLY = "close_no_reply", _("close without reply")
        EVIDENCE_REMINDER = "evidence_reminder", _("reminder of the evidence")
        EVIDENCE_OVERDUE = "evidence_overdue", _("longest wait for evidence")
        CALL_BACK = "call_back", _("call back")
        REVIEW_REOPENED = "review_reopened", _("look at the case again")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="follow_ups", verbose_name=_("case"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    round = models.PositiveSmallIntegerField(_("round"))
    sequence = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField(_("due"))
    facts = models.JSONField(default=dict, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = [models.UniqueConstraint(fields=["case", "kind", "round", "sequence"], name="follow_up_once")]
        indexes = [models.Index(fields=["due_at"], name="follow_up_due", condition=STILL_PLANNED)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.case_id}"
