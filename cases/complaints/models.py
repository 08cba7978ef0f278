"""The formal side of a case: for now its place in the register (R-37)."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case


class Complaint(models.Model):
    """A case's entry in the complaint register. A service request may become one; it never silently stops being one."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="complaint", verbose_name=_("case"))
    registered_at = models.DateTimeField(_("registered at"), default=timezone.now)

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaint register")
        ordering = ["-registered_at", "-id"]

    def __str__(self) -> str:
        return self.case.code
