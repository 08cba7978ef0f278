"""What the operator's own systems say: read only, and kept as it was when somebody looked."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case


class RecordKind(models.TextChoices):
    """What the operator keeps books on, as far as customer care may read them."""

    CUSTOMER = "customer", _("customer")
    DEPOSITS = "deposits", _("deposits")
    WITHDRAWALS = "withdrawals", _("withdrawals")
    BONUSES = "bonuses", _("bonuses")
    BETS = "bets", _("bets")
    LOGINS = "logins", _("sign-ins")


class Snapshot(models.Model):
    """What a source said at one moment, for one case: never changed afterwards (a trigger refuses it), so that a finding
    can be checked against what was known then."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="snapshots", verbose_name=_("case"))
    kind = models.CharField(_("record"), max_length=12, choices=RecordKind)
    source = models.CharField(_("source"), max_length=160)
    asked_for = models.CharField(_("asked for"), max_length=160)
    taken_at = models.DateTimeField(_("taken at"), default=timezone.now)
    content = models.JSONField(_("content"), encoder=DjangoJSONEncoder)
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        indexes = [models.Index(fields=["case", "taken_at"], name="snapshot_by_case")]
        ordering = ["taken_at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.asked_for}"
