"""Who read which case, and which of its files: one row for each reader, thing and hour, which nothing changes afterwards."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiClient, User

CASE_ITSELF = 0


def this_hour() -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0)


class Access(models.Model):
    """A person or a program saw the case (its page, or over REST), or one file sent on it.

    The hour makes pages that look again by themselves one row. Customers' looks at their own cases are not noted. The
    database checks no foreign key here: that would lock the rows meant, and whoever reads would wait for who writes.
    """

    at = models.DateTimeField(_("at"), default=timezone.now)
    hour = models.DateTimeField(default=this_hour)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("who"), db_constraint=False
    )
    program = models.ForeignKey(
        ApiClient, models.PROTECT, null=True, related_name="+", verbose_name=_("API client"), db_constraint=False
    )
    case = models.ForeignKey(
        "cases.Case", models.PROTECT, related_name="accesses", verbose_name=_("case"), db_constraint=False
    )
    evidence_item = models.PositiveBigIntegerField(_("evidence item"), default=CASE_ITSELF)
    is_saved = models.BooleanField(
        _("saved"),
        default=False,
        db_default=False,
        help_text="The original was fetched, not only its picture looked at.",
    )
    reason = models.CharField(
        _("reason"), max_length=300, blank=True, help_text="Given where something is shown on a reason only."
    )

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("accesses")
        constraints = [
            models.UniqueConstraint(
                name="access_once_an_hour",
                fields=["case", "user", "program", "evidence_item", "is_saved", "hour", "reason"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="access_of_a_person_or_a_program",
                condition=Q(user__isnull=False, program__isnull=True) | Q(user__isnull=True, program__isnull=False),
            ),
        ]
        indexes = [models.Index(name="access_latest", fields=["-at"])]

    def __str__(self) -> str:
        return f"{self.user or self.program}, {self.at:%Y-%m-%d %H:%M}"
