"""Telephone calls."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer
from accounts.models import User
from cases.models import Case


class Call(models.Model):
    """A telephone call, as the exchange reports it and staff log it."""

    class State(models.TextChoices):
        RINGING = "ringing", _("ringing")
        ANSWERED = "answered", _("answered")
        MISSED = "missed", _("missed")
        ENDED = "ended", _("ended")

    class Direction(models.TextChoices):
        IN = "in", _("from the customer")
        OUT = "out", _("to the customer")

    external_id = models.CharField(_("call id"), max_length=200, unique=True)
    direction = models.CharField(_("direction"), max_length=5, choices=Direction, default=Direction.IN)
    state = models.CharField(_("state"), max_length=10, choices=State)
    number = models.CharField(_("number"), max_length=32, db_index=True)
    agent = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="calls", verbose_name=_("agent")
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="calls", verbose_name=_("customer")
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="calls", verbose_name=_("case")
    )
    recording_ref = models.CharField(_("recording"), max_length=300, blank=True)
    recording_consent = models.BooleanField(_("customer agreed to the recording"), default=False)
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"
