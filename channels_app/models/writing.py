"""What members of staff write before it is said: drafts, and what was sent but can still be called back."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case


class Draft(models.Model):
    """What somebody began to write on a case and has not sent; nobody else ever sees it.

    `refused` says why it came back, where it had been sent already.
    """

    class Kind(models.TextChoices):
        """The actions of the desk that are done by writing."""

        MESSAGE = "message", _("Message to the customer")
        NOTE = "note", _("Internal note")
        PROPOSE = "propose", _("Propose the outcome")
        ANSWER = "answer", _("Answer")
        FINAL_RESPONSE = "final-response", _("Final response")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=20, choices=Kind)
    body = models.TextField()
    refused = models.TextField(blank=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint(fields=["user", "case", "kind"], name="draft_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.case_id} {self.kind}"


class HeldSend(models.Model):
    """Words to a customer that were sent and are held for a moment, so that their author can call them back.

    Until `send_at` nothing of it has happened to the case. `version` is the number of the last event its author had seen.
    The text is kept while it waits; afterwards it is a message, or a draft again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("on its way")
        SENT = "sent", _("sent")
        RECALLED = "recalled", _("called back")
        REFUSED = "refused", _("not sent")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="held_sends")
    kind = models.CharField(max_length=20, choices=Draft.Kind)
    body = models.TextField(blank=True)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    send_at = models.DateTimeField()

    class Meta:
        verbose_name = _("held message")
        verbose_name_plural = _("held messages")
        constraints = [
            models.UniqueConstraint(fields=["case"], name="held_once_a_case", condition=Q(state="waiting")),
        ]
        indexes = [models.Index(fields=["send_at"], name="held_to_send", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.state}"
