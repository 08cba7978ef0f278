"""The quality form by version: a draft is changed and published, and what was published is read."""

from typing import Any

from django import forms as django_forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from accounts.admin_access import ADMINISTRATORS, OFFICE_READERS, RoleModelAdmin, RoleStackedInline
from cases.quality import forms
from cases.quality.models import Criterion, ReviewForm
from cskh.core.errors import DomainError


def _is_changeable(form: ReviewForm | None) -> bool:
    return form is None or form.is_draft


class CriteriaOfVersion(django_forms.BaseInlineFormSet):
    def get_unique_error_message(self, unique_check: Any) -> str:
        return _("Two criteria have the same slug. Give each its own.")


class Criteria(RoleStackedInline):
    model = Criterion
    formset = CriteriaOfVersion
    readable_by = OFFICE_READERS
    editable_by = deletable_by = ADMINISTRATORS
    fields = (("slug", "critical", "position"), ("text_vi", "text_en"), ("help_vi", "help_en"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_changeable(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_changeable(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_changeable(obj) and super().has_delete_permission(request, obj)


class NewVersion(django_forms.ModelForm):
    """Begins with what is in force; one draft at a time."""

    class Meta:
        model = ReviewForm
        fields = ("note",)

    def clean(self) -> None:
        if ReviewForm.objects.filter(published_at__isnull=True).exists():
            raise django_forms.ValidationError(
                _("A draft of the quality form exists already. Change or publish that one.")
            )


@admin.register(ReviewForm)
class ReviewFormAdmin(RoleModelAdmin):
    readable_by = OFFICE_READERS
    editable_by = ADMINISTRATORS
    inlines = (Criteria,)
    list_display = ("number", "state", "pass_percent", "note", "published_at", "published_by")
    list_select_related = ("published_by",)
    ordering = ("-number",)
    fields = ("number", "note", "pass_percent", "state", "published_at", "published_by")
    readonly_fields = ("number", "state", "published_at", "published_by")
    actions_submit_line = ("publish",)

    def get_fields(self, request: HttpRequest, obj: ReviewForm | None = None) -> Any:
        return self.fields if obj else ("note",)

    def get_form(self, request: HttpRequest, obj: ReviewForm | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({} if obj else {"form": NewVersion}), **kwargs)

    def get_inlines(self, request: HttpRequest, obj: ReviewForm | None) -> Any:
        return self.inlines if obj else ()

    def get_actions_submit_line(self, request: HttpRequest, object_id: Any = None) -> Any:
        """What is published is not published again."""
        is_draft = ReviewForm.objects.filter(pk=object_id, published_at__isnull=True).exists() if object_id else False
        return super().get_actions_submit_line(request, object_id) if is_draft else []

    def has_change_permission(self, request: HttpRequest, obj: ReviewForm | None = None) -> bool:
        return _is_changeable(obj) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: ReviewForm, form: Any, change: bool) -> None:
        if change:
            obj.save()
        else:
            draft = forms.begin_draft(note=obj.note)
            obj.pk, obj.number = draft.pk, draft.number

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The theme takes its buttons with the model, before the criteria are saved: what is published is what was read."""
        super().save_related(request, form, formsets, change)
        for button in self.get_actions_submit_line(request, form.instance.pk):
            if change and button.action_name in request.POST:
                button.method(request, form.instance)

    def response_add(self, request: HttpRequest, obj: ReviewForm, post_url_continue: Any = None) -> HttpResponse:
        """What was begun is changed next."""
        messages.success(request, _("A draft is begun. Change it, then publish it."))
        return HttpResponseRedirect(reverse("admin:quality_reviewform_change", args=[obj.pk]))

    @action(description=gettext_lazy("Save and publish"))
    def publish(self, request: HttpRequest, obj: ReviewForm) -> None:
        try:
            forms.publish(obj, by=request.user)  # type: ignore[arg-type]
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Published: samples drawn from now on are reviewed by this version."))

    @admin.display(description=gettext_lazy("state"))
    def state(self, form: ReviewForm) -> str:
        if form.is_draft:
            return format_html("<b>{}</b>", _("draft"))
        current = forms.in_force()
        return _("in force") if current and form.pk == current.pk else _("earlier version")
