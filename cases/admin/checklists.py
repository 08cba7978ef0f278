"""Checklists by version."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.models import User
from cases.evidence import checklists
from cases.evidence.models import Checklist, ChecklistItem
from cases.models import Category

from .versions import PartsOfVersion, VersionsAdmin


class EntriesOfVersion(forms.BaseInlineFormSet):
    def get_unique_error_message(self, unique_check: Any) -> str:
        return _("Two entries have the same slug. Give each its own.")


class ChecklistItems(PartsOfVersion):
    model = ChecklistItem
    formset = EntriesOfVersion
    fields = (
        ("part", "slug", "position"),
        ("is_mandatory", "must_be_verified"),
        ("name_vi", "name_en"),
        ("why_vi", "why_en"),
        ("kind", "either_of"),
        ("case_field", "record"),
        ("formats_vi", "formats_en"),
        ("example_vi", "example_en"),
        ("otherwise_vi", "otherwise_en"),
    )


class NewVersion(forms.ModelForm):
    """Begins a draft with what the version in force says, or with what is shipped for the category."""

    IN_FORCE, SHIPPED = "in-force", "shipped"
    begin_with = forms.ChoiceField(
        label=gettext_lazy("Begin with"),
        choices=[
            (IN_FORCE, gettext_lazy("what is in force")),
            (SHIPPED, gettext_lazy("what this software comes with for the category")),
        ],
        initial=IN_FORCE,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = Checklist
        fields = ("category", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "category" in self.fields:
            reasons = Category.objects.filter(parent__isnull=False)
            begun = Checklist.objects.filter(published_at__isnull=True)
            self.fields["category"].queryset = reasons.exclude(checklists__in=begun)  # type: ignore[attr-defined]

    def clean(self) -> None:
        if self._is_shipped and "category" in self.cleaned_data and not self.entries:
            self.add_error("begin_with", _("This software comes with no checklist for this category."))

    @property
    def _is_shipped(self) -> bool:
        return bool(self.cleaned_data.get("begin_with") == self.SHIPPED)

    @property
    def entries(self) -> list[ChecklistItem] | None:
        """What to begin with; None: with what is in force."""
        return checklists.shipped_for(self.cleaned_data["category"]) if self._is_shipped else None


@admin.register(Checklist)
class ChecklistAdmin(VersionsAdmin):
    inlines = (ChecklistItems,)
    list_display = ("category", "number", "state", "note", "published_at", "published_by")
    list_filter = ("category",)
    list_select_related = ("category", "published_by")
    list_per_page = 200
    fields = ("category", "number", "note", "state", "published_at", "published_by")
    beginning = ("category", "begin_with", "note")
    beginning_form = NewVersion
    published_words = gettext_lazy("Published: cases classified from now on get this version.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("category__slug", "-number")

    def get_readonly_fields(self, request: HttpRequest, obj: Checklist | None = None) -> Any:
        return (*self.readonly_fields, "category") if obj else self.readonly_fields

    def begin(self, obj: Checklist, form: Any) -> Checklist:
        return checklists.begin_draft(obj.category, note=obj.note, entries=form.entries)

    def put_in_force(self, obj: Checklist, *, by: User) -> None:
        checklists.publish(obj, by=by)

    def is_in_force(self, obj: Checklist) -> bool:
        return obj.number == obj.category.checklist_number
