"""A case's place in the complaint register (R-37)."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case

from .choices import Severity


class Complaint(models.Model):
    """A case's entry in the complaint register. A service request may become one; it never silently stops being one.

    When it happened is known from a time to a time; both are the same where it is known well. Amounts are whole VND.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="complaint", verbose_name=_("case"))
    registered_at = models.DateTimeField(_("registered at"), default=timezone.now)
    happened_from = models.DateTimeField(_("happened from"), null=True, blank=True)
    happened_until = models.DateTimeField(_("happened until"), null=True, blank=True)
    amount = models.BigIntegerField(_("amount in dispute (VND)"), null=True, blank=True)
    remedy_sought = models.TextField(_("what the customer asks for"), blank=True)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity, blank=True)

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaint register")
        ordering = ["-registered_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="complaint_happened_from_until",
                condition=Q(happened_from=None, happened_until=None) | Q(happened_until__gte=F("happened_from")),
            ),
            models.CheckConstraint(name="complaint_amount_positive", condition=Q(amount=None) | Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return self.case.code

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day on which it may have happened; where nobody said so, the day we heard of it."""
        first = self.happened_from or self.case.opened_at
        return timezone.localdate(first), timezone.localdate(self.happened_until or first)
