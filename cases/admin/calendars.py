"""Working calendars: the week, the days that differ, and the targets counted in them."""

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_access import ADMINISTRATORS, OFFICE_READERS, RoleModelAdmin, RoleTabularInline
from cases.calendars import read_windows
from cases.models import Calendar, CalendarDay, SlaTarget
from cases.sla.calendar import WorkingCalendar
from cskh.core.jobs import enqueue_after_commit

from .week_hours import HoursField

_RECOUNT = "cases.tasks.recount_clocks"  # after every change: deadlines that run are promises of today


class CalendarForm(forms.ModelForm):
    """The week as seven lines of hours. Refused where `WorkingCalendar` would refuse it."""

    day_0 = HoursField(label=WEEKDAYS[0])
    day_1 = HoursField(label=WEEKDAYS[1])
    day_2 = HoursField(label=WEEKDAYS[2])
    day_3 = HoursField(label=WEEKDAYS[3])
    day_4 = HoursField(label=WEEKDAYS[4])
    day_5 = HoursField(label=WEEKDAYS[5])
    day_6 = HoursField(label=WEEKDAYS[6])

    class Meta:
        model = Calendar
        fields = ("slug", "name_vi", "name_en", "zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day in WEEKDAYS:
            if f"day_{day}" in self.fields:
                self.initial[f"day_{day}"] = self.instance.week.get(str(day), [])

    def clean_zone(self) -> str:
        if self.cleaned_data["zone"] not in available_timezones():
            raise forms.ValidationError(_("There is no such time zone."))
        return self.cleaned_data["zone"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        week = {str(day): cleaned[f"day_{day}"] for day in WEEKDAYS if cleaned.get(f"day_{day}")}
        try:
            WorkingCalendar(ZoneInfo(cleaned["zone"]), {int(day): read_windows(hours) for day, hours in week.items()})
        except ValueError as error:
            raise forms.ValidationError(_("These hours cannot be kept: %(why)s.") % {"why": error}) from error
        self.instance.week = week
        return cleaned


class CalendarDayForm(forms.ModelForm):
    hours = HoursField(label=gettext_lazy("hours"), help_text=gettext_lazy("Empty: closed all day."))

    class Meta:
        model = CalendarDay
        fields = ("date", "hours", "name", "source")

    def clean_hours(self) -> list[list[str]]:
        """Overlapping windows are refused here, where one sees the day."""
        hours = self.cleaned_data["hours"]
        if hours:
            try:
                WorkingCalendar(ZoneInfo("UTC"), {0: read_windows(hours)})
            except ValueError as error:
                raise forms.ValidationError(_("These hours cannot be kept: %(why)s.") % {"why": error}) from error
        return hours


class CalendarDayInline(RoleTabularInline):
    model = CalendarDay
    form = CalendarDayForm
    readable_by = OFFICE_READERS
    editable_by = deletable_by = ADMINISTRATORS
    ordering = ("-date",)
    per_page = 20


@admin.register(Calendar)
class CalendarAdmin(RoleModelAdmin):
    readable_by = OFFICE_READERS
    editable_by = ADMINISTRATORS
    form = CalendarForm
    inlines = (CalendarDayInline,)
    list_display = ("slug", "name_vi", "name_en", "zone", "changed_at")
    search_fields = ("slug", "name_vi", "name_en")

    def get_fieldsets(self, request: HttpRequest, obj: Calendar | None = None) -> Any:
        week = [f"day_{day}" for day in WEEKDAYS] if self.has_change_permission(request, obj) else ["hours_of_the_week"]
        return (
            (None, {"fields": ("slug", "name_vi", "name_en", "zone")}),
            (
                gettext_lazy("Week"),
                {
                    "fields": week,
                    "description": gettext_lazy(
                        "Hours as 08:00-12:00, 13:30-17:30; 00:00-00:00 is the whole day; empty: closed. "
                        "Deadlines that run already are counted anew, from their own start."
                    ),
                },
            ),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Calendar | None = None) -> tuple[str, ...]:
        return ("slug", "hours_of_the_week") if obj else ("hours_of_the_week",)

    @admin.display(description=gettext_lazy("week"))
    def hours_of_the_week(self, calendar: Calendar) -> str:
        lines = (
            f"{name}: " + ", ".join(f"{start}-{end}" for start, end in calendar.week.get(str(day), []))
            for day, name in WEEKDAYS.items()
        )
        return "\n".join(lines)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """A changed day changes the calendar: whoever keeps a built one builds it anew."""
        super().save_related(request, form, formsets, change)
        if any(formset.has_changed() for formset in formsets):
            form.instance.save(update_fields=["changed_at"])
        if change:
            enqueue_after_commit(_RECOUNT)


@admin.register(SlaTarget)
class SlaTargetAdmin(RoleModelAdmin):
    readable_by = OFFICE_READERS
    editable_by = deletable_by = ADMINISTRATORS
    list_display = ("kind", "category", "priority", "channel", "how_long", "calendar")
    list_filter = ("kind", "priority", "channel", "calendar")
    list_select_related = ("category", "calendar")
    autocomplete_fields = ("category",)
    ordering = ("kind", "category__slug", "priority", "channel")
    empty_value_display = gettext_lazy("any")

    def save_model(self, request: HttpRequest, obj: SlaTarget, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        enqueue_after_commit(_RECOUNT)

    def delete_model(self, request: HttpRequest, obj: SlaTarget) -> None:
        super().delete_model(request, obj)
        enqueue_after_commit(_RECOUNT)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SlaTarget]) -> None:
        super().delete_queryset(request, queryset)
        enqueue_after_commit(_RECOUNT)

    @admin.display(description=gettext_lazy("target"), ordering="seconds")
    def how_long(self, target: SlaTarget) -> str:
        minutes, seconds = divmod(target.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        parts = ((hours, _("h")), (minutes, _("min")), (seconds, _("s")))
        return " ".join(f"{number} {unit}" for number, unit in parts if number) or f"0 {parts[-1][1]}"
