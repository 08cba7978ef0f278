"""Remedies of all cases: what is owed, overdue first; what waits for an approval; and up to how much whom may approve."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from accounts.actors import Actor
from accounts.admin_access import ADMINISTRATORS, EVERYBODY, OFFICE_READERS, RoleModelAdmin
from cases import policies
from cases.access_log import note_access
from cases.complaints.models import ApprovalLimit, Remedy
from cases.complaints.remedy_rights import visible_to
from cases.complaints.remedy_states import OWED, RemedyStatus
from cases.states import Status
from cskh.core.amounts import money

from .finding import searched


class StandingFilter(admin.SimpleListFilter):
    """What is owed where nothing else is asked for: the list is there to be worked through."""

    title = gettext_lazy("shown")
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("owed", gettext_lazy("owed")),
            ("overdue", gettext_lazy("overdue")),
            ("approve", gettext_lazy("to approve")),
            ("done", gettext_lazy("carried out")),
            ("every", gettext_lazy("all remedies")),
        ]

    def value(self) -> str:
        return str(super().value() or "owed")

    def choices(self, changelist: Any) -> Any:
        for name, label in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: name})
            yield {"selected": self.value() == name, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Remedy]) -> QuerySet[Remedy]:
        me = Actor.staff(request.user)
        of_others = queryset.exclude(by_kind=me.kind.value, by_id=me.id).exclude(approvals__by_id=request.user.pk)
        return {
            "owed": queryset.filter(status__in=sorted(OWED)),
            "overdue": queryset.filter(status__in=sorted(OWED), due_on__lt=timezone.localdate()),
            "approve": of_others.filter(status=RemedyStatus.PROPOSED),
            "done": queryset.filter(status__in=[RemedyStatus.EXECUTED, RemedyStatus.CONFIRMED]),
        }.get(self.value(), queryset)


@admin.register(Remedy)
class RemedyAdmin(RoleModelAdmin):
    """Read and worked through here; each is worked on where its complaint stands."""

    readable_by = EVERYBODY
    fields = (
        "kind",
        "amount",
        "due_on",
        "destination_kind",
        "destination",
        "reason",
        "clause",
        "round",
        "status",
        "promised_at",
    )
    list_display = ("due", "what", "standing", "case_link", "case_status", "department", "goes_to", "approvers")
    list_display_links = None
    list_filter = (
        StandingFilter,
        ("kind", ChoicesDropdownFilter),
        ("issue__complaint__case__department", RelatedDropdownFilter),
    )
    list_filter_submit = True
    list_select_related = ("issue__complaint__case__department",)
    search_fields = (
        "issue__complaint__case__code",
    )  # makes the search box appear; `get_search_results` does the searching
    search_help_text = gettext_lazy("Code, subject, customer, telephone, email, transaction")
    ordering = ("due_on", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Remedy]:
        return visible_to(Actor.staff(request.user)).prefetch_related("approvals__by")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Remedy], search_term: str
    ) -> tuple[QuerySet[Remedy], bool]:
        """Those of the cases that the list of cases finds."""
        if "\0" in request.GET.get(SEARCH_VAR, ""):
            return queryset.none(), False  # the box refuses it, and would leave the search empty: everything
        if not search_term.strip():
            return queryset, False
        actor = Actor.staff(request.user)
        found = searched(policies.visible_to(actor), search_term, actor)
        return queryset.filter(issue__complaint__case__in=found), False

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if remedy := kwargs.get("obj"):
            note_access(Actor.staff(request.user), remedy.issue.complaint.case_id)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("done by"), ordering="due_on")
    def due(self, remedy: Remedy) -> SafeString:
        day = date_format(remedy.due_on, "SHORT_DATE_FORMAT")
        if not remedy.is_overdue:
            return format_html("{}", day)
        return format_html('{} <span class="desk-pill is-bad">{}</span>', day, _("overdue"))

    @admin.display(description=gettext_lazy("remedy"), ordering="amount")
    def what(self, remedy: Remedy) -> SafeString:
        return format_html("{} <b>{}</b>", remedy.get_kind_display(), money(remedy.amount))

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def standing(self, remedy: Remedy) -> str:
        return str(remedy.get_status_display())

    @admin.display(description=gettext_lazy("case"), ordering="issue__complaint__case__code")
    def case_link(self, remedy: Remedy) -> SafeString:
        case = remedy.issue.complaint.case
        url = f"{reverse('admin:cases_case_complaint', args=[case.pk])}#remedy-{remedy.pk}"
        return format_html('<a href="{}" class="font-medium text-link">{}</a>', url, case.code)

    @admin.display(description=gettext_lazy("status of the case"))
    def case_status(self, remedy: Remedy) -> str:
        return str(Status(remedy.issue.complaint.case.status).label)

    @admin.display(description=gettext_lazy("department"))
    def department(self, remedy: Remedy) -> str:
        return str(remedy.issue.complaint.case.department or "")

    @admin.display(description=gettext_lazy("goes to"))
    def goes_to(self, remedy: Remedy) -> str:
        return " ".join(filter(None, [str(remedy.get_destination_kind_display()), remedy.destination]))

    @admin.display(description=gettext_lazy("approved by"))
    def approvers(self, remedy: Remedy) -> str:
        return ", ".join(str(one.by) for one in remedy.approvals.all())


class ApprovalLimitForm(forms.ModelForm):
    class Meta:
        model = ApprovalLimit
        fields = ("level", "alone", "together", "valid_from")

    def clean_valid_from(self) -> Any:
        day = self.cleaned_data["valid_from"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("Limits are not changed for days that have passed."))
        return day


@admin.register(ApprovalLimit)
class ApprovalLimitAdmin(RoleModelAdmin):
    """Limits are added, from a day on; what somebody approved by earlier ones can be checked against them."""

    readable_by = OFFICE_READERS
    addable_by = ADMINISTRATORS
    form = ApprovalLimitForm
    list_display = ("level", "up_to_alone", "up_to_together", "valid_from")
    list_filter = (("level", ChoicesDropdownFilter),)
    ordering = ("level", "-valid_from")

    @admin.display(description=gettext_lazy("approves alone up to (VND)"), ordering="alone")
    def up_to_alone(self, limit: ApprovalLimit) -> str:
        return money(limit.alone)

    @admin.display(description=gettext_lazy("approves with a second person up to (VND)"), ordering="together")
    def up_to_together(self, limit: ApprovalLimit) -> str:
        return money(limit.together)
