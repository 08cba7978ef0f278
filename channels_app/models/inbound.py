"""What came in, as it came in."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.states import Channel
from cskh.core import sealed_rows


class MailboxState(models.Model):
    """How far a mail box has been read: the UID of the last mail taken, valid for one UIDVALIDITY of the server.

    `refused_uid` is the mail that the server would not give, at `refused_times` polls by now.
    """

    address = models.CharField(_("address"), max_length=320, unique=True)
    uid_validity = models.BigIntegerField(_("UIDVALIDITY"), default=0)
    last_uid = models.BigIntegerField(_("UID of the last mail"), default=0)
    refused_uid = models.BigIntegerField(_("UID that is refused"), default=0)
    refused_times = models.PositiveSmallIntegerField(_("times it was refused"), default=0)
    polled_at = models.DateTimeField(_("last read"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("mail box")
        verbose_name_plural = _("mail boxes")

    def __str__(self) -> str:
        return self.address


class InboundItem(models.Model):
    """Something that came in and cannot be asked for again, kept raw before anything can fail (R-07, R-66).

    Kept sealed: read and written as `content`. `place` is what it is bound to, so that its name is set before it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        SET_ASIDE = "set_aside", _("set aside")  # automatic, bounce, own loop: kept, no case
        FAILED = "failed", _("could not be read")

    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    source = models.CharField(
        _("arrived at"), max_length=320, help_text=_("The mail box or integration it came through.")
    )
    external_id = models.CharField(_("external id"), max_length=500)
    raw = models.BinaryField(_("as received"), help_text="Sealed.")
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    why = models.TextField(_("why"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True, default=timezone.now)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("case")
    )

    class Meta:
        verbose_name = _("inbound item")
        verbose_name_plural = _("inbound items")
        constraints = [models.UniqueConstraint(fields=["channel", "external_id"], name="inbound_item_once")]
        indexes = [
            models.Index(fields=["next_try_at"], name="inbound_to_try", condition=Q(state="waiting")),
            models.Index(fields=["received_at"], name="inbound_unread", condition=Q(state="failed", case=None)),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.external_id}"

    @property
    def place(self) -> str:
        return f"inbound:{self.channel}:{self.external_id}"

    @property
    def content(self) -> bytes:
        """As it came; empty where it is to be had from its source only. Raises what `sealed_rows.opened` raises."""
        return sealed_rows.opened(self.raw, of=self.place)

    @content.setter
    def content(self, data: bytes) -> None:
        self.raw = sealed_rows.sealed(data, of=self.place)

    def settle(self, state: State, *, case: Case | None, why: str = "") -> None:
        """Nothing more is tried with it: it is a part of `case`, or set aside."""
        self.state, self.case, self.next_try_at, self.why = state, case, None, why
        self.save(update_fields=["state", "case", "next_try_at", "why"])
