"""The quality form by version."""

from typing import Any

from django import forms as django_forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cases.quality import forms
from cases.quality.models import Criterion, ReviewForm

from .versions import PartsOfVersion, VersionsAdmin


class CriteriaOfVersion(django_forms.BaseInlineFormSet):
    def get_unique_error_message(self, unique_check: Any) -> str:
        return _("Two criteria have the same slug. Give each its own.")


class Criteria(PartsOfVersion):
    model = Criterion
    formset = CriteriaOfVersion
    fields = (("slug", "critical", "position"), ("text_vi", "text_en"), ("help_vi", "help_en"))


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
class ReviewFormAdmin(VersionsAdmin):
    inlines = (Criteria,)
    list_display = ("number", "state", "pass_percent", "note", "published_at", "published_by")
    list_select_related = ("published_by",)
    ordering = ("-number",)
    fields = ("number", "note", "pass_percent", "state", "published_at", "published_by")
    beginning_form = NewVersion
    published_words = gettext_lazy("Published: samples drawn from now on are reviewed by this version.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReviewForm]:
        return super().get_queryset(request).annotate(number_in_force=forms.number_in_force())

    def begin(self, obj: ReviewForm, form: Any) -> ReviewForm:
        return forms.begin_draft(note=obj.note)

    def put_in_force(self, obj: ReviewForm, *, by: User) -> None:
        forms.publish(obj, by=by)

    def is_in_force(self, obj: Any) -> bool:
        return bool(obj.number == obj.number_in_force)
