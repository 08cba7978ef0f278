"""What is on its way out."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Contact
from accounts.models import User
from cases.models import Case, CaseEvent
from cases.states import Channel

from .messages import Message


class OneTimeCode(models.Model):
    """A six-digit code sent to a contact of a case. The digits are derived from the key of the installation, not stored."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=64)
    browser = models.CharField(max_length=64, help_text="Hash of the session that asked; only it may use the code.")
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")

    def __str__(self) -> str:
        return f"{self.case_id} {self.created_at}"


class StaffNotice(models.Model):
    """Something a member of staff is told about a case, on the desk and by mail. Once an event and person."""

    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices", verbose_name=_("for"))
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", verbose_name=_("case"))
    event = models.ForeignKey(CaseEvent, on_delete=models.CASCADE, related_name="+", verbose_name=_("event"))
    created_at = models.DateTimeField(_("at"), default=timezone.now)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.UniqueConstraint(fields=["event", "recipient"], name="notice_once")]
        indexes = [models.Index(fields=["recipient"], name="notice_unread", condition=Q(read_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.event_id}"


class Delivery(models.Model):
    """One thing on its way out: written with the change that causes it, sent after commit, tried until it arrives.

    Exactly one of `message`, `notice` and `one_time_code` is set; the text is rendered from it when it is sent.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("being sent")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("could not be delivered")
        BOUNCED = "bounced", _("came back")
        CANCELLED = "cancelled", _("cancelled")

    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="deliveries")
    notice = models.ForeignKey(StaffNotice, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries")
    one_time_code = models.ForeignKey(
        OneTimeCode, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    address = models.CharField(_("to"), max_length=320, blank=True)
    reference = models.CharField(
        _("reference"),
        max_length=255,
        unique=True,
        help_text=_("A mail's Message-ID. The same at every try, so that doubles are seen."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True, default=timezone.now)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("queued at"), default=timezone.now)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.CheckConstraint(
                name="delivery_of_one_thing",
                condition=Q(message__isnull=False, notice__isnull=True, one_time_code__isnull=True)
                | Q(message__isnull=True, notice__isnull=False, one_time_code__isnull=True)
                | Q(message__isnull=True, notice__isnull=True, one_time_code__isnull=False),
            )
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="delivery_to_try", condition=Q(state__in=["queued", "sending"]))
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"

    @staticmethod
    def new_reference() -> str:
        """A Message-ID of ours that nobody else can know."""
        return f"<{secrets.token_hex(16)}@{settings.MAIL_DOMAIN}>"
