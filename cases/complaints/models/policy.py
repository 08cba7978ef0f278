"""The published policy that decisions cite (R-52)."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cskh.core.language import in_english


class Days(Func):
    """The days from one date up to, not including, another; without an end for none."""

    function = "daterange"
    output_field = DateRangeField()


class PolicyClause(models.Model):
    """One version of one clause of the published customer policy, as it is or was in force (dates are days in our zone).

    A version that came into force is never changed, only ended: what was decided by it cites it. `cases.complaints.policy`
    publishes and reads.
    """

    number = models.PositiveSmallIntegerField(_("clause"), help_text=_("Its place in the policy. It never changes."))
    version = models.PositiveSmallIntegerField(_("version"), editable=False)
    title_vi = models.CharField(_("title (Vietnamese)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200)
    text_vi = models.TextField(_("text (Vietnamese)"))
    text_en = models.TextField(_("text (English)"))
    valid_from = models.DateField(_("valid from"), default=timezone.localdate)
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The first day on which it is no longer in force.")
    )

    class Meta:
        verbose_name = _("policy clause")
        verbose_name_plural = _("policy clauses")
        ordering = ["number", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["number", "version"], name="clause_version_once"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")), name="clause_ends_after_it_begins"
            ),
            ExclusionConstraint(
                name="clause_in_force_once",
                expressions=[
                    ("number", RangeOperators.EQUAL),
                    (Days("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    def held_between(self, first: date, last: date) -> bool:
        """Whether this version was in force on a day from `first` to `last`."""
        return self.valid_from <= last and (self.valid_until is None or self.valid_until > first)

    @property
    def title(self) -> str:
        """The title in the language in use."""
        return self.title_en if in_english() else self.title_vi

    @property
    def text(self) -> str:
        """The text in the language in use."""
        return self.text_en if in_english() else self.text_vi
