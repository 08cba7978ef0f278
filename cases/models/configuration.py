"""What staff configure: kinds of request, working hours, and how long a clock may run."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from cases.states import Channel, Priority
from cskh.core.models import Named

from .choices import CLOCK_KINDS


class Category(Named):
    """Topic (no parent) → reason. Reasons are what cases carry; they decide department, priority, checklist and approval."""

    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reasons", verbose_name=_("topic")
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="categories", verbose_name=_("department")
    )
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NORMAL)
    needs_approval = models.BooleanField(
        _("needs approval"), default=False, help_text=_("An outcome is proposed by one person and approved by another.")
    )
    is_complex = models.BooleanField(
        _("complex"), default=False, help_text=_("The customer hears about progress at a set rhythm from the start.")
    )
    is_restricted = models.BooleanField(
        _("restricted"), default=False, help_text=_("Only the department and managers see these cases.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    checklist_number = models.PositiveSmallIntegerField(
        _("checklist in force"),
        default=0,
        editable=False,
        help_text="The version that cases classified now get; 0 where none was published.",
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["slug"]


class Calendar(Named):
    """Working hours. `week` maps weekday ("0" is Monday) to windows [["08:00", "12:00"], …]; "00:00" ends at midnight."""

    zone = models.CharField(_("time zone"), max_length=60, default="Asia/Ho_Chi_Minh")
    week = models.JSONField(_("week"), default=dict)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("working calendar")
        verbose_name_plural = _("working calendars")


class CalendarDay(models.Model):
    """A day that differs: a holiday (no hours) or hours of its own (làm bù)."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="days", verbose_name=_("calendar"))
    date = models.DateField(_("date"))
    hours = models.JSONField(_("hours"), default=list, blank=True, help_text=_("Empty: closed all day."))
    name = models.CharField(_("name"), max_length=120, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="calendar_day_once")]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class SlaTarget(models.Model):
    """How long a clock may run. Empty fields match everything; the most specific row wins (category, priority, channel)."""

    kind = models.CharField(_("clock"), max_length=20, choices=CLOCK_KINDS)
    category = models.ForeignKey(Category, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("category"))
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, blank=True)
    seconds = models.PositiveIntegerField(_("seconds"), help_text=_("Working seconds of the calendar."))
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, verbose_name=_("calendar"))

    class Meta:
        verbose_name = _("service target")
        verbose_name_plural = _("service targets")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "category", "priority", "channel"], name="sla_target_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.seconds} s"
