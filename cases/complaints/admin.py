"""The complaint register: read, never written by hand; entries come from classifying a case. And the customer policy."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RelatedDropdownFilter

from accounts.actors import Actor
from accounts.admin_access import EVERYBODY, HEADS, RoleModelAdmin
from cases import policies
from cases.states import Status
from cskh.core.errors import Invalid

from . import policy
from .models import Cause, Complaint, Outcome, PolicyClause
from .queries import caused_by, decided_as, for_register


class OutcomeFilter(DropdownFilter):
    """By how an issue was decided last."""

    title = _("outcome")
    parameter_name = "outcome"
    choices_of: ClassVar[Any] = Outcome.choices
    having: ClassVar[Any] = staticmethod(decided_as)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(self.choices_of)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Complaint]) -> QuerySet[Complaint]:
        known = {value for value, _label in self.choices_of}
        return queryset.filter(self.having(self.value())) if self.value() in known else queryset


class CauseFilter(OutcomeFilter):
    """By what an issue was found to come of last."""

    title = _("cause")
    parameter_name = "cause"
    choices_of = Cause.choices
    having = staticmethod(caused_by)


@admin.register(Complaint)
class ComplaintAdmin(RoleModelAdmin):
    readable_by = EVERYBODY
    list_display = (
        "case_link",
        "nature",
        "severity",
        "outcomes",
        "causes",
        "category",
        "department",
        "status",
        "round",
        "registered_at",
    )
    list_display_links = None
    list_filter = (
        OutcomeFilter,
        CauseFilter,
        ("severity", ChoicesDropdownFilter),
        ("case__status", ChoicesDropdownFilter),
        ("case__nature", ChoicesDropdownFilter),
        ("case__department", RelatedDropdownFilter),
    )
    list_filter_submit = True
    list_filter_sheet = True
    list_select_related = ("case__category", "case__department")
    search_fields = ("case__code",)
    date_hierarchy = "registered_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Complaint]:
        visible = super().get_queryset(request).filter(case__in=policies.visible_to(Actor.staff(request.user)))
        return for_register(visible)

    @admin.display(description=_("case"), ordering="case__code")
    def case_link(self, complaint: Complaint) -> SafeString:
        url = reverse("admin:cases_case_complaint", args=[complaint.case_id])
        return format_html('<a href="{}" class="font-medium text-link">{}</a>', url, complaint.case.code)

    @admin.display(description=_("nature"), ordering="case__nature")
    def nature(self, complaint: Complaint) -> str:
        return complaint.case.get_nature_display()

    @admin.display(description=_("outcome"))
    def outcomes(self, complaint: Complaint) -> str:
        return _each(Outcome(value).label for value in complaint.outcomes)  # type: ignore[attr-defined]

    @admin.display(description=_("cause"))
    def causes(self, complaint: Complaint) -> str:
        return _each(Cause(value).label for value in complaint.causes)  # type: ignore[attr-defined]

    @admin.display(description=_("category"))
    def category(self, complaint: Complaint) -> str:
        return str(complaint.case.category or "")

    @admin.display(description=_("department"))
    def department(self, complaint: Complaint) -> str:
        return str(complaint.case.department or "")

    @admin.display(description=_("status"), ordering="case__status")
    def status(self, complaint: Complaint) -> str:
        return str(Status(complaint.case.status).label)

    @admin.display(description=_("round"), ordering="case__round")
    def round(self, complaint: Complaint) -> int:
        return complaint.case.round


def _each(labels: Iterable[object]) -> str:
    """Each label once, in the order of the issues."""
    return ", ".join(dict.fromkeys(map(str, labels)))


class PolicyClauseForm(forms.ModelForm):
    """A new clause or the next version of one; of a version that stands, only the end."""

    class Meta:
        model = PolicyClause
        fields = ("number", "title_vi", "title_en", "text_vi", "text_en", "valid_from", "valid_until")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors or not self.changed_data:
            return cleaned
        try:
            if self.instance.pk:
                policy.check_endable(self.instance, cleaned["valid_until"])
            else:
                policy.check_publishable(PolicyClause(**cleaned))
        except Invalid as error:
            for field, texts in error.errors.items():
                self.add_error(field, texts)
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        """Overlap is left to the database: `policy.publish` ends the version before when this one is saved."""
        return {*super()._get_validation_exclusions(), "number"}  # type: ignore[misc]


@admin.register(PolicyClause)
class PolicyClauseAdmin(RoleModelAdmin):
    """Versions are added, never rewritten: what was decided by a clause cites the text that was in force."""

    readable_by = EVERYBODY
    editable_by = HEADS
    form = PolicyClauseForm
    list_display = ("number", "title", "version", "valid_from", "valid_until", "is_in_force")
    list_display_links = ("number", "title")
    search_fields = ("title_vi", "title_en", "text_vi", "text_en")
    ordering = ("number", "-version")

    def get_fields(self, request: HttpRequest, obj: PolicyClause | None = None) -> list[str]:
        return [*self.form.Meta.fields, *(["version"] if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: PolicyClause | None = None) -> list[str]:
        return [name for name in self.get_fields(request, obj) if name != "valid_until"] if obj else []

    def save_model(self, request: HttpRequest, obj: PolicyClause, form: Any, change: bool) -> None:
        if not change:
            policy.publish(obj)
        elif "valid_until" in form.changed_data:
            policy.end(obj, obj.valid_until)

    @admin.display(description=_("title"))
    def title(self, clause: PolicyClause) -> str:
        return clause.title

    @admin.display(description=_("in force"), boolean=True)
    def is_in_force(self, clause: PolicyClause) -> bool:
        today = timezone.localdate()
        return clause.valid_from <= today and (clause.valid_until is None or clause.valid_until > today)
