"""Checklists by version: a draft is changed and published, and what was published is read."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.admin_access import ADMINISTRATORS, OFFICE_READERS, RoleModelAdmin, RoleStackedInline
from cases.evidence import checklists
from cases.evidence.models import Checklist, ChecklistItem
from cases.models import Category
from cskh.core.errors import DomainError


class EntriesOfVersion(forms.BaseInlineFormSet):
    def get_unique_error_message(self, unique_check: Any) -> str:
        return _("Two entries have the same slug. Give each its own.")


class ChecklistItems(RoleStackedInline):
    model = ChecklistItem
    formset = EntriesOfVersion
    readable_by = OFFICE_READERS
    editable_by = deletable_by = ADMINISTRATORS
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

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_changeable(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_changeable(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_changeable(obj) and super().has_delete_permission(request, obj)


def _is_changeable(checklist: Checklist | None) -> bool:
    return checklist is None or checklist.is_draft


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
class ChecklistAdmin(RoleModelAdmin):
    readable_by = OFFICE_READERS
    editable_by = ADMINISTRATORS
    inlines = (ChecklistItems,)
    list_display = ("category", "number", "state", "note", "published_at", "published_by")
    list_filter = ("category",)
    list_select_related = ("category", "published_by")
    list_per_page = 200
    fields = ("category", "number", "note", "state", "published_at", "published_by")
    readonly_fields = ("number", "state", "published_at", "published_by")
    actions_submit_line = ("publish",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("category__slug", "-number")

    def get_fields(self, request: HttpRequest, obj: Checklist | None = None) -> Any:
        return self.fields if obj else ("category", "begin_with", "note")

    def get_form(self, request: HttpRequest, obj: Checklist | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({} if obj else {"form": NewVersion}), **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Checklist | None = None) -> Any:
        return (*self.readonly_fields, "category") if obj else self.readonly_fields

    def get_inlines(self, request: HttpRequest, obj: Checklist | None) -> Any:
        return self.inlines if obj else ()

    def get_actions_submit_line(self, request: HttpRequest, object_id: Any = None) -> Any:
        """What is published is not published again."""
        is_draft = Checklist.objects.filter(pk=object_id, published_at__isnull=True).exists() if object_id else False
        return super().get_actions_submit_line(request, object_id) if is_draft else []

    def has_change_permission(self, request: HttpRequest, obj: Checklist | None = None) -> bool:
        return _is_changeable(obj) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Checklist, form: Any, change: bool) -> None:
        if change:
            obj.save()
        else:
            draft = checklists.begin_draft(obj.category, note=obj.note, entries=form.entries)
            obj.pk, obj.number = draft.pk, draft.number

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The theme takes its buttons with the model, before the entries are saved: what is published is what was read."""
        super().save_related(request, form, formsets, change)
        for button in self.get_actions_submit_line(request, form.instance.pk):
            if change and button.action_name in request.POST:
                button.method(request, form.instance)

    def response_add(self, request: HttpRequest, obj: Checklist, post_url_continue: Any = None) -> HttpResponse:
        """What was begun is changed next."""
        messages.success(request, _("A draft is begun. Change it, then publish it."))
        return HttpResponseRedirect(reverse("admin:evidence_checklist_change", args=[obj.pk]))

    @action(description=gettext_lazy("Save and publish"))
    def publish(self, request: HttpRequest, obj: Checklist) -> None:
        try:
            checklists.publish(obj, by=request.user)  # type: ignore[arg-type]
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Published: cases classified from now on get this version."))

    @admin.display(description=gettext_lazy("state"))
    def state(self, checklist: Checklist) -> str:
        if checklist.is_draft:
            return format_html("<b>{}</b>", _("draft"))
        if checklist.number == checklist.category.checklist_number:
            return _("in force")
        return _("earlier version")
