"""The tree of topics and reasons, each reason with a way to its checklists."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_access import ADMINISTRATORS, OFFICE_READERS, RoleModelAdmin, holds
from cases.evidence import checklists
from cases.models import Category

from .checklists import NewVersion


class CategoryForm(forms.ModelForm):
    """Two levels, no more: a topic has no parent, a reason has a topic for one."""

    class Meta:
        model = Category
        fields = (
            "slug",
            "name_vi",
            "name_en",
            "parent",
            "department",
            "priority",
            "needs_approval",
            "is_complex",
            "is_restricted",
            "is_active",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "parent" in self.fields:
            topics = Category.objects.filter(parent=None).exclude(pk=self.instance.pk)
            self.fields["parent"].queryset = topics  # type: ignore[attr-defined]

    def clean_parent(self) -> Category | None:
        parent = self.cleaned_data["parent"]
        if parent is not None and self.instance.pk and self.instance.reasons.exists():
            raise forms.ValidationError(_("A topic that has reasons stays a topic."))
        if parent is None and self.instance.pk and self.instance.cases.exists():
            raise forms.ValidationError(_("A reason that has cases stays a reason."))
        return parent


@admin.register(Category)
class CategoryAdmin(RoleModelAdmin):
    readable_by = OFFICE_READERS
    editable_by = ADMINISTRATORS
    form = CategoryForm
    list_display = (
        "tree_name",
        "slug",
        "department",
        "priority",
        "needs_approval",
        "is_complex",
        "is_restricted",
        "is_active",
    )
    list_filter = ("is_active", "department", "priority", "needs_approval", "is_restricted")
    list_select_related = ("parent", "department")
    search_fields = ("slug", "name_vi", "name_en")
    list_per_page = 200

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        """Each topic, then its reasons."""
        return (Coalesce("parent__slug", "slug"), F("parent_id").asc(nulls_first=True), "slug")

    def get_fields(self, request: HttpRequest, obj: Category | None = None) -> Any:
        fields = CategoryForm.Meta.fields
        if obj is None:
            return fields
        offers = self._may_begin_with_shipped(request, obj)
        return (*fields, "checklists", "shipped_checklist") if offers else (*fields, "checklists")

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> tuple[str, ...]:
        return ("slug", "checklists", "shipped_checklist") if obj else ()

    def _may_begin_with_shipped(self, request: HttpRequest, category: Category) -> bool:
        """A category that is older than its shipped checklist, or was made by hand with that slug, has none at first."""
        return (
            holds(request, ADMINISTRATORS)
            and not category.checklists.exists()
            and bool(checklists.shipped_for(category))
        )

    @admin.display(description=gettext_lazy("checklist"))
    def checklists(self, category: Category) -> str:
        address = reverse("admin:evidence_checklist_changelist")
        return format_html('<a href="{}?category__id__exact={}">{}</a>', address, category.pk, _("All versions"))

    @admin.display(description=gettext_lazy("shipped checklist"))
    def shipped_checklist(self, category: Category) -> str:
        address = reverse("admin:evidence_checklist_add")
        words = _("Begin a draft with it")
        return format_html(
            '<a href="{}?category={}&begin_with={}">{}</a>', address, category.pk, NewVersion.SHIPPED, words
        )

    @admin.display(description=gettext_lazy("category"))
    def tree_name(self, category: Category) -> str:
        return category.name if category.parent_id is None else format_html("— {}", category.name)
